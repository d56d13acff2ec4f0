import { h } from 'preact';
import type { BlockOf } from '../block-kit.ts';
import { Cell } from './cell.ts';

/** https://docs.slack.dev/reference/block-kit/blocks/table-block: the first row is the header. */
export function Table({ block }: { block: BlockOf<'table'> }) {
  const [header = [], ...rows] = block.rows;
  const lookOf = (column: number) => {
    const { align = 'left', is_wrapped = false } = block.column_settings?.[column] ?? {};
    return `align-${align} ${is_wrapped ? '' : 'one-line'}`;
  };
  return h(
    'div',
    { class: 'table', role: 'group', 'aria-label': 'Table', tabIndex: 0 },
    h(
      'table',
      null,
      h(
        'thead',
        null,
        h(
          'tr',
          null,
          header.map((cell, column) => h('th', { scope: 'col', class: lookOf(column) }, h(Cell, { cell }))),
        ),
      ),
      h(
        'tbody',
        null,
        rows.map((row) =>
          h(
            'tr',
            null,
            row.map((cell, column) => h('td', { class: lookOf(column) }, h(Cell, { cell }))),
          ),
        ),
      ),
    ),
  );
}
