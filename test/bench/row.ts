import type { Shared } from './shared.ts';

/** What one round came to: ours, and the peer's where there is one, in the row's unit. */
export type Measure = { ours: number; theirs: number | null };

/** A row that is set up: its processes run, and what they answer was compared. */
export type Started = { round(): Promise<Measure>; stop(): Promise<void> };

/** One figure of the bench. With a peer the figure is ours divided by theirs, the median of all rounds' ratios. */
export type Row = {
  name: string;
  /** What is measured, and beside what. */
  about: string;
  unit: string;
  /** Null for a figure that is only stated. */
  wanted: { atLeast: number } | { atMost: number } | null;
  rounds: number;
  start(shared: Shared): Promise<Started>;
};

/** What a row came to. `ratio` is null where there is no peer; then `ours` is the figure. */
export type Result = {
  name: string;
  about: string;
  unit: string;
  ratio: Spread | null;
  ours: Spread;
  theirs: Spread | null;
  wanted: Row['wanted'];
  holds: boolean;
};
export type Spread = { min: number; median: number; max: number };

/** Runs all rounds of a row. Its processes are gone afterwards. */
export async function resultOf(row: Row, shared: Shared): Promise<Result> {
  const { name, about, unit, wanted } = row;
  const started = await row.start(shared);
  const measures: Measure[] = [];
  try {
    for (let round = 0; round < row.rounds; round += 1) measures.push(await started.round());
  } finally {
    await started.stop();
  }
  const ours = spread(measures.map((measure) => measure.ours));
  const pairs = measures.flatMap(({ ours, theirs }) => (theirs === null ? [] : [{ ours, theirs }]));
  const theirs = pairs.length > 0 ? spread(pairs.map((pair) => pair.theirs)) : null;
  const ratio = pairs.length > 0 ? spread(pairs.map((pair) => pair.ours / pair.theirs)) : null;
  const figure = (ratio ?? ours).median;
  return { name, about, unit, ratio, ours, theirs, wanted, holds: isWithin(figure, wanted) };
}

function isWithin(figure: number, wanted: Row['wanted']): boolean {
  if (wanted === null) return true;
  return 'atLeast' in wanted ? figure >= wanted.atLeast : figure <= wanted.atMost;
}

export function spread(values: readonly number[]): Spread {
  return { min: Math.min(...values), median: median(values), max: Math.max(...values) };
}

/** Of an even number of values, the higher one in the middle. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((one, other) => one - other);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}
