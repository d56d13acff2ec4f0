import type { Button } from '@slack/types';
import { button } from '../messages/kit/blocks.ts';

/** As much of a list as a message shows: what follows `from` others. `range`: '51 to 100', or null where all are shown. */
export type Part<Item> = { from: number; shown: readonly Item[]; rest: number; range: string | null };

/** @param from how many to leave out; where the list has become shorter than that, its last part is taken */
export function partOf<Item>(all: readonly Item[], from: number, size: number): Part<Item> {
  const start = Math.min(from, Math.max(0, Math.ceil(all.length / size) - 1) * size);
  const shown = all.slice(start, start + size);
  const range = all.length > size ? `${start + 1} to ${start + shown.length}` : null;
  return { from: start, shown, rest: all.length - start - shown.length, range };
}

/**
 * The buttons `<list>.previous` and `<list>.next`. Their labels have numbers, because Slack's own paging of a data table
 * has buttons, too.
 */
export function turnButtons(
  list: string,
  { from, rest }: Pick<Part<unknown>, 'from' | 'rest'>,
  size: number,
  valueFrom: (start: number) => string,
): Button[] {
  const turn = (to: 'previous' | 'next', text: string, start: number) =>
    button({ actionId: `${list}.${to}`, text, value: valueFrom(start) });
  return [
    ...(from > 0 ? [turn('previous', `Previous ${size}`, Math.max(0, from - size))] : []),
    ...(rest > 0 ? [turn('next', `Next ${Math.min(rest, size)}`, from + size)] : []),
  ];
}
