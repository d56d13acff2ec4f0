import { z } from 'zod';
import { id } from './composition.ts';
import { richText } from './rich-text.ts';

const rawText = z.strictObject({ type: z.literal('raw_text'), text: z.string().min(1) });
const rawNumber = z.strictObject({
  type: z.literal('raw_number'),
  value: z.number(),
  text: z.string().min(1).optional(),
});
const cell = z.discriminatedUnion('type', [rawText, rawNumber, richText]);
const header = z.discriminatedUnion('type', [rawText, rawNumber]);

/** All the text of a table's cells, in characters. */
const MOST_CHARACTERS = 10_000;

function characters(value: unknown): number {
  if (Array.isArray(value)) return value.reduce<number>((sum, each) => sum + characters(each), 0);
  if (typeof value !== 'object' || value === null) return 0;
  return Object.entries(value).reduce(
    (sum, [key, each]) => sum + (key === 'text' && typeof each === 'string' ? each.length : characters(each)),
    0,
  );
}
const fits = (rows: unknown) => characters(rows) <= MOST_CHARACTERS;
const tooLong = `no more than ${MOST_CHARACTERS} characters allowed in a table`;

/** https://docs.slack.dev/reference/block-kit/blocks/table-block: rows include the header. */
export const table = z.strictObject({
  type: z.literal('table'),
  block_id: id.optional(),
  rows: z.array(z.array(cell).min(1).max(20)).min(1).max(100).refine(fits, tooLong),
  column_settings: z
    .array(
      z
        .strictObject({
          align: z.enum(['left', 'center', 'right']).optional(),
          is_wrapped: z.boolean().optional(),
        })
        .nullable(),
    )
    .max(20)
    .optional(),
});

/** https://docs.slack.dev/reference/block-kit/blocks/data-table-block: a header and 1 to 100 rows of its length. */
export const dataTable = z.strictObject({
  type: z.literal('data_table'),
  block_id: id.optional(),
  caption: z.string().min(1),
  page_size: z.int().min(1).max(100).optional(),
  row_header_column_index: z.int().min(0).optional(),
  rows: z
    .array(z.array(cell).min(1).max(20))
    .min(2)
    .max(101)
    .refine((rows) => rows.every((row) => row.length === rows[0]?.length), 'rows must have the same length')
    .refine((rows) => z.array(header).safeParse(rows[0]).success, 'rich_text is not allowed in the header')
    .refine(fits, tooLong),
});
