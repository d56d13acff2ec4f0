import type { Result, Row, Spread } from './row.ts';

/** One line for programs: `ratio` where there is a peer, else `ours` is the figure. */
export function jsonLine({ name, ratio, ours, theirs, unit, wanted, holds }: Result): string {
  const figures = { ratio: ratio?.median ?? null, ours: ours.median, theirs: theirs?.median ?? null };
  return JSON.stringify({ name, ...figures, unit, wanted: wanted && wantedText(wanted), holds });
}

/** A table in Markdown, with the kind of machine under it. */
export function table(
  results: readonly Result[],
  { node, cores }: { node: string; cores: number },
  date = new Date(),
): string {
  const lines = results.map(({ name, about, unit, ratio, ours, theirs, wanted, holds }) => {
    const figure = ratio ? spreadText(ratio) : `${spreadText(ours)} ${unit}`;
    const both = theirs ? `${number(ours.median)} / ${number(theirs.median)} ${unit}` : '';
    const verdict = wanted === null ? '—' : holds ? 'yes' : '**no**';
    return `| \`${name}\` | ${about} | ${figure} | ${both} | ${wanted ? wantedText(wanted) : '—'} | ${verdict} |`;
  });
  return `| Name | Figure | Median (min to max) | Ours / theirs | Wanted | Holds |
| --- | --- | --- | --- | --- | --- |
${lines.join('\n')}

Measured on ${date.toISOString().slice(0, 10)} with Node ${node} on ${cores} cores.
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

function spreadText({ min, median, max }: Spread): string {
  return `${number(median)} (${number(min)} to ${number(max)})`;
}

function number(value: number): string {
  if (value >= 100) return String(Math.round(value));
  return value.toFixed(value >= 10 ? 1 : 2);
}
