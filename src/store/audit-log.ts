import { createHash } from 'node:crypto';
import { sql } from 'kysely';
import type { AuditHead } from '../ids.ts';
import type { Engine } from './engine.ts';
import type { AuditRow, Database } from './tables.ts';

/** What is told of one step: who did what to whom, and what came of it. */
export type AuditEntry = {
  /** The Slack member; null for what happened by itself. */
  actor: string | null;
  /** The kind of change, such as `delete` or `reset`. */
  change: string;
  /** What became of it with this entry, such as `begun` or `approved`. */
  event: string;
  /** The Fastly user's id; null for who is no user yet. */
  target: string | null;
  request?: { id: string; step: number };
  /** Never a secret. */
  details: object;
};

/**
 * The last entry of the log; null while it has none. Noted elsewhere, it shows whether the log was cut off or written
 * anew since.
 */
export async function headOf(database: Database): Promise<AuditHead | null> {
  const last = await database
    .selectFrom('audit_log')
    .select(['seq', 'hash'])
    .orderBy('seq', 'desc')
    .limit(1)
    .executeTakeFirst();
  return last ?? null;
}

/** For a statement: the number of the last entry, 0 while there is none. */
export function lastEntry() {
  return sql<number>`(select coalesce(max(seq), 0) from audit_log)`;
}

/** What the first row has in place of its predecessor's hash. */
const BEFORE_THE_FIRST = '0'.repeat(64);

/** Adds a row, `at` Unix milliseconds. Writers take turns until their transactions end, so it comes last in one. */
export async function append(
  database: Database,
  engine: Engine,
  entry: AuditEntry,
  at: number,
): Promise<AuditRow> {
  if (engine.lockAuditLog) await engine.lockAuditLog.execute(database);
  const last = await headOf(database);
  const unsigned = {
    seq: (last?.seq ?? 0) + 1,
    at,
    actor: entry.actor,
    change: entry.change,
    event: entry.event,
    target: entry.target,
    request_id: entry.request?.id ?? null,
    step: entry.request?.step ?? null,
    details: JSON.stringify(entry.details),
    previous_hash: last?.hash ?? BEFORE_THE_FIRST,
  };
  const row = { ...unsigned, hash: hashOf(unsigned) };
  await database.insertInto('audit_log').values(row).execute();
  return row;
}

function hashOf(row: Omit<AuditRow, 'hash'>): string {
  const { seq, at, actor, change, event, target, request_id, step, details, previous_hash } = row;
  const content = [seq, at, actor, change, event, target, request_id, step, details, previous_hash];
  return createHash('sha256').update(JSON.stringify(content)).digest('hex');
}

/** Whether the chain is whole. What was cut off its end shows only beside a copy of the last hash, as in the log. */
export type Verdict =
  | { whole: true; entries: number; lastHash: string | null }
  | { whole: false; seq: number; problem: string };

/** Reads the whole log and follows the chain from its first row. */
export async function verify(rows: AsyncIterable<AuditRow>): Promise<Verdict> {
  let seq = 0;
  let lastHash = BEFORE_THE_FIRST;
  for await (const row of rows) {
    const problem = problemWith(row, seq + 1, lastHash);
    if (problem !== null) return { whole: false, seq: row.seq, problem };
    seq = row.seq;
    lastHash = row.hash;
  }
  return { whole: true, entries: seq, lastHash: seq === 0 ? null : lastHash };
}

function problemWith(row: AuditRow, expectedSeq: number, previousHash: string): string | null {
  if (row.seq !== expectedSeq) return `entry ${expectedSeq} is missing before it`;
  if (row.previous_hash !== previousHash) return 'it does not follow from the entry before it';
  if (row.hash !== hashOf(row)) return 'its content is not what was written';
  return null;
}

const ROWS_AT_A_TIME = 1_000;

/** All rows, oldest first, a thousand at a time. */
export async function* rowsOf(database: Database): AsyncGenerator<AuditRow> {
  let after = Number.MIN_SAFE_INTEGER;
  for (;;) {
    const rows = await database
      .selectFrom('audit_log')
      .selectAll()
      .where('seq', '>', after)
      .orderBy('seq')
      .limit(ROWS_AT_A_TIME)
      .execute();
    yield* rows;
    const last = rows.at(-1);
    if (!last) return;
    after = last.seq;
  }
}

export async function hasAuditLog(database: Database): Promise<boolean> {
  const tables = await database.introspection.getTables();
  return tables.some(({ name }) => name === 'audit_log');
}
