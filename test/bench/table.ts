import type { Result, Row, Spread } from './row.ts';

/** One line for programs: `ratio` where there is a peer, else `ours` is the figure. */
export function jsonLine({ name, ratio, ours, theirs, unit, wanted, holds }: Result): string {
  const figures = {
    ratio: ratio && precise(ratio.median),
    ours: precise(ours.median),
    theirs: theirs && precise(theirs.median),
  };
  return JSON.stringify({ name, ...figures, unit, wanted: wanted && wantedText(wanted), holds });
}

/** What the figures were measured with; `memory` in bytes. */
export type Machine = { node: string; cores: number; memory: number };

const GIBIBYTE = 1024 ** 3;

/** A table in Markdown, with the kind of machine under it. */
export function table(
  results: readonly Result[],
  { node, cores, memory }: Machine,
  date = new Date(),
): string {
  const lines = results.map(({ name, about, unit, ratio, ours, theirs, wanted, holds }) => {
    const peer = theirs === null ? '' : spreadText(theirs);
    const against = ratio === null ? '' : spreadText(ratio);
    const wish = wanted === null ? '' : wantedText(wanted);
    const verdict = wanted === null ? '' : holds ? 'yes' : '**no**';
    return `| \`${name}\` | ${about} | ${spreadText(ours)} ${unit} | ${peer} | ${against} | ${wish} | ${verdict} |`;
  });
  return `| Name | What is measured, and beside what | Ours | Peer | Ratio | Wanted | Holds |
| --- | --- | --- | --- | --- | --- | --- |
${lines.join('\n')}

Each figure is the median of its rounds, with the least and the most in brackets. Measured on ${date.toISOString().slice(0, 10)} with Node ${node} on ${cores} cores and ${Math.round(memory / GIBIBYTE)} GiB of memory.
`;
}

const BEGINNING = '<!-- what npm run bench -- --write has measured -->';
const END = '<!-- the end of it -->';

/** A paper with this table between its two markers. @throws where it does not have them */
export function withTable(paper: string, text: string): string {
  const [begin, end] = [paper.indexOf(BEGINNING), paper.indexOf(END)];
  if (begin === -1 || end < begin) throw new Error(`the paper has no place for the table: ${BEGINNING}`);
  return `${paper.slice(0, begin)}${BEGINNING}\n\n${text}\n${paper.slice(end)}`;
}

function wantedText(wanted: NonNullable<Row['wanted']>): string {
  return 'atLeast' in wanted ? `≥ ${wanted.atLeast}` : `≤ ${wanted.atMost}`;
}

/** No figure is known to more places than these. */
function precise(value: number): number {
  return Number(value.toPrecision(4));
}

/** What was measured once has no spread. */
function spreadText({ min, median, max }: Spread): string {
  if (min === max) return number(median);
  return `${number(median)} (${number(min)}–${number(max)})`;
}

function number(value: number): string {
  if (value >= 100) return String(Math.round(value));
  return value.toFixed(value >= 10 ? 1 : 2);
}
