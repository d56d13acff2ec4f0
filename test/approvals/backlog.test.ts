import { CompiledQuery, sql } from 'kysely';
import { expect, it } from 'vitest';
import { openCounted, readBacklog } from '../../src/approvals/backlog.ts';
import { surfacesBehind } from '../../src/approvals/surfaces.ts';
import type { Store } from '../../src/store/store.ts';
import { letTimePass, onBothDatabases, run } from '../store/both-databases.ts';
import { ENGINEER, TOMAS } from './people.ts';
import { fileApproved, fileClaimed, fileFailed, fileOne, startService } from './service.ts';

const HOUR = 3_600_000;

const somebody = (id: string) => ({ ...ENGINEER, id, login: `${id}@example.com` });
const backlogOf = (store: Store) => store.read((database) => readBacklog(database, store.engine));

/** As if Slack showed all that it should of every request. */
async function showAll(store: Store): Promise<void> {
  await run(
    store,
    'update surfaces set shown = wanted',
    'update approval_requests set display_due_at = null',
  );
}

/** Many requests that have ended, with all that was kept of them, as after years. */
async function fillWithEnded(store: Store, requests: number): Promise<void> {
  const { now } = store.engine;
  await store.transaction(async ({ database }) => {
    const numbers = sql`with recursive numbers (n) as
      (select 1 union all select n + 1 from numbers where n < ${sql.lit(requests)})`;
    await sql`insert into approval_requests (id, delivery_key, action, open_target, requester, reason, channel,
        approvals_required, terms, state, version, filed_at, expires_at)
      ${numbers} select 'R' || n, 'ended ' || n, '{}', null, 'U1', null, 'C1', 1, null, '{"kind":"expired"}', 1,
        ${now}, ${now} from numbers`.execute(database);
    await sql`insert into surfaces (request_id, name, channel, ts, wanted, shown)
      ${numbers} select 'R' || n, 'message', 'C1', '1.1', 1, 1 from numbers`.execute(database);
    await sql`insert into audit_log (seq, at, actor, change, event, target, request_id, step, details,
        previous_hash, hash)
      ${numbers} select n, 0, null, 'delete', 'filed', null, 'R' || n, 1, '{}', '', '' from numbers`.execute(
      database,
    );
  });
}

onBothDatabases('what waits', (database) => {
  it('is nothing at first', async () => {
    const { store } = await startService(database);
    expect(await backlogOf(store)).toEqual({
      requests: { pending: 0, approved: 0, executing: 0, failed: 0 },
      oldestOpen: 0,
      oldestApproved: 0,
      unclearExecutions: 0,
      overduePromotions: 0,
      surfacesBehind: 0,
      oldestBehind: 0,
      leavers: { untold: 0, told: 0, kept: 0 },
    });
  });

  it('is counted by state while it is open', async () => {
    const service = await startService(database);
    const { store, approvals } = service;
    await fileFailed(service, true);
    await fileClaimed(service, somebody('executing1'));
    for (const id of ['approved1', 'approved2']) await fileApproved(service, somebody(id));
    for (const id of ['pending1', 'pending2', 'pending3']) await fileOne(service, somebody(id));
    const denied = await fileOne(service, somebody('denied1'));
    await approvals.deny(denied.id, TOMAS, null);
    const { requests, unclearExecutions } = await backlogOf(store);
    expect(requests).toEqual({ pending: 3, approved: 2, executing: 1, failed: 1 });
    expect(unclearExecutions).toBe(1);
  });

  it('counts a failure as unclear only where nobody knows what it came to', async () => {
    const service = await startService(database);
    await fileFailed(service, false);
    expect(await backlogOf(service.store)).toMatchObject({
      requests: { failed: 1 },
      unclearExecutions: 0,
      overduePromotions: 0,
    });
  });

  it('is as old as the oldest open request, and approved since its approval', async () => {
    const service = await startService(database);
    const { store, approvals } = service;
    const { id } = await fileOne(service);
    await letTimePass(store, HOUR);
    await fileOne(service, somebody('later1'));
    const before = await backlogOf(store);
    expect(Math.floor(before.oldestOpen / HOUR)).toBe(1);
    expect(before.oldestApproved).toBe(0);
    await approvals.approve(id, TOMAS);
    const approved = await backlogOf(store);
    expect(Math.floor(approved.oldestOpen / HOUR)).toBe(1);
    expect(Math.floor(approved.oldestApproved / HOUR)).toBe(0);
  });
});

onBothDatabases('what Slack has yet to be shown', (database) => {
  it('is each surface that does not show its step, also of a request that has ended', async () => {
    const service = await startService(database);
    const { store, approvals } = service;
    const { id } = await fileOne(service);
    expect(await backlogOf(store)).toMatchObject({ surfacesBehind: 1 });
    await showAll(store);
    expect(await backlogOf(store)).toMatchObject({ surfacesBehind: 0, oldestBehind: 0 });
    await approvals.deny(id, TOMAS, null);
    expect(await backlogOf(store)).toMatchObject({ requests: { pending: 0 }, surfacesBehind: 3 });
  });

  it('is as old as the step that it should show', async () => {
    const service = await startService(database);
    const { store } = service;
    await fillWithEnded(store, 1);
    await fileOne(service);
    const now = Math.floor((await backlogOf(store)).oldestBehind / HOUR);
    expect(now).toBe(0);
    await run(
      store,
      `update approval_requests set display_due_at = 1 where id = 'R1'`,
      `update surfaces set shown = 0 where request_id = 'R1'`,
    );
    const { oldestBehind, surfacesBehind: behind } = await backlogOf(store);
    // The entry of that step is of 1970.
    expect(oldestBehind).toBeGreaterThan(50 * 365 * 24 * HOUR);
    expect(behind).toBe(2);
  });
});

onBothDatabases('reading what waits', ({ name, open }) => {
  it('reads no request that has ended and is shown', async () => {
    const { store } = await open();
    await fillWithEnded(store, 2_000);
    if (name === 'PostgreSQL') await run(store, 'analyze');
    const plans = await store.read(async (database) => {
      const queries = [openCounted(database, store.engine), surfacesBehind(database).selectAll()];
      const explain = name === 'SQLite' ? 'explain query plan' : 'explain';
      const answers = await Promise.all(
        queries.map((query) => {
          const { sql: text, parameters } = query.compile();
          return database.executeQuery(CompiledQuery.raw(`${explain} ${text}`, [...parameters]));
        }),
      );
      return answers.map(({ rows }) => JSON.stringify(rows));
    });
    for (const plan of plans) expect(plan).not.toMatch(/Seq Scan|SCAN/);
    expect(plans[0]).toContain('open_target');
    expect(plans[1]).toContain('approval_requests_display_due_at');
  });
});
