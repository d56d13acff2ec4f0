import { expect, it } from 'vitest';
import { mayApprove } from '../../src/approvals/approvers.ts';
import { isNewer, type StoredRequest } from '../../src/approvals/newer.ts';
import type { OpenRequest } from '../../src/approvals/open-requests.ts';
import type { ApprovalPolicy } from '../../src/approvals/policy.ts';
import type { Listed } from '../../src/approvals/request.ts';
import { recordPosted } from '../../src/approvals/surfaces.ts';
import type { MemberId } from '../../src/ids.ts';
import { onBothDatabases, run } from '../store/both-databases.ts';
import { AIDA, CDN_TEAM, ENGINEER, NORA, PRIYA, SUPERUSERS, TOMAS } from './people.ts';
import { allOpen, claimed, fileOne, filing, type Service, startService } from './service.ts';

const REQUESTS = 60;
const APPROVALS = { approvalsRequired: 2 };

/** What each member's lists hold by the rules themselves, of all open requests, oldest first. */
function listsOf(member: MemberId, open: readonly StoredRequest[], policy: ApprovalPolicy) {
  const waits = (request: StoredRequest) => {
    if (isNewer(request)) return request.requester !== member;
    return request.state.kind === 'pending'
      ? mayApprove(request, policy).includes(member)
      : request.state.kind === 'failed' && request.requester !== member;
  };
  return {
    waiting: open.filter(waits),
    own: open.filter((request) => request.requester === member && !waits(request)),
  };
}

/** Requests in all states that are open, of several members, some of a newer version, all filed at moments of their own. */
async function fileMixed({ approvals, store }: Service): Promise<void> {
  for (let number = 0; number < REQUESTS; number += 1) {
    const requester = SUPERUSERS[number % 3] ?? NORA;
    const about = number % 7 === 0 ? [AIDA] : [];
    const person = { ...ENGINEER, id: `person${number}`, login: `person${number}@example.com` };
    // Words that look like what is stored.
    const reason = number % 5 === 0 ? `"kind":"failed" "${TOMAS}"` : null;
    const { request } = await approvals.file(filing({ requester, about, reason }, person));
    const { id } = request;
    const [first, second] = SUPERUSERS.filter((each) => each !== requester && !about.includes(each));
    if (!first || !second) throw new Error('nobody can approve');
    if (number % 4 > 0) await approvals.approve(id, first, reason);
    if (number % 4 > 1) await approvals.approve(id, second);
    if (number % 4 === 3 && number % 3 > 0) {
      const claim = claimed(await approvals.claims.advance(id));
      const why = `The answer was {"kind":"pending"}.`;
      const failed = { kind: 'failed', why, unclear: false, mayBeDone: false } as const;
      if (number % 3 === 2) await approvals.claims.record(claim, failed);
    }
    if (number === 29) await approvals.deny(id, second, null);
    const newer = [
      `update approval_requests set action = replace(action, '"version":1', '"version":2') where id = '${id}'`,
      `update approval_requests set requester = 'somebody' where id = '${id}'`,
      `update approval_requests set terms = 'no JSON', state = 'no JSON' where id = '${id}'`,
    ];
    if (number % 11 === 10) await run(store, newer[number % 3] ?? '');
    if (number % 13 === 12) await run(store, `update approval_requests set terms = null where id = '${id}'`);
    // Some members were added since, and earlier versions stored nobody.
    if (number % 8 === 4)
      await run(
        store,
        `update approval_requests set terms = replace(terms, ',"${PRIYA}"', '') where id = '${id}'`,
      );
    const older = `{"selfApproval":false,"about":["${AIDA}"]}`;
    if (number % 17 === 5)
      await run(store, `update approval_requests set terms = '${older}' where id = '${id}'`);
    // Some are filed at the same moment, and the earlier numbers later.
    const at = request.filedAt - 1_000 * Math.floor(number / 2);
    await run(store, `update approval_requests set filed_at = ${at} where id = '${id}'`);
    if (number % 2 === 0) {
      const posted = { channel: CDN_TEAM, ts: `1.${number}`, version: 1 };
      await store.transaction((transaction) => recordPosted(transaction, id, posted));
    }
  }
}

function expectPage({ shown, more }: Listed<OpenRequest>, all: readonly StoredRequest[], most: number): void {
  expect(shown.map(({ request }) => request)).toEqual(all.slice(0, most));
  expect(more).toBe(Math.max(0, all.length - most));
}

onBothDatabases('open requests', (database) => {
  it.each([false, true])('are those of the rules, oldest first, with self-approval %s', async (allow) => {
    const service = await startService(database, { ...APPROVALS, allowSelfApproval: allow });
    const { approvals, store } = service;
    await fileMixed(service);
    const open = await allOpen(service);
    expect(open.length).toBe(REQUESTS - 1);
    const filedAt = new Map(
      await store.read(async (tables) => {
        const rows = await tables.selectFrom('approval_requests').select(['id', 'filed_at']).execute();
        return rows.map((row): [string, number] => [row.id, row.filed_at]);
      }),
    );
    const age = ({ id }: StoredRequest) => filedAt.get(id) ?? 0;
    expect(open).toEqual(open.toSorted((a, b) => age(a) - age(b) || (a.id < b.id ? -1 : 1)));
    const kinds = open.map((each) => (isNewer(each) ? 'newer' : each.state.kind));
    expect(new Set(kinds)).toEqual(new Set(['pending', 'approved', 'executing', 'failed', 'newer']));
    expect(await approvals.newer()).toBe(kinds.filter((kind) => kind === 'newer').length);
    for (const most of [1, 7, 100]) expectPage(await approvals.open(most), open, most);
    for (const member of SUPERUSERS) {
      const lists = listsOf(member, open, approvals.policy);
      for (const [waiting, own] of [
        [3, 2],
        [100, 100],
      ] as const) {
        const found = await approvals.openFor(member, { waiting, own });
        expectPage(found.waiting, lists.waiting, waiting);
        expectPage(found.own, lists.own, own);
      }
    }
    for (const { request, posted } of (await approvals.open(100)).shown) {
      expect(posted).toEqual(await approvals.messageOf(request.id));
    }
  });

  it('wait for nobody to approve who is no bot admin', async () => {
    const service = await startService(database, { botAdmins: [NORA, TOMAS] });
    await fileOne(service);
    const most = { waiting: 5, own: 5 };
    expect((await service.approvals.openFor(PRIYA, most)).waiting.shown).toEqual([]);
    expect((await service.approvals.openFor(TOMAS, most)).waiting.shown).toHaveLength(1);
  });

  it('are known to need a newer version from the step that made them so, until they end', async () => {
    const service = await startService(database);
    const { approvals, others, store } = service;
    const { id } = await fileOne(service);
    expect(await approvals.newer()).toBe(0);
    await run(
      store,
      `update approval_requests set action = replace(action, '"version":1', '"version":2')`,
      `insert into audit_log select max(seq) + 1, 0, null, 'delete', 'locked', null, '${id}', 99, '{}', '', '' from audit_log`,
    );
    expect(await approvals.newer()).toBe(1);
    expect((await others.openFor(TOMAS, { waiting: 5, own: 5 })).waiting.shown).toEqual([
      { request: expect.objectContaining({ id, needsNewerVersion: true }), posted: null },
    ]);
    await run(
      store,
      'update approval_requests set open_target = null',
      `insert into audit_log select max(seq) + 1, 0, null, 'delete', 'denied', null, '${id}', 100, '{}', '', '' from audit_log`,
    );
    expect(await approvals.newer()).toBe(0);
  });
});
