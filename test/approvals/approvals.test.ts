import { expect, it } from 'vitest';
import { RequestId } from '../../src/approvals/request.ts';
import { letTimePass, onBothDatabases } from '../store/both-databases.ts';
import { AIDA, ENGINEER, FASTLY_SUPERUSER, NORA, POLICY, PRIYA, TOMAS } from './people.ts';
import {
  allOpen,
  eventsOf,
  fileApproved,
  fileFailed,
  fileOne,
  filing,
  startService,
  stateOf,
  stepsIn,
} from './service.ts';

const UNKNOWN = RequestId.parse('AAAA-AAAA');

onBothDatabases('filing', (database) => {
  it('keeps what will be done, for whom, why and where, as it was asked', async () => {
    const service = await startService(database);
    const request = await fileOne(service);
    expect(await service.others.get(request.id)).toEqual(request);
    expect(request).toMatchObject({ requester: NORA, reason: 'left the company', approvalsRequired: 1 });
    expect(request.action).toEqual({ kind: 'delete', version: 1, target: ENGINEER });
    expect(request.expiresAt - request.filedAt).toBe(POLICY.ttl);
    expect(await stepsIn(service.store, request.id)).toMatchObject([
      { number: 1, actor: NORA, event: { kind: 'filed' } },
    ]);
  });

  it('makes one request of a delivery that comes twice, also when the first has ended', async () => {
    const service = await startService(database);
    const once = filing();
    const { request } = await service.approvals.file(once);
    expect(await service.others.file(once)).toEqual({ kind: 'repeat', request });
    await service.approvals.cancel(request.id, NORA);
    expect(await service.others.file(once)).toMatchObject({ kind: 'repeat', request: { id: request.id } });
    expect(await allOpen(service)).toEqual([]);
  });

  it('answers a second request about the same user with the first', async () => {
    const service = await startService(database);
    const request = await fileOne(service);
    expect(await service.others.file(filing({ requester: TOMAS }))).toEqual({
      kind: 'already-open',
      request,
    });
    await fileOne(service, FASTLY_SUPERUSER);
    await service.approvals.cancel(request.id, NORA);
    expect((await fileOne(service)).id).not.toBe(request.id);
  });

  it('takes one of twenty requests about the same user at the same moment', async () => {
    const { approvals, others } = await startService(database);
    const filed = await Promise.all(
      Array.from({ length: 20 }, (_, place) => (place % 2 ? approvals : others).file(filing())),
    );
    expect(filed.filter(({ kind }) => kind === 'filed')).toHaveLength(1);
    expect(filed.filter(({ kind }) => kind === 'already-open')).toHaveLength(19);
    expect(new Set(filed.map(({ request }) => request.id)).size).toBe(1);
    expect(await allOpen({ approvals })).toHaveLength(1);
  });

  it('takes one of twenty deliveries of the same command at the same moment', async () => {
    const { approvals, others } = await startService(database);
    const once = filing();
    const filed = await Promise.all(
      Array.from({ length: 20 }, (_, place) => (place % 2 ? approvals : others).file(once)),
    );
    expect(filed.filter(({ kind }) => kind === 'filed')).toHaveLength(1);
    expect(filed.filter(({ kind }) => kind === 'repeat')).toHaveLength(19);
  });

  it('waits for nobody where this kind of change needs no approval', async () => {
    const service = await startService(database, { requiredFor: [] });
    const { id } = await fileOne(service);
    expect(await service.approvals.claims.advance(id)).toMatchObject({ request: { id }, mayBeDone: false });
  });

  it('keeps names and reasons of any characters', async () => {
    const service = await startService(database);
    const hard = 'naïve 名前 \u{1F98A}👩🏽‍🚀 \'"\\ %_ \u202e \ufffd \ufeff';
    const target = { ...ENGINEER, name: `NUL \0, lone \ud83e and \udd8a, ${hard}` };
    const { request } = await service.approvals.file(filing({ reason: hard }, target));
    expect(await service.others.get(request.id)).toEqual(request);
    await service.approvals.deny(request.id, TOMAS, hard);
    const last = (await stepsIn(service.other, request.id)).at(-1);
    expect(last?.event).toEqual({ kind: 'denied', reason: hard });
    expect(await stateOf(service, request.id)).toEqual({ kind: 'denied', by: TOMAS, reason: hard });
  });
});

onBothDatabases('deciding', (database) => {
  it('approves with one other superuser, and counts no approval after it', async () => {
    const service = await startService(database);
    const { id } = await fileApproved(service);
    const { state, approvers, version } = { ...(await service.approvals.get(id)) };
    expect({ kind: state?.kind, approvers, version }).toEqual({
      kind: 'approved',
      approvers: [TOMAS],
      version: 2,
    });
    expect(await service.others.approve(id, PRIYA)).toMatchObject({ kind: 'no', objection: 'not-waiting' });
  });

  it('does not let the requester approve or deny, nor anybody else cancel', async () => {
    const service = await startService(database);
    const request = await fileOne(service);
    const { approvals } = service;
    const refused = (objection: string) => ({ kind: 'no', objection, request });
    expect(await approvals.approve(request.id, NORA)).toEqual(refused('own-request'));
    expect(await approvals.deny(request.id, NORA, null)).toEqual(refused('own-request'));
    expect(await approvals.cancel(request.id, TOMAS)).toEqual(refused('not-the-requester'));
    expect(await approvals.get(request.id)).toEqual(request);
    expect(await eventsOf(service, request.id)).toEqual(['filed']);
  });

  it('reaches approved once when both of two required approvals come at the same moment', async () => {
    const { approvals, others, store } = await startService(database, { approvalsRequired: 2 });
    const { id } = await fileOne({ approvals });
    const answers = await Promise.all([approvals.approve(id, TOMAS), others.approve(id, PRIYA)]);
    const states = answers.map((answer) => 'request' in answer && answer.request.state.kind);
    expect(states.toSorted()).toEqual(['approved', 'pending']);
    expect(await eventsOf({ store }, id)).toEqual(['filed', 'approved', 'approved']);
    const approvers = (await approvals.get(id))?.approvers ?? [];
    expect([...approvers].sort()).toEqual([PRIYA, TOMAS].sort());
  });

  it('counts the same superuser once when they click twice at the same moment', async () => {
    const { approvals, others } = await startService(database, { approvalsRequired: 2 });
    const { id } = await fileOne({ approvals });
    const answers = await Promise.all([approvals.approve(id, TOMAS), others.approve(id, TOMAS)]);
    expect(answers.filter(({ kind }) => kind === 'step')).toHaveLength(1);
    expect(answers).toContainEqual(expect.objectContaining({ objection: 'already-approved' }));
    expect(await approvals.get(id)).toMatchObject({ approvers: [TOMAS], state: { kind: 'pending' } });
  });

  it('takes either the approval or the denial that come at the same moment', async () => {
    const { approvals, others, store } = await startService(database);
    const { id } = await fileOne({ approvals });
    const answers = await Promise.all([approvals.approve(id, TOMAS), others.deny(id, PRIYA, null)]);
    expect(answers.map(({ kind }) => kind).toSorted()).toEqual(['no', 'step']);
    expect(await eventsOf({ store }, id)).toHaveLength(2);
  });

  it('denies, also by who approved before, whose approval is then none', async () => {
    const service = await startService(database, { approvalsRequired: 2 });
    const { id } = await fileOne(service);
    await service.approvals.approve(id, TOMAS);
    const answer = await service.others.deny(id, TOMAS, 'she stays');
    expect(answer).toMatchObject({ kind: 'step', request: { state: { kind: 'denied', by: TOMAS } } });
    const request = await service.approvals.get(id);
    expect(request).toMatchObject({ approvers: [], state: { reason: 'she stays' } });
    expect(answer).toEqual({ kind: 'step', request });
    expect(await allOpen(service)).toEqual([]);
  });

  it.each([
    { step: 'approve', may: TOMAS, mayNot: NORA, objection: 'own-request' },
    { step: 'deny', may: TOMAS, mayNot: NORA, objection: 'own-request' },
    { step: 'cancel', may: NORA, mayNot: TOMAS, objection: 'not-the-requester' },
  ] as const)('tells beforehand what would come of: $step, without doing it', async (given) => {
    const { step, may, mayNot, objection } = given;
    const service = await startService(database);
    const request = await fileOne(service);
    const { approvals } = service;
    expect(await approvals.foresee(request.id, may, step)).toEqual({ kind: 'step', request });
    expect(await approvals.foresee(request.id, mayNot, step)).toEqual({ kind: 'no', objection, request });
    expect(await approvals.foresee(UNKNOWN, may, step)).toEqual({ kind: 'unknown' });
    expect(await eventsOf(service, request.id)).toEqual(['filed']);
  });

  it('keeps what approvers write, with the step and with who has approved', async () => {
    const service = await startService(database, { approvalsRequired: 3 });
    const { id } = await fileOne(service);
    await service.approvals.approve(id, TOMAS, 'she left');
    await service.approvals.approve(id, AIDA);
    const answer = await service.approvals.approve(id, PRIYA, 'checked with HR');
    const request = await service.others.get(id);
    expect(answer).toEqual({ kind: 'step', request });
    expect(request?.comments).toEqual(
      new Map([
        [TOMAS, 'she left'],
        [PRIYA, 'checked with HR'],
      ]),
    );
    expect((await stepsIn(service.other, id)).map(({ event }) => event)).toEqual([
      { kind: 'filed' },
      { kind: 'approved', given: 1, comment: 'she left' },
      { kind: 'approved', given: 2 },
      { kind: 'approved', given: 3, comment: 'checked with HR' },
    ]);
  });

  it('keeps what the requester writes who cancels', async () => {
    const service = await startService(database);
    const { id } = await fileOne(service);
    await service.approvals.cancel(id, NORA, 'she stays');
    const cancelled = { kind: 'cancelled', why: null, comment: 'she stays' };
    expect(await stateOf(service, id)).toEqual(cancelled);
    expect((await stepsIn(service.other, id)).at(-1)?.event).toEqual(cancelled);
  });

  it('knows of no request that nobody filed', async () => {
    const { approvals } = await startService(database);
    expect(await approvals.approve(UNKNOWN, TOMAS)).toEqual({ kind: 'unknown' });
    expect(await approvals.claims.advance(UNKNOWN)).toBeNull();
    expect(await approvals.get(UNKNOWN)).toBeNull();
  });

  it('cancels by who asked, or because nobody can see it', async () => {
    const service = await startService(database);
    const first = await fileOne(service);
    await service.approvals.cancel(first.id, NORA);
    expect(await stateOf(service, first.id)).toEqual({ kind: 'cancelled', why: null });
    const second = await fileOne(service);
    await service.approvals.cancelUnseen(second.id, 'I am not in that channel.');
    expect(await stateOf(service, second.id)).toMatchObject({ why: 'I am not in that channel.' });
  });

  it('is told of each step, and of nothing else', async () => {
    const service = await startService(database);
    const { id } = await fileOne(service);
    await service.approvals.approve(id, NORA);
    await service.approvals.claims.advance(id);
    expect(service.steps()).toBe(1);
    await service.approvals.approve(id, TOMAS);
    await service.approvals.claims.advance(id);
    expect(service.steps()).toBe(3);
  });

  it('lists what is open, oldest first', async () => {
    const service = await startService(database);
    const failed = await fileFailed(service);
    await letTimePass(service.store, 1_000);
    const waiting = await fileOne(service, FASTLY_SUPERUSER);
    await letTimePass(service.store, 1_000);
    const ended = await fileOne(service, { ...ENGINEER, id: 'other1' });
    await service.approvals.cancel(ended.id, NORA);
    expect((await allOpen({ approvals: service.others })).map(({ id }) => id)).toEqual([
      failed.id,
      waiting.id,
    ]);
  });
});

onBothDatabases('time', (database) => {
  it('has nothing to do for what was just filed', async () => {
    const service = await startService(database);
    const { id } = await fileOne(service);
    expect(await service.approvals.claims.due(8)).toEqual([]);
    expect(await service.approvals.claims.advance(id)).toBeNull();
    expect(await eventsOf(service, id)).toEqual(['filed']);
  });

  it('reminds once, also when two processes see that it is due', async () => {
    const service = await startService(database);
    const { id } = await fileOne(service);
    await letTimePass(service.store, POLICY.reminder);
    expect(await service.approvals.claims.due(8)).toEqual([id]);
    await Promise.all([service.approvals.claims.advance(id), service.others.claims.advance(id)]);
    expect(await eventsOf(service, id)).toEqual(['filed', 'reminded']);
    expect(await service.approvals.claims.due(8)).toEqual([]);
    expect((await service.approvals.approve(id, TOMAS)).kind).toBe('step');
  });

  it('expires what nobody decided, and takes no decision from then on, marked as expired or not', async () => {
    const service = await startService(database);
    const { id } = await fileOne(service);
    await letTimePass(service.store, POLICY.ttl);
    expect(await service.approvals.approve(id, TOMAS)).toMatchObject({ objection: 'too-late' });
    expect(await service.approvals.deny(id, TOMAS, null)).toMatchObject({ objection: 'too-late' });
    expect(await service.approvals.claims.due(8)).toEqual([id]);
    await service.approvals.claims.advance(id);
    expect(await stateOf(service, id)).toEqual({ kind: 'expired' });
    expect(await service.approvals.approve(id, TOMAS)).toMatchObject({ objection: 'not-waiting' });
    expect((await fileOne(service)).id).not.toBe(id);
  });

  it('closes what failed, which nobody can retry then', async () => {
    const service = await startService(database);
    const { id } = await fileFailed(service);
    expect(await service.approvals.claims.due(8)).toEqual([]);
    await letTimePass(service.store, POLICY.ttl);
    expect(await service.approvals.retry(id, TOMAS)).toMatchObject({ objection: 'too-late' });
    expect(await service.approvals.claims.due(8)).toEqual([id]);
    await service.approvals.claims.advance(id);
    expect(await stateOf(service, id)).toMatchObject({ kind: 'failed', retryable: false });
    expect((await eventsOf(service, id)).at(-1)).toBe('closed');
    expect(await service.approvals.claims.due(8)).toEqual([]);
    expect(await allOpen(service)).toEqual([]);
  });

  it('gives as many of what is due as are asked for, the longest due first', async () => {
    const service = await startService(database);
    const ids = [];
    for (const id of ['a1', 'b2', 'c3']) {
      ids.push((await fileOne(service, { ...ENGINEER, id })).id);
      await letTimePass(service.store, 1_000);
    }
    await letTimePass(service.store, POLICY.ttl);
    expect(await service.approvals.claims.due(2)).toEqual(ids.slice(0, 2));
  });
});
