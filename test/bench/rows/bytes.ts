import { sql } from 'kysely';
import { Approvals } from '../../../src/approvals/approvals.ts';
import { openRequestAbout } from '../../../src/approvals/rows.ts';
import type { Change } from '../../../src/changes/change.ts';
import { Intents } from '../../../src/changes/intents.ts';
import type { Store } from '../../../src/store/store.ts';
import { CDN_TEAM, CURRENT, ENGINEER, NORA, POLICY, TOMAS } from '../../approvals/people.ts';
import { userOf } from '../../support/history.ts';
import type { Row } from '../row.ts';
import type { DatabaseKind, Shared } from '../shared.ts';

const CHANGES = 400;
const REQUESTS = 100;
/** A year of heavy use. */
const CHANGES_A_DAY = 100;
const REQUESTS_A_DAY = 10;
const DAYS = 365;

/** Bytes with indexes, and with what rows leave behind when they are changed. */
type Footprint = { auditRow: number; change: number; request: number };

const SUFFIXES = { SQLite: 'sqlite', PostgreSQL: 'postgres' } as const;

/** What is kept for ever, in bytes. Nothing is ever thinned out. */
export const BYTES_ROWS: readonly Row[] = (['SQLite', 'PostgreSQL'] as const).flatMap((kind) => [
  stated(
    `audit-row-bytes-${SUFFIXES[kind]}`,
    'an entry of the audit log',
    kind,
    'bytes',
    (each) => each.auditRow,
  ),
  stated(
    `change-bytes-${SUFFIXES[kind]}`,
    'a change, with its entries',
    kind,
    'bytes',
    (each) => each.change,
  ),
  stated(
    `request-bytes-${SUFFIXES[kind]}`,
    'an approval request that was carried out, with its entries',
    kind,
    'bytes',
    (each) => each.request,
  ),
  stated(
    `year-megabytes-${SUFFIXES[kind]}`,
    `a year of ${CHANGES_A_DAY} changes and ${REQUESTS_A_DAY} requests a day`,
    kind,
    'MB',
    ({ change, request }) => (DAYS * (CHANGES_A_DAY * change + REQUESTS_A_DAY * request)) / 1_000_000,
  ),
]);

function stated(
  name: string,
  about: string,
  kind: DatabaseKind,
  unit: string,
  figure: (each: Footprint) => number,
): Row {
  return {
    name,
    about: `${about}; ${kind}`,
    unit,
    wanted: null,
    rounds: 1,
    start: async (shared) => {
      const footprint = await footprintOn(shared, kind);
      return { round: async () => ({ ours: figure(footprint), theirs: null }), stop: async () => {} };
    },
  };
}

/** Each is measured once a run. */
const measured = new Map<DatabaseKind, Promise<Footprint>>();

function footprintOn(shared: Shared, kind: DatabaseKind): Promise<Footprint> {
  const known = measured.get(kind) ?? shared.emptyStore(kind).then((store) => footprint(store, kind));
  measured.set(kind, known);
  return known;
}

async function footprint(store: Store, kind: DatabaseKind): Promise<Footprint> {
  await makeChanges(store);
  const ofChanges = await sizes(store, kind);
  await makeRequests(store);
  const all = await sizes(store, kind);
  const { entries } = await store.read((database) =>
    database
      .selectFrom('audit_log')
      .select(({ fn }) => fn.max('seq').as('entries'))
      .executeTakeFirstOrThrow(),
  );
  const auditRow = (all.get('audit_log') ?? 0) / entries;
  const ofRequests = ['approval_requests', 'decisions', 'surfaces'].map((table) => all.get(table) ?? 0);
  return {
    auditRow,
    change: (ofChanges.get('intents') ?? 0) / CHANGES + 2 * auditRow,
    request:
      ofRequests.reduce((sum, each) => sum + each) / REQUESTS +
      ((entries - 2 * CHANGES) / REQUESTS) * auditRow,
  };
}

async function makeChanges(store: Store): Promise<void> {
  const intents = new Intents(store, POLICY.lease, openRequestAbout, () => {});
  for (let index = 0; index < CHANGES; index += 1) {
    const { id, login, name } = userOf(index);
    const change: Change = {
      deliveryKey: `1234567890.12345.${index}.0123456789abcdef0123456789abcdef`,
      kind: index % 2 === 0 ? 'update' : 'reset',
      caller: NORA,
      target: { id, login, name },
      reference: 'K7Q2-9FMX',
      ...(index % 2 === 0 && { settings: { role: 'billing' }, before: { ...CURRENT, name }, reason: null }),
    };
    await intents.begin(change);
    await intents.settle(change, { kind: 'done' });
  }
}

async function makeRequests(store: Store): Promise<void> {
  const approvals = new Approvals(store, POLICY, false, () => {});
  for (let index = 0; index < REQUESTS; index += 1) {
    const { request } = await approvals.file({
      action: { kind: 'delete', version: 1, target: { ...ENGINEER, ...userOf(CHANGES + index) } },
      requester: NORA,
      reason: 'Left the company at the end of the month',
      channel: CDN_TEAM,
      deliveryKey: `1234567890.12345.request${index}.0123456789abcdef0123456789abcdef`,
      about: [],
    });
    await approvals.seenAt(request.id, {
      channel: CDN_TEAM,
      ts: `1700000000.${String(index).padStart(6, '0')}`,
    });
    await approvals.approve(request.id, TOMAS);
    const claim = await approvals.claims.advance(request.id);
    if (claim === null) throw new Error('an approved request was not to be carried out');
    await approvals.claims.record(claim, { kind: 'completed', found: false });
  }
}

/** Each table with its indexes, in bytes. */
async function sizes(store: Store, kind: DatabaseKind): Promise<Map<string, number>> {
  const { rows } = await store.read((database) =>
    (kind === 'SQLite'
      ? sql<{ name: string; bytes: number }>`select tbl_name as name, sum(pgsize) as bytes
          from dbstat join sqlite_schema using (name) group by tbl_name`
      : sql<{ name: string; bytes: number }>`select relname as name, pg_total_relation_size(oid) as bytes
          from pg_class where relkind = 'r' and relnamespace = 'public'::regnamespace`
    ).execute(database),
  );
  return new Map(rows.map(({ name, bytes }) => [name, bytes]));
}
