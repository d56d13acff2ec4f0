import { h } from 'preact';
import { useState } from 'preact/hooks';
import type { BlockOf } from '../block-kit.ts';
import { Cell, sortKeyOf } from './cell.ts';

const DEFAULT_PAGE_SIZE = 5;

type Sorting = { column: number; descending: boolean };

/** https://docs.slack.dev/reference/block-kit/blocks/data-table-block: sorted and paged by the reader. */
export function DataTable({ block }: { block: BlockOf<'data_table'> }) {
  const { caption, page_size: size = DEFAULT_PAGE_SIZE, row_header_column_index: identifying = 0 } = block;
  const [header = [], ...all] = block.rows;
  const [page, setPage] = useState(0);
  const [sorting, setSorting] = useState<Sorting | null>(null);
  const pages = Math.ceil(all.length / size);
  const here = Math.min(page, pages - 1);
  const rows = sorted(all, sorting).slice(here * size, (here + 1) * size);
  const sortBy = (column: number) => {
    setSorting({ column, descending: sorting?.column === column && !sorting.descending });
    setPage(0);
  };
  const directionOf = (column: number) => {
    if (sorting?.column !== column) return 'none';
    return sorting.descending ? 'descending' : 'ascending';
  };
  return h(
    'div',
    { class: 'data-table' },
    h(
      'div',
      { class: 'table', role: 'group', 'aria-label': caption, tabIndex: 0 },
      h(
        'table',
        null,
        h('caption', null, caption),
        h(
          'thead',
          null,
          h(
            'tr',
            null,
            header.map((cell, column) =>
              h(
                'th',
                { scope: 'col', 'aria-sort': directionOf(column) },
                h('button', { type: 'button', onClick: () => sortBy(column) }, h(Cell, { cell })),
              ),
            ),
          ),
        ),
        h(
          'tbody',
          null,
          rows.map((row) =>
            h(
              'tr',
              null,
              row.map((cell, column) =>
                column === identifying
                  ? h('th', { scope: 'row' }, h(Cell, { cell }))
                  : h('td', null, h(Cell, { cell })),
              ),
            ),
          ),
        ),
      ),
    ),
    pages > 1 &&
      h(
        'div',
        { class: 'pager' },
        h(
          'button',
          { type: 'button', class: 'button', disabled: here === 0, onClick: () => setPage(here - 1) },
          'Previous',
        ),
        h('span', null, `${here * size + 1}–${here * size + rows.length} of ${all.length}`),
        h(
          'button',
          { type: 'button', class: 'button', disabled: here === pages - 1, onClick: () => setPage(here + 1) },
          'Next',
        ),
      ),
  );
}

function sorted(rows: BlockOf<'data_table'>['rows'], sorting: Sorting | null): BlockOf<'data_table'>['rows'] {
  if (sorting === null) return rows;
  const { column, descending } = sorting;
  return rows.toSorted((one, other) => {
    const [a, b] = [sortKeyOf(one[column]), sortKeyOf(other[column])];
    const order = typeof a === 'number' && typeof b === 'number' ? a - b : String(a).localeCompare(String(b));
    return descending ? -order : order;
  });
}
