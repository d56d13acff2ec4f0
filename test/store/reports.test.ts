import { describe, expect, it } from 'vitest';
import { TakenOver } from '../../src/store/held-lease.ts';
import { changesMade, claimReport, type DueReport, planReport, ReportBook } from '../../src/store/reports.ts';
import type { Store } from '../../src/store/store.ts';
import { onBothDatabases, run, SQLITE } from './both-databases.ts';

const LEASE = 60_000;
const HOUR = 3_600_000;
const SCHEDULE = '0 9 * * 1 UTC';

/** Plans the report for an hour ago. */
const plan = (store: Store) => planReport(store, SCHEDULE, (now) => now - HOUR);

async function claimed(store: Store): Promise<DueReport> {
  const due = await claimReport(store, SCHEDULE, LEASE);
  if (due === null) throw new Error('Another process is at it, or it is not due.');
  return due;
}

const entry = (change: string, event: string, details = {}) => ({
  actor: null,
  change,
  event,
  target: null,
  details,
});

onBothDatabases('a report', (database) => {
  it('is planned once, whatever another process would plan', async () => {
    const { store, other } = await database.open();
    const [one, two] = await Promise.all([plan(store), planReport(other, SCHEDULE, (now) => now - 2 * HOUR)]);
    const due = await new ReportBook(other, SCHEDULE).next();
    expect([one, two].filter((planned) => planned !== null)).toEqual([due]);
    expect(await plan(store)).toBeNull();
    expect(await new ReportBook(other, SCHEDULE).next()).toBe(due);
    expect(await new ReportBook(store, null).next()).toBeNull();
  });

  it('is due for one process, and only for those with its schedule', async () => {
    const { store, other } = await database.open();
    await planReport(store, SCHEDULE, (now) => now + HOUR);
    expect(await claimReport(store, SCHEDULE, LEASE)).toBeNull();
    await run(
      store,
      `update report_schedules set due_at = due_at - ${2 * HOUR}, try_at = try_at - ${2 * HOUR}`,
    );
    expect(await claimReport(store, 'another', LEASE)).toBeNull();
    const due = await claimed(store);
    expect(due.late).toBeGreaterThanOrEqual(HOUR);
    expect(due.isPosted).toBe(false);
    expect(await claimReport(other, SCHEDULE, LEASE)).toBeNull();
  });

  it('that Slack has is not due again, and the next one is', async () => {
    const { store, other } = await database.open();
    await plan(store);
    const due = await claimed(store);
    await due.posted(0, due.due + 1_000);
    const next = await claimed(other);
    expect(next.due).toBe(due.due + 1_000);
    await next.leaveOut(due.due);
    const again = await claimed(store);
    expect(again.isPosted).toBe(true);
    await again.leaveOut(null);
    expect(await new ReportBook(store, SCHEDULE).next()).toBeNull();
  });

  it('is taken over when its lease has run out, and then nothing of the first process is recorded', async () => {
    const { store, other } = await database.open();
    await plan(store);
    const due = await claimed(store);
    await run(store, 'update report_schedules set lease_until = lease_until - 60001');
    const next = await claimed(other);
    for (const step of [
      () => due.renew(),
      () => due.posted(1, null),
      () => due.leaveOut(null),
      () => due.putOff(0),
    ]) {
      await expect(step()).rejects.toThrow(TakenOver);
    }
    await next.renew();
    expect(next.isPosted).toBe(false);
  });
});

onBothDatabases('the changes that a report counts', (database) => {
  it('are those that were made, by kind, since the last report', async () => {
    const { store } = await database.open();
    const audit = (...entries: [string, string, object?][]) =>
      Promise.all(
        entries.map((each) => store.transaction((transaction) => transaction.audit(entry(...each)))),
      );
    await audit(
      ['reset', 'begun'],
      ['reset', 'done'],
      ['reset', 'done'],
      ['delete', 'completed'],
      ['update', 'failed'],
    );
    const first = await changesMade(store);
    const byKind = ({ byKind: kinds }: typeof first) =>
      Object.fromEntries(kinds.map(({ kind, count }) => [kind, count]));
    expect(byKind(first)).toEqual({ reset: 2, delete: 1 });
    expect(first.entry).toBe(5);
    await plan(store);
    await (await claimed(store)).posted(first.entry, null);
    await audit(
      ['lock', 'done'],
      ['update', 'done', { settings: { locked: false } }],
      ['update', 'done', { settings: { locked: false, role: 'user' }, name: '"settings":{"locked":false}' }],
      ['end-sessions', 'done', { tokens: [] }],
      ['end-sessions', 'done', { tokens: ['s1'], name: '"tokens":[]' }],
    );
    const second = await changesMade(store);
    expect(byKind(second)).toEqual({ lock: 1, unlock: 1, update: 1, 'end-sessions': 1 });
    expect(second.since).toBeGreaterThan(first.since);
  });
});

describe('a report, whatever the database', () => {
  it('is not planned where the schedule gives no instant', async () => {
    const { store } = await SQLITE.open();
    expect(await planReport(store, SCHEDULE, () => null)).toBeNull();
    expect(await new ReportBook(store, SCHEDULE).next()).toBeNull();
  });

  it('that is put off is due later, for the same instant', async () => {
    const { store, other } = await SQLITE.open();
    await plan(store);
    const due = await claimed(store);
    await due.putOff(HOUR);
    expect(await claimReport(other, SCHEDULE, LEASE)).toBeNull();
    await run(store, `update report_schedules set try_at = try_at - ${HOUR}`);
    expect((await claimed(other)).due).toBe(due.due);
  });

  it('forgets plans and reports of long ago, and keeps the newest', async () => {
    const { store } = await SQLITE.open();
    await planReport(store, 'of an earlier configuration', (now) => now - 31 * 24 * HOUR);
    await run(store, 'insert into reports (due_at, posted_at, entry) values (1, 1, 1)');
    await plan(store);
    await (await claimed(store)).posted(3, null);
    const left = await store.read(async (tables) => ({
      schedules: await tables.selectFrom('report_schedules').selectAll().execute(),
      reports: await tables.selectFrom('reports').select('entry').execute(),
    }));
    expect(left).toEqual({ schedules: [], reports: [{ entry: 3 }] });
  });

  it('counts the changes of 30 days where there was no report', async () => {
    const { store } = await SQLITE.open();
    await run(
      store,
      `insert into audit_log (seq, at, actor, change, event, target, request_id, step, details, previous_hash, hash)
        values (1, 0, null, 'reset', 'done', null, null, null, '{}', '', '')`,
    );
    await store.transaction((transaction) => transaction.audit(entry('reset', 'done')));
    expect((await changesMade(store)).byKind).toEqual([{ kind: 'reset', count: 1 }]);
  });
});
