import { sql } from 'kysely';
import { describe, expect, it } from 'vitest';
import { openRequestAbout } from '../../src/approvals/rows.ts';
import type { Change } from '../../src/changes/change.ts';
import { Intents } from '../../src/changes/intents.ts';
import { type CrossCheck, CrossChecker } from '../../src/checks/cross-check.ts';
import { append, rowsOf, verify } from '../../src/store/audit-log.ts';
import type { Store } from '../../src/store/store.ts';
import type { AuditRow } from '../../src/store/tables.ts';
import { NORA, PRIYA, TOMAS } from '../approvals/people.ts';
import { allOpen, claimed, filing, type Service, startService } from '../approvals/service.ts';
import { type Kind, onBothDatabases, run, SQLITE } from '../store/both-databases.ts';

const UNPROTECT = {
  SQLite: ['drop trigger audit_log_no_update', 'drop trigger audit_log_no_delete'],
  // Triggers rest for the transaction. Tables that stay as they are can be given to the next test.
  PostgreSQL: ['set local session_replication_role = replica'],
};

const target = (id: string) => ({ id, login: `${id}@example.com`, name: `${id} Example` });
const LOCK: Change = {
  deliveryKey: 'lock',
  kind: 'update',
  caller: NORA,
  target: target('grace1'),
  settings: { locked: true, name: 'Grace' },
  reason: null,
  reference: 'AAAA-AAAA',
};
const RESET: Change = {
  deliveryKey: 'reset',
  kind: 'reset',
  caller: TOMAS,
  target: target('linus1'),
  reference: 'BBBB-BBBB',
};
const FORM: Change = {
  deliveryKey: 'form',
  kind: 'create',
  caller: NORA,
  target: { id: null, login: 'ada@example.com', name: 'Ada' },
  settings: { role: 'user' },
  reference: 'CCCC-CCCC',
};

/** A database with changes of every end, a form that was sent again, and requests that went different ways. */
async function start(database: Kind): Promise<Service & { intents: Intents }> {
  const service = await startService(database);
  const { store, approvals } = service;
  const intents = new Intents(store, 60_000, openRequestAbout, () => {});
  await intents.begin(LOCK);
  await intents.settle(LOCK, { kind: 'done' });
  await intents.begin(FORM);
  await intents.settle(FORM, { kind: 'failed', why: 'Fastly answered 503.' });
  const again = { ...FORM, target: { ...FORM.target, name: 'Ada L.' }, reference: 'DDDD-DDDD' };
  await intents.begin(again);
  await intents.settle(again, { kind: 'unknown' });
  const person = (id: string) =>
    filing({}, { ...target(id), role: 'user', locked: false, twoFactor: null, lastActiveAt: null });
  const { request: deleted } = await approvals.file(person('edda1'));
  await approvals.approve(deleted.id, TOMAS);
  await approvals.claims.record(claimed(await approvals.claims.advance(deleted.id)), {
    kind: 'completed',
    found: false,
  });
  const { request: denied } = await approvals.file(person('mika1'));
  await approvals.deny(denied.id, PRIYA, 'still needed');
  await approvals.file(person('juno1'));
  await intents.begin(RESET);
  return { ...service, intents };
}

async function check(store: Store): Promise<CrossCheck> {
  return await store.read(async (database) => {
    const checker = new CrossChecker();
    const seen = async function* (rows: AsyncIterable<AuditRow>) {
      for await (const row of rows) {
        checker.add(row);
        yield row;
      }
    };
    expect(await verify(seen(rowsOf(database)))).toMatchObject({ whole: true });
    return await checker.against(database);
  });
}

/** Writes the log anew with what `change` makes of each entry, in a chain that fits. */
async function writeAnew(
  store: Store,
  kind: Kind,
  change: (row: AuditRow) => AuditRow | null,
): Promise<void> {
  const rows = await store.read((tables) =>
    tables.selectFrom('audit_log').selectAll().orderBy('seq').execute(),
  );
  await store.transaction(async ({ database, engine }) => {
    for (const statement of [...UNPROTECT[kind.name], 'delete from audit_log']) {
      await sql.raw(statement).execute(database);
    }
    for (const row of rows.map(change)) {
      if (row === null) continue;
      const { at, actor, change: what, event, target: whom, details } = row;
      const request = row.request_id === null ? {} : { request: { id: row.request_id, step: row.step ?? 0 } };
      const entry = { actor, change: what, event, target: whom, details: JSON.parse(details), ...request };
      await append(database, engine, entry, at);
    }
  });
}

onBothDatabases('the audit log beside the changes and requests', (database) => {
  it('agrees with them, while some are still open', async () => {
    const { store } = await start(database);
    const { problems, changes, requests, others } = await check(store);
    expect(problems).toEqual([]);
    expect({ changes, requests, others: [...others] }).toEqual({ changes: 3, requests: 3, others: [] });
  });

  it('agrees with a deletion whose approvals count no longer', async () => {
    const { store, approvals } = await startService(database);
    const { request } = await approvals.file(filing());
    await approvals.approve(request.id, TOMAS);
    const token = { id: 't1', name: 'ci', scope: 'global', services: 0 };
    const shown = { readAt: 1, tokens: [token] };
    const claim = claimed(await approvals.claims.advance(request.id));
    await approvals.claims.record(claim, { kind: 'asked-again', shown, unseen: [token] });
    expect((await check(store)).problems).toEqual([]);
    await run(store, `insert into decisions values ('${request.id}', '${TOMAS}', 'approved', null, 1)`);
    expect((await check(store)).problems).toEqual([
      `request ${request.id} was approved by ${TOMAS}, and no entry says so`,
    ]);
  });

  it.each([1, 2, 8])('is missed where its last %d entries were cut off', async (entries) => {
    const { store } = await start(database);
    await run(
      store,
      ...UNPROTECT[database.name],
      `delete from audit_log where seq > (select max(seq) from audit_log) - ${entries}`,
    );
    const { problems } = await check(store);
    expect(problems).toContain("change BBBB-BBBB (reset) has no entry 'begun' like it");
    if (entries >= 2) expect(problems.join('\n')).toMatch(/request \S+ \(delete\) has no entry for step 1/);
  });

  it('is missed where all of it is gone', async () => {
    const { store } = await start(database);
    await run(store, ...UNPROTECT[database.name], 'delete from audit_log');
    const { problems } = await check(store);
    // Three changes with five entries and a failed attempt with two, three requests with seven steps and two decisions.
    expect(problems).toHaveLength(5 + 2 + 7 + 2);
  });

  it.each<{ what: string; change: (row: AuditRow) => AuditRow | null; problem: RegExp }>([
    {
      what: 'another member',
      change: (row) => (row.change === 'update' ? { ...row, actor: PRIYA } : row),
      problem: /change AAAA-AAAA \(update\) has no entry 'begun' like it/,
    },
    {
      what: 'another user',
      change: (row) => (row.change === 'update' ? { ...row, target: 'other1' } : row),
      problem: /change AAAA-AAAA \(update\) has no entry 'done' like it/,
    },
    {
      what: 'other settings',
      change: (row) => ({ ...row, details: row.details.replace('"locked":true', '"locked":false') }),
      problem: /change AAAA-AAAA \(update\) has no entry 'done' like it/,
    },
    {
      what: 'another end',
      change: (row) => (row.change === 'update' && row.event === 'done' ? { ...row, event: 'failed' } : row),
      problem: /\(update failed by U0NORA001\) is about no change that is kept/,
    },
    {
      what: 'no failed attempt',
      change: (row) => (row.details.includes('CCCC-CCCC') ? null : row),
      problem: /change CCCC-CCCC \(create\) has no entry 'failed'/,
    },
    {
      what: 'another approver',
      change: (row) => (row.event === 'approved' ? { ...row, actor: PRIYA } : row),
      problem: /request \S+ was approved by U0TOMAS01, and no entry says so/,
    },
    {
      what: 'another requester',
      change: (row) => (row.event === 'filed' ? { ...row, actor: PRIYA } : row),
      problem: /entry \d+ doesn't say that U0NORA001 filed request/,
    },
    {
      what: 'another end of a request',
      change: (row) => (row.event === 'completed' ? { ...row, event: 'expired' } : row),
      problem: /request \S+ is 'completed', and its last entry \d+ is 'expired'/,
    },
    {
      what: 'another user of a request',
      change: (row) => (row.target === 'edda1' ? { ...row, target: 'other1' } : row),
      problem: /entry \d+ \(delete filed by U0NORA001\) is step 1 of no request that is kept/,
    },
  ])('is found out where it was written anew with $what', async ({ change, problem }) => {
    const { store } = await start(database);
    await writeAnew(store, database, change);
    expect((await check(store)).problems.join('\n')).toMatch(problem);
  });

  it.each([
    {
      statement: "delete from intents where delivery_key = 'lock'",
      problem: /update done by U0NORA001.+no change/,
    },
    {
      statement: "delete from intents where state = 'unknown'",
      problem: /create failed by U0NORA001.+no change/,
    },
    { statement: 'delete from intents', problem: /reset begun by U0TOMAS01.+no change/ },
    { statement: 'delete from approval_requests', problem: /is step 3 of no request/ },
    { statement: 'update approval_requests set version = 1', problem: /is step 2 of no request/ },
    {
      statement: "delete from decisions where verdict = 'approved'",
      problem: /delete approved by U0TOMAS01.+no request/,
    },
  ])('finds out after: $statement', async ({ statement, problem }) => {
    const { store } = await start(database);
    // Of all that is kept, this one is the oldest.
    await run(store, "update intents set begun_at = begun_at - 1000 where state in ('open', 'unknown')");
    if (statement === 'delete from intents') await run(store, 'update approval_requests set filed_at = 0');
    await run(store, 'delete from surfaces');
    if (statement === 'delete from approval_requests') await run(store, 'delete from decisions');
    await run(store, statement);
    expect((await check(store)).problems.join('\n')).toMatch(problem);
  });

  it('agrees as far as it can be compared with what a newer version has stored', async () => {
    const { store, approvals } = await start(database);
    const [{ id = '' } = {}] = await allOpen({ approvals });
    await run(
      store,
      `update approval_requests set action = '{"kind":"lock-several","version":1,"targets":[]}' where id = '${id}'`,
      `update approval_requests set state = '{"kind":"paused"}' where state like '%"denied"%'`,
      "update intents set change = 'lock-several', details = '{}' where delivery_key = 'lock'",
      `update intents set details = '{"reference":"BBBB-BBBB","targets":[]}' where delivery_key = 'reset'`,
    );
    await writeAnew(store, database, (row) => {
      if (row.details.includes('AAAA-AAAA')) return { ...row, change: 'lock-several', details: '{}' };
      return row.request_id === id ? { ...row, change: 'lock-several', target: null } : row;
    });
    const { problems, changes, requests, newer, others } = await check(store);
    expect({ problems, changes, requests, newer, others: [...others] }).toEqual({
      problems: [],
      changes: 1,
      requests: 1,
      newer: 4,
      others: [
        ['lock-several begun', 1],
        ['lock-several done', 1],
      ],
    });
    // A transaction would notice that the log was written anew.
    await store.read((reader) => sql`update approval_requests set version = version + 1`.execute(reader));
    expect((await check(store)).problems).toHaveLength(3);
  });

  it('takes a request with an event of a newer version for one of it', async () => {
    const { store, approvals } = await start(database);
    const [{ id = '' } = {}] = await allOpen({ approvals });
    const escalated = { actor: null, change: 'delete', event: 'escalated', target: 'juno1', details: {} };
    await store.transaction((each) => each.audit({ ...escalated, request: { id, step: 2 } }));
    await run(store, `update approval_requests set version = 2 where id = '${id}'`);
    const { problems, requests, newer } = await check(store);
    expect({ problems, requests, newer }).toEqual({ problems: [], requests: 2, newer: 1 });
  });

  it('names what there is nothing to compare with', async () => {
    const { store } = await start(database);
    for (const event of ['begun', 'done', 'done']) {
      await store.transaction((each) =>
        each.audit({ actor: NORA, change: 'export', event, target: null, details: {} }),
      );
    }
    const { problems, others } = await check(store);
    expect({ problems, others: [...others] }).toEqual({
      problems: [],
      others: [
        ['export begun', 1],
        ['export done', 2],
      ],
    });
  });
});

describe('entries without their change', () => {
  it.each([
    { older: 1, problems: 0 },
    { older: -1, problems: 1 },
  ])('count from the oldest change that is kept on: $older ms before it', async ({ older, problems }) => {
    const { intents, store } = await start(SQLITE);
    await intents.settle(RESET, { kind: 'done' });
    const at =
      (await store.read((tables) => tables.selectFrom('audit_log').select('at').execute()))[0]?.at ?? 0;
    await run(
      store,
      "delete from intents where delivery_key = 'lock'",
      `update intents set begun_at = ${at - 10_000} where delivery_key = 'form'`,
    );
    await writeAnew(store, SQLITE, (row) =>
      row.details.includes('AAAA-AAAA') ? { ...row, at: at - 10_000 - older } : row,
    );
    expect((await check(store)).problems).toHaveLength(2 * problems);
  });

  it.each([
    { what: 'change', entry: { change: 'reset', event: 'done', details: { reference: 'EEEE-EEEE' } } },
    {
      what: 'step',
      entry: { change: 'delete', event: 'completed', details: {}, request: { id: 'R', step: 3 } },
    },
  ])('are found out behind the others, whatever their time says: a $what', async ({ entry }) => {
    const { store } = await start(SQLITE);
    await store.transaction(async ({ database, engine }) => {
      await append(database, engine, { actor: NORA, target: 'grace1', ...entry }, 1);
    });
    expect((await check(store)).problems).toHaveLength(1);
  });

  it('are no problem where an earlier version forgot the attempts with a form that failed', async () => {
    const { store } = await start(SQLITE);
    const forget = `update intents set details = replace(details, ',"earlier":["CCCC-CCCC"]', '') where delivery_key = 'form'`;
    await run(store, forget);
    expect((await check(store)).problems).toEqual([]);
  });
});
