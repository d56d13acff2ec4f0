import type { DataTableBlock, KnownBlock, TableBlock } from '@slack/types';
import { type Message, notification } from './message.ts';
import { richText, type Sentence } from './sentence.ts';

export type Cell = DataTableBlock['rows'][number][number] & TableBlock['rows'][number][number];

/** Rows that a data table shows at a time. */
const ROWS_AT_A_TIME = 10;

/** The blocks around a table. `headline` comes first, and is the notification too. */
export type Around = { headline: Sentence; above: readonly KnownBlock[]; below: readonly KnownBlock[] };

/** @property lines a row each, for where Slack takes no table */
export type Table = {
  caption: string;
  header: readonly string[];
  rows: readonly Cell[][];
  lines: readonly Sentence[];
  /** The column that names a row, for screen readers. */
  rowHeader: number;
  /** How many columns wrap, so that the table doesn't get wider; the first ones. */
  wrapped: number;
};

/** A data table; a table, then lines of text, where Slack refuses a kind of block. */
export function tableMessage(table: Table, { headline, above, below }: Around): Message {
  const version = (block: KnownBlock, plainer?: Message): Message => ({
    text: notification(headline),
    blocks: [richText(headline), ...above, block, ...below],
    ...(plainer && { plainer }),
  });
  const rows = [table.header.map(textCell), ...table.rows];
  const inText = version(richText(...table.lines));
  const column_settings = Array.from({ length: table.wrapped }, () => ({ is_wrapped: true }));
  const inTable = version({ type: 'table', rows, column_settings }, inText);
  const page = { page_size: ROWS_AT_A_TIME, row_header_column_index: table.rowHeader };
  return version({ type: 'data_table', caption: table.caption, ...page, rows }, inTable);
}

export function textCell(words: string): Cell {
  return { type: 'raw_text', text: words };
}
