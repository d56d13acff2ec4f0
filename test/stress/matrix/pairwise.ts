/** Factors and how many levels each has, in a fixed order. */
export type Factors = Readonly<Record<string, readonly string[]>>;
/** One level of each factor. */
export type Row<F extends Factors> = { readonly [Name in keyof F]: F[Name][number] };

/** Numbers from 0 to 1 that follow from the seed (mulberry32). */
export function randomFrom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** How many rows are tried for each one that is taken. */
const CANDIDATES = 20;

/**
 * Rows in which each level of each factor meets each level of every other factor at least once. Greedy: the rows with
 * the most new pairs come first, so that a part from the front covers much. The same seed gives the same rows.
 */
export function allPairs<const F extends Factors>(factors: F, seed: number): Row<F>[] {
  const random = randomFrom(seed);
  const levels = Object.values(factors);
  const missing = new Set<string>();
  for (const [one, ones] of levels.entries()) {
    for (const [other, others] of levels.entries()) {
      if (one >= other) continue;
      for (const a of ones.keys()) for (const b of others.keys()) missing.add(pairOf(one, a, other, b));
    }
  }
  const rows: Row<F>[] = [];
  while (missing.size > 0) {
    const picks = Array.from({ length: CANDIDATES }, () => candidate(levels, missing, random));
    const best = picks.reduce((most, each) =>
      newPairs(each, missing).length > newPairs(most, missing).length ? each : most,
    );
    for (const pair of newPairs(best, missing)) missing.delete(pair);
    rows.push(rowOf(factors, best));
  }
  return rows;
}

function pairOf(one: number, a: number, other: number, b: number): string {
  return one < other ? `${one}:${a} ${other}:${b}` : `${other}:${b} ${one}:${a}`;
}

function newPairs(row: readonly number[], missing: ReadonlySet<string>): string[] {
  const pairs: string[] = [];
  for (const [one, a] of row.entries()) {
    for (const [other, b] of row.entries()) {
      if (one < other && missing.has(pairOf(one, a, other, b))) pairs.push(pairOf(one, a, other, b));
    }
  }
  return pairs;
}

/** A row around one pair that is missing; every other level is the one with the most new pairs so far. */
function candidate(
  levels: readonly (readonly string[])[],
  missing: ReadonlySet<string>,
  random: () => number,
): number[] {
  const pick = [...missing][Math.floor(random() * missing.size)] ?? '';
  const chosen = new Map<number, number>();
  for (const part of pick.split(' ')) {
    const [factor, level] = part.split(':').map(Number);
    if (factor !== undefined && level !== undefined) chosen.set(factor, level);
  }
  const rest = [...levels.keys()].filter((factor) => !chosen.has(factor));
  for (const { factor } of rest.map((factor) => ({ factor, at: random() })).sort((a, b) => a.at - b.at)) {
    const scored = [...(levels[factor] ?? []).keys()].map((level) => {
      const met = [...chosen].filter(([other, b]) => missing.has(pairOf(factor, level, other, b)));
      return { level, score: met.length + random() / 2 };
    });
    chosen.set(factor, scored.reduce((most, each) => (each.score > most.score ? each : most)).level);
  }
  return [...levels.keys()].map((factor) => chosen.get(factor) ?? 0);
}

function rowOf<F extends Factors>(factors: F, row: readonly number[]): Row<F> {
  const named = Object.entries(factors).map(([name, levels], factor) => [name, levels[row[factor] ?? 0]]);
  const whole: Row<F> = Object.fromEntries(named);
  return whole;
}
