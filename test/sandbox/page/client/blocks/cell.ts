import { h } from 'preact';
import type { BlockOf } from '../block-kit.ts';
import { RichText } from '../text/rich-text.ts';

export type CellObject = BlockOf<'table'>['rows'][number][number];

/** What stands in a cell of either kind of table. */
export function Cell({ cell }: { cell: CellObject }) {
  if (cell.type === 'rich_text') return h(RichText, { block: cell });
  return h('span', null, textOf(cell));
}

/** What a cell is sorted by. */
export function sortKeyOf(cell: CellObject | undefined): string | number {
  if (cell === undefined) return '';
  if (cell.type === 'raw_number') return cell.value;
  return cell.type === 'raw_text' ? cell.text : JSON.stringify(cell.elements);
}

export function textOf(cell: Exclude<CellObject, { type: 'rich_text' }>): string {
  return cell.type === 'raw_text' ? cell.text : (cell.text ?? String(cell.value));
}
