import { createHash } from 'node:crypto';
import { DatabaseSync } from 'node:sqlite';
import pg from 'pg';
import type {
  ApprovalRequestRow,
  AuditRow,
  DecisionRow,
  IntentRow,
  SurfaceRow,
} from '../../src/store/tables.ts';

/** What years of use leave in the database, beside what the bot itself writes there. */
type Rows = {
  audit_log: AuditRow;
  intents: IntentRow;
  approval_requests: ApprovalRequestRow;
  decisions: DecisionRow;
  surfaces: SurfaceRow;
};
type HistoryRow = { [Table in keyof Rows]: { table: Table; row: Rows[Table] } }[keyof Rows];

/** How much there is: entries of the audit log, and requests that are open; the rest are changes and closed requests. */
export type Size = { entries: number; openRequests: number };

/** Entries of a change and of a request that was carried out, and how many of all entries are about requests. */
const OF_CHANGE = 2;
const OF_REQUEST = 4;
const ABOUT_REQUESTS = 0.2;
const USERS = 20_000;

const REQUESTER = 'U0NORA001';
const APPROVER = 'U0TOMAS01';
const CHANNEL = 'C0CDNTEAM';
const HOUR = 60 * 60 * 1_000;

/** A user of the history, by a number of six digits. The first have changes and requests, the last ones none. */
export function userOf(index: number): { id: string; login: string; name: string } {
  const number = String(index).padStart(6, '0');
  return { id: `user0000000000${number}`, login: `p${number}@many.example`, name: `Person Number ${number}` };
}

/** Who was never changed. */
export const UNTOUCHED = userOf(999_999);

/** Whose only change is the first of all. */
export const CHANGED_LONG_AGO = userOf(999_998);

/** The rows in an order in which they can be inserted, with a chain of hashes that is whole. @param now Unix milliseconds */
export function* history({ entries, openRequests }: Size, now: number): Generator<HistoryRow> {
  const chain = new Chain();
  const closed = Math.floor((ABOUT_REQUESTS * entries - openRequests) / OF_REQUEST);
  const changes = Math.floor((entries - openRequests - OF_REQUEST * closed) / OF_CHANGE);
  const all = changes + closed;
  const beginning = now - all * 1_000 - HOUR;
  let requests = 0;
  for (let index = 0; index < all; index += 1) {
    const at = beginning + index * 1_000;
    const isRequest = Math.floor(((index + 1) * closed) / all) > requests;
    if (isRequest) {
      requests += 1;
      yield* closedRequest(chain, requests, at);
    } else yield* change(chain, index, at);
  }
  for (let index = 1; index <= openRequests; index += 1) yield* openRequest(chain, requests + index, now);
}

/** Numbers the entries and hashes each with the one before, as the bot does. */
class Chain {
  #seq = 0;
  #hash = '0'.repeat(64);

  entry(row: Omit<AuditRow, 'seq' | 'previous_hash' | 'hash'>): HistoryRow {
    this.#seq += 1;
    const { at, actor, change, event, target, request_id, step, details } = row;
    const unsigned = { seq: this.#seq, at, actor, change, event, target, request_id, step, details };
    const signed = { ...unsigned, previous_hash: this.#hash };
    this.#hash = createHash('sha256')
      .update(JSON.stringify(Object.values(signed)))
      .digest('hex');
    return { table: 'audit_log', row: { ...signed, hash: this.#hash } };
  }
}

const SETTINGS = { role: 'billing' };
const BEFORE = {
  name: null,
  role: 'engineer',
  limit_services: false,
  locked: false,
  require_new_password: null,
  two_factor_auth_enabled: true,
  two_factor_setup_required: null,
};

function* change(chain: Chain, index: number, at: number): Generator<HistoryRow> {
  const { id, login, name } = index === 0 ? CHANGED_LONG_AGO : userOf(index % USERS);
  const kind = index % 2 === 0 ? 'update' : 'reset';
  const reference = idOf(index, 'R');
  const made = kind === 'update' ? { settings: SETTINGS, before: { ...BEFORE, name } } : {};
  const details = JSON.stringify({ login, name, ...made, reference });
  const entry = { actor: REQUESTER, change: kind, target: id, request_id: null, step: null, details };
  yield chain.entry({ ...entry, at, event: 'begun' });
  yield chain.entry({ ...entry, at: at + 300, event: 'done' });
  yield {
    table: 'intents',
    row: {
      delivery_key: `trigger.${index}.0123456789abcdef`,
      change: kind,
      caller: REQUESTER,
      target: id,
      details: JSON.stringify({ target: { id, login, name }, ...made, reference, earlier: [] }),
      state: 'done',
      begun_at: at,
      due_at: null,
    },
  };
}

function* closedRequest(chain: Chain, number: number, at: number): Generator<HistoryRow> {
  const version = OF_REQUEST;
  const state = JSON.stringify({ kind: 'completed', found: false });
  const row = requestRow(number, at);
  const closed: ApprovalRequestRow = { ...row, open_target: null, state, version };
  yield { table: 'approval_requests', row: closed };
  yield {
    table: 'decisions',
    row: { request_id: row.id, approver: APPROVER, verdict: 'approved', reason: null, decided_at: at + 600 },
  };
  yield* surfaces(row.id, ['message', 'thread', 'requester'], version);
  yield entryOf(chain, number, 1, REQUESTER, 'filed', at);
  yield entryOf(chain, number, 2, APPROVER, 'approved', at + 600, { given: 1 });
  yield entryOf(chain, number, 3, null, 'started', at + 700, { lookFirst: false });
  yield entryOf(chain, number, 4, null, 'completed', at + 900, { found: false });
}

function* openRequest(chain: Chain, number: number, now: number): Generator<HistoryRow> {
  const row = requestRow(number, now);
  yield { table: 'approval_requests', row };
  yield* surfaces(row.id, ['message'], row.version);
  yield entryOf(chain, number, 1, REQUESTER, 'filed', now);
}

function requestRow(number: number, at: number): ApprovalRequestRow {
  const { id, login, name } = userOf(number);
  const target = { id, login, name, role: 'engineer', locked: false, twoFactor: true, lastActiveAt: null };
  return {
    id: idOf(number, 'Q'),
    delivery_key: `trigger.request.${number}.0123456789`,
    action: JSON.stringify({ kind: 'delete', version: 1, target }),
    open_target: id,
    requester: REQUESTER,
    reason: 'Left the company',
    channel: CHANNEL,
    approvals_required: 1,
    terms: JSON.stringify({ selfApproval: false, about: [] }),
    state: JSON.stringify({ kind: 'pending', remindAt: at + 4 * HOUR }),
    version: 1,
    filed_at: at,
    expires_at: at + 24 * HOUR,
    due_at: null,
    display_due_at: null,
    display_lease_until: null,
    display_claim: null,
  };
}

function* surfaces(request_id: string, names: readonly string[], version: number): Generator<HistoryRow> {
  const place = { channel: CHANNEL, ts: '1700000000.000100', wanted: version, shown: version };
  for (const name of names) yield { table: 'surfaces', row: { request_id, name, ...place } };
}

function entryOf(
  chain: Chain,
  number: number,
  step: number,
  actor: string | null,
  event: string,
  at: number,
  particulars: object = {},
): HistoryRow {
  const { action, reason, channel, approvals_required, expires_at, id } = requestRow(number, at);
  const { login, name, id: target } = userOf(number);
  const filed =
    event === 'filed'
      ? {
          action: JSON.parse(action),
          reason,
          channel,
          approvalsRequired: approvals_required,
          expiresAt: expires_at,
        }
      : {};
  const details = JSON.stringify({ login, name, verb: 'delete', ...particulars, ...filed });
  return chain.entry({ at, actor, change: 'delete', event, target, request_id: id, step, details });
}

/** Four signs and four, as requests and references have them. */
function idOf(number: number, first: string): string {
  const signs = `${first}${number.toString(36).toUpperCase().padStart(7, '0')}`;
  return `${signs.slice(0, 4)}-${signs.slice(4)}`;
}

/** Fills a SQLite database that has its tables and no rows. No bot may have it open. */
export function fillSqlite(path: string, size: Size, now = Date.now()): void {
  const database = new DatabaseSync(path);
  try {
    database.exec('pragma synchronous = off; begin');
    const statements = new Map<string, { run(...values: (string | number | null)[]): unknown }>();
    for (const { table, row } of history(size, now)) {
      let statement = statements.get(table);
      if (statement === undefined) {
        const columns = Object.keys(row);
        statement = database.prepare(
          `insert into ${table} (${columns.join(', ')}) values (${columns.map(() => '?').join(', ')})`,
        );
        statements.set(table, statement);
      }
      statement.run(...Object.values(row));
    }
    database.exec('commit');
  } finally {
    database.close();
  }
}

const BATCH = 2_000;

/** The same for PostgreSQL, where it also brings the planner's figures up to date. */
export async function fillPostgres(url: string, size: Size, now = Date.now()): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  const insert = async (table: string, [first, ...others]: readonly object[]) => {
    if (first === undefined) return;
    const columns = Object.keys(first).join(', ');
    const values = [JSON.stringify([first, ...others])];
    const from = `json_populate_recordset(null::${table}, $1)`;
    await client.query(`insert into ${table} (${columns}) select ${columns} from ${from}`, values);
  };
  try {
    await client.query('begin');
    // Requests come first, as others refer to them.
    const waiting = new Map<string, object[]>([['approval_requests', []]]);
    const flush = async () => {
      for (const [table, rows] of waiting) await insert(table, rows);
      for (const rows of waiting.values()) rows.length = 0;
    };
    for (const { table, row } of history(size, now)) {
      const rows = waiting.get(table) ?? [];
      waiting.set(table, rows);
      rows.push(row);
      if (rows.length >= BATCH) await flush();
    }
    await flush();
    await client.query('commit');
    await client.query('analyze');
  } finally {
    await client.end();
  }
}
