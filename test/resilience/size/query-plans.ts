import type { DatabaseSync } from 'node:sqlite';
import type pg from 'pg';
import { z } from 'zod';
import type { Query } from './recorded-queries.ts';

const Detail = z.object({ detail: z.string() });
const Value = z.union([z.string(), z.number(), z.null()]);

/** These indexes hold only the rows that wait for something. */
const OF_WHAT_WAITS = /_due_at$|^approval_requests_(open|open_requester|claim)$/;

/** The tables that SQLite would read from end to end (https://www.sqlite.org/eqp.html). */
export function scannedOnSqlite(database: DatabaseSync, { sql, parameters }: Query): string[] {
  const values = parameters.map((value) => Value.parse(value));
  const steps = database.prepare(`explain query plan ${sql}`).all(...values);
  return steps.flatMap((step) => {
    const [, table, index = ''] = /^SCAN (\w+)(?: USING INDEX (\w+))?/.exec(Detail.parse(step).detail) ?? [];
    return table === undefined || OF_WHAT_WAITS.test(index) ? [] : [table];
  });
}

type Plan = z.infer<typeof Plan>;
const Plan = z.object({
  'Node Type': z.string(),
  'Relation Name': z.string().optional(),
  'Index Name': z.string().optional(),
  'Index Cond': z.string().optional(),
  Filter: z.string().optional(),
  get Plans() {
    return z.array(Plan).optional();
  },
});
const Explained = z.object({ 'QUERY PLAN': z.array(z.object({ Plan })) });

/** The tables that PostgreSQL would read from end to end, be it along an index whose rows it looks at one by one. */
export async function scannedOnPostgres(client: pg.Client, { sql, parameters }: Query): Promise<string[]> {
  const { rows } = await client.query(`explain (format json) ${sql}`, [...parameters]);
  return Explained.parse(rows[0])['QUERY PLAN'].flatMap((explained) => scanned(explained.Plan));
}

function scanned(plan: Plan): string[] {
  const { 'Relation Name': table, 'Index Name': index = '', Filter: filter } = plan;
  const isUnbounded = plan['Index Cond'] === undefined && filter !== undefined && !OF_WHAT_WAITS.test(index);
  const reads = plan['Node Type'] === 'Seq Scan' || (plan['Node Type'].startsWith('Index') && isUnbounded);
  const own = table !== undefined && reads ? [table] : [];
  return [...own, ...(plan.Plans ?? []).flatMap(scanned)];
}
