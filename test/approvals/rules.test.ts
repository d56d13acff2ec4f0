import { describe, expect, it } from 'vitest';
import { lostRights, mayApprove } from '../../src/approvals/approvers.ts';
import { type ExecutionOutcome, recordOutcome } from '../../src/approvals/execution-rules.ts';
import type { ApprovalRequest, State } from '../../src/approvals/request.ts';
import * as rules from '../../src/approvals/rules.ts';
import type { Objection } from '../../src/approvals/ruling.ts';
import type { MemberId } from '../../src/ids.ts';
import { AIDA, ENGINEER, NORA, POLICY, PRIYA, pendingRequest, TOMAS } from './people.ts';

const APPROVED: State = { kind: 'approved', notBefore: 5, mayBeDone: false, postponed: 0 };
const EXECUTING: State = {
  kind: 'executing',
  claim: 'mine',
  leaseUntil: 50,
  mayBeDone: false,
  postponed: 0,
};
const COMPLETED: State = { kind: 'completed', found: false };
const FAILED: State = {
  kind: 'failed',
  why: 'Fastly answered 503.',
  unclear: false,
  mayBeDone: false,
  retryable: true,
};
const DENIED: State = { kind: 'denied', by: TOMAS, reason: null };
const objection = (objected: Objection) => ({ kind: 'no', objection: objected });
const { ttl, reminder, lease } = POLICY;

describe('filing', () => {
  it('waits, and reminds before the time is over', () => {
    expect(rules.filed(1, POLICY, 7)).toEqual({ kind: 'pending', remindAt: 7 + reminder });
  });

  it('does not remind where the request expires before', () => {
    expect(rules.filed(1, { ...POLICY, reminder: ttl }, 7)).toEqual({ kind: 'pending', remindAt: null });
  });

  it('waits for nobody where no approval is asked for', () => {
    expect(rules.filed(0, POLICY, 7)).toEqual({ ...APPROVED, notBefore: 7 });
  });
});

describe('approving', () => {
  it('is enough when as many others as required have', () => {
    const first = rules.approve(pendingRequest({ approvalsRequired: 2 }), TOMAS, POLICY, 9);
    expect(first).toMatchObject({ state: { kind: 'pending' }, event: { kind: 'approved', given: 1 } });
    const oneGiven = pendingRequest({ approvalsRequired: 2, approvers: [TOMAS] });
    expect(rules.approve(oneGiven, PRIYA, POLICY, 9)).toEqual({
      kind: 'step',
      state: { ...APPROVED, notBefore: 9 },
      event: { kind: 'approved', given: 2 },
    });
  });

  it.each<[Objection, Partial<ApprovalRequest>, MemberId, number]>([
    ['own-request', {}, NORA, 9],
    ['already-approved', { approvers: [TOMAS], approvalsRequired: 2 }, TOMAS, 9],
    ['already-approved', { approvers: [TOMAS], state: COMPLETED }, TOMAS, 9],
    ['not-waiting', { approvers: [PRIYA], state: APPROVED }, TOMAS, 9],
    ['not-waiting', { state: DENIED }, TOMAS, 9],
    ['too-late', {}, TOMAS, ttl],
  ])('is refused as %s', (why, changes, by, now) => {
    expect(rules.approve(pendingRequest(changes), by, POLICY, now)).toEqual(objection(why));
  });

  it('takes the last moment before it expires', () => {
    expect(rules.approve(pendingRequest(), TOMAS, POLICY, ttl - 1).kind).toBe('step');
  });

  it('takes the requester only where that is configured', () => {
    const policy = { ...POLICY, allowSelfApproval: true };
    expect(rules.approve(pendingRequest(), NORA, policy, 9)).toMatchObject({ state: { kind: 'approved' } });
  });
});

describe('denying', () => {
  it('ends the request, with who and why', () => {
    expect(rules.deny(pendingRequest(), TOMAS, 'she stays', 9)).toEqual({
      kind: 'step',
      state: { kind: 'denied', by: TOMAS, reason: 'she stays' },
      event: { kind: 'denied', reason: 'she stays' },
    });
  });

  it('is open to who approved before', () => {
    const oneGiven = pendingRequest({ approvalsRequired: 2, approvers: [TOMAS] });
    expect(rules.deny(oneGiven, TOMAS, null, 9).kind).toBe('step');
  });

  it.each<[Objection, Partial<ApprovalRequest>, MemberId, number]>([
    ['own-request', {}, NORA, 9],
    ['not-waiting', { state: APPROVED }, TOMAS, 9],
    ['too-late', {}, TOMAS, ttl],
  ])('is refused as %s', (why, changes, by, now) => {
    expect(rules.deny(pendingRequest(changes), by, null, now)).toEqual(objection(why));
  });
});

describe('cancelling', () => {
  it.each([
    ['waits', pendingRequest()],
    ['failed and may be retried', pendingRequest({ state: FAILED })],
  ])('takes back what %s', (_what, request) => {
    const cancelled = { kind: 'cancelled', why: null };
    expect(rules.cancel(request, NORA)).toEqual({ kind: 'step', state: cancelled, event: cancelled });
    expect(rules.cancel(request, TOMAS)).toEqual(objection('not-the-requester'));
  });

  it.each([[APPROVED], [EXECUTING], [COMPLETED], [{ ...FAILED, retryable: false }]])(
    'comes too late for what is %j',
    (state) => {
      expect(rules.cancel(pendingRequest({ state }), NORA)).toEqual(objection('not-waiting'));
    },
  );

  it('happens by itself to what nobody can see, while it waits', () => {
    expect(rules.cancelUnseen(pendingRequest(), 'no such channel')).toMatchObject({
      state: { kind: 'cancelled', why: 'no such channel' },
    });
    expect(rules.cancelUnseen(pendingRequest({ state: APPROVED }), 'no such channel').kind).toBe('no');
  });

  it('does not happen by itself once somebody has decided', () => {
    const decided = pendingRequest({ approvalsRequired: 2, approvers: [TOMAS] });
    expect(rules.cancelUnseen(decided, 'no such channel')).toEqual(objection('not-waiting'));
  });
});

describe('an approval', () => {
  it('counts only while who gave it is a superuser', () => {
    const request = pendingRequest({ approvalsRequired: 2, approvers: [TOMAS] });
    const policy = { ...POLICY, botAdmins: POLICY.botAdmins.filter((member) => member !== TOMAS) };
    expect(rules.approve(request, PRIYA, POLICY, 1)).toMatchObject({ state: { kind: 'approved' } });
    expect(rules.approve(request, PRIYA, policy, 1)).toMatchObject({
      state: { kind: 'pending' },
      event: { kind: 'approved', given: 1 },
    });
  });
});

describe('what failed', () => {
  it('can be given up, but not while it may have been carried out', () => {
    expect(rules.cancel(pendingRequest({ state: FAILED }), NORA).kind).toBe('step');
    for (const doubt of [{ unclear: true }, { mayBeDone: true }]) {
      const request = pendingRequest({ state: { ...FAILED, ...doubt } });
      expect(rules.cancel(request, NORA)).toEqual(objection('not-waiting'));
    }
  });
});

describe('retrying', () => {
  it('counts the approvals there are, and looks first where the attempt was unclear', () => {
    const request = pendingRequest({ state: { ...FAILED, mayBeDone: true }, approvers: [TOMAS] });
    expect(rules.retry(request, TOMAS, 9)).toEqual({
      kind: 'step',
      state: { ...APPROVED, notBefore: 9, mayBeDone: true },
      event: { kind: 'retried' },
    });
    expect(rules.retry(pendingRequest({ state: FAILED }), TOMAS, 9)).toMatchObject({
      state: { mayBeDone: false },
    });
  });

  it('is for what failed, while its time lasts', () => {
    expect(rules.retry(pendingRequest(), TOMAS, 9)).toEqual(objection('not-failed'));
    expect(rules.retry(pendingRequest({ state: FAILED }), TOMAS, ttl)).toEqual(objection('too-late'));
    const closed = pendingRequest({ state: { ...FAILED, retryable: false } });
    expect(rules.retry(closed, TOMAS, 9)).toEqual(objection('too-late'));
  });
});

describe('the stricter rule', () => {
  const MORE = { ...POLICY, approvalsRequired: 2 };
  const about = { terms: { selfApproval: false, about: [TOMAS] } };

  it('counts where more approvals are needed by now than when it was filed', () => {
    expect(rules.approve(pendingRequest(), TOMAS, MORE, 9)).toMatchObject({ state: { kind: 'pending' } });
    expect(lostRights(pendingRequest({ approvers: [TOMAS] }), POLICY)).toBeNull();
    expect(lostRights(pendingRequest({ approvers: [TOMAS] }), MORE)).toEqual({ kind: 'rules' });
    const none = pendingRequest({ approvalsRequired: 0 });
    expect(lostRights(none, { ...POLICY, requiredFor: [] })).toBeNull();
    expect(lostRights(none, POLICY)).toEqual({ kind: 'rules' });
  });

  it('counts where fewer are needed by now', () => {
    const request = pendingRequest({ approvalsRequired: 2 });
    expect(rules.approve(request, TOMAS, POLICY, 9)).toMatchObject({ state: { kind: 'pending' } });
    expect(lostRights({ ...request, approvers: [TOMAS] }, { ...POLICY, requiredFor: [] })).toEqual({
      kind: 'rights',
      whose: 'approvers',
    });
  });

  it("counts for approving one's own request", () => {
    const own = (selfApproval: boolean, allowSelfApproval: boolean) =>
      rules.approve(
        pendingRequest({ terms: { selfApproval, about: [] } }),
        NORA,
        { ...POLICY, allowSelfApproval },
        9,
      ).kind;
    expect([own(true, true), own(true, false), own(false, true), own(false, false)]).toEqual([
      'step',
      'no',
      'no',
      'no',
    ]);
  });

  it('lets nobody decide on a request about themselves, or be asked to', () => {
    const request = pendingRequest(about);
    expect(rules.approve(request, TOMAS, POLICY, 9)).toEqual(objection('about-you'));
    expect(rules.deny(request, TOMAS, null, 9)).toEqual(objection('about-you'));
    expect(rules.retry(pendingRequest({ ...about, state: FAILED }), TOMAS, 9)).toEqual(
      objection('about-you'),
    );
    expect(mayApprove(request, POLICY)).not.toContain(TOMAS);
    expect(lostRights({ ...request, approvers: [TOMAS] }, POLICY)).toEqual({
      kind: 'rights',
      whose: 'approvers',
    });
  });
});

describe('time', () => {
  const due = (changes: Partial<ApprovalRequest>, now: number) =>
    rules.whatIsDue(pendingRequest(changes), 'new', POLICY, now);

  it('reminds once, and then expires what waits', () => {
    const reminded: State = { kind: 'pending', remindAt: null };
    expect(due({}, reminder - 1)).toBeNull();
    expect(due({}, reminder)).toEqual({ kind: 'step', state: reminded, event: { kind: 'reminded' } });
    expect(due({ state: reminded }, ttl - 1)).toBeNull();
    expect(due({ state: reminded }, ttl)).toMatchObject({ state: { kind: 'expired' } });
  });

  it('hands out what is approved, and takes over what a dead process had, which then looks first', () => {
    const mine = { kind: 'executing', claim: 'new', leaseUntil: 50 + lease };
    expect(due({ state: APPROVED }, 50)).toMatchObject({ state: { ...mine, mayBeDone: false } });
    expect(due({ state: EXECUTING }, 49)).toBeNull();
    expect(due({ state: EXECUTING }, 50)).toMatchObject({ state: { ...mine, mayBeDone: true } });
  });

  it('closes what failed when nobody retried it', () => {
    expect(due({ state: FAILED }, ttl)).toEqual({
      kind: 'step',
      state: { ...FAILED, retryable: false },
      event: { kind: 'closed' },
    });
  });
});

describe('recording', () => {
  it('is for who holds the claim', () => {
    const request = pendingRequest({ state: EXECUTING });
    const done: ExecutionOutcome = { kind: 'completed', found: true };
    expect(recordOutcome(request, 'mine', done, POLICY, 9)).toEqual({
      kind: 'step',
      state: done,
      event: done,
    });
    expect(recordOutcome(request, 'yours', done, POLICY, 9)).toEqual(objection('another-claim'));
    expect(recordOutcome(pendingRequest(), 'mine', done, POLICY, 9)).toEqual(objection('another-claim'));
  });

  it('lets what failed be retried only while its time lasts', () => {
    const failed: ExecutionOutcome = {
      kind: 'failed',
      why: 'Fastly answered 503.',
      unclear: true,
      mayBeDone: true,
    };
    const request = pendingRequest({ state: EXECUTING });
    expect(recordOutcome(request, 'mine', failed, POLICY, ttl - 1)).toMatchObject({
      state: { retryable: true },
    });
    expect(recordOutcome(request, 'mine', failed, POLICY, ttl)).toMatchObject({
      state: { retryable: false },
    });
  });

  const why = 'Fastly takes no more changes.';
  const postponed: ExecutionOutcome = {
    kind: 'postponed',
    until: null,
    unclear: true,
    mayBeDone: true,
    why,
  };
  const hour = 3_600_000;

  it('puts off what Fastly does not take now, for longer each time, and until then at least', () => {
    const record = (before: number, until: number | null) => {
      const state = { ...EXECUTING, postponed: before };
      return recordOutcome(
        pendingRequest({ state, expiresAt: hour }),
        'mine',
        { ...postponed, until },
        POLICY,
        9,
      );
    };
    expect(record(0, null)).toEqual({
      kind: 'step',
      state: { kind: 'approved', notBefore: 5_009, mayBeDone: true, postponed: 1 },
      event: { kind: 'postponed', until: 5_009, unclear: true },
    });
    expect(record(0, 77)).toMatchObject({ state: { notBefore: 5_009 } });
    expect(record(0, 60_000)).toMatchObject({ state: { notBefore: 60_000 } });
    expect(record(1, null)).toMatchObject({ state: { notBefore: 10_009, postponed: 2 } });
    expect(record(50, null)).toMatchObject({ state: { notBefore: 900_009 } });
  });

  it('has failed where it would have to be put off beyond its time', () => {
    const request = pendingRequest({ state: EXECUTING, expiresAt: hour });
    const outcome = { ...postponed, until: hour };
    expect(recordOutcome(request, 'mine', outcome, POLICY, 9)).toEqual({
      kind: 'step',
      state: { kind: 'failed', why, unclear: true, mayBeDone: true, retryable: true },
      event: { kind: 'failed', why, unclear: true },
    });
    expect(recordOutcome(request, 'mine', outcome, POLICY, hour)).toMatchObject({
      state: { retryable: false },
    });
  });
});

describe('the target that was locked meanwhile', () => {
  it('is shown as locked, once', () => {
    const target = { ...ENGINEER, locked: true };
    const action = { kind: 'delete' as const, version: 1 as const, target };
    expect(rules.targetLocked(pendingRequest())).toMatchObject({ event: { kind: 'locked' }, action });
    expect(rules.targetLocked(pendingRequest({ action })).kind).toBe('no');
    expect(rules.targetLocked(pendingRequest({ state: EXECUTING })).kind).toBe('step');
    expect(rules.targetLocked(pendingRequest({ state: { kind: 'expired' } })).kind).toBe('no');
  });
});

describe('rights', () => {
  const approved = pendingRequest({ approvalsRequired: 2, approvers: [TOMAS, PRIYA], state: APPROVED });
  const without = (...gone: MemberId[]) => ({
    ...POLICY,
    botAdmins: POLICY.botAdmins.filter((member) => !gone.includes(member)),
  });

  it('are looked at again: of who asked and of as many as had to approve', () => {
    expect(lostRights(approved, POLICY)).toBeNull();
    expect(lostRights(approved, without(AIDA))).toBeNull();
    expect(lostRights(approved, without(NORA, PRIYA))).toEqual({ kind: 'rights', whose: 'requester' });
    expect(lostRights(approved, without(PRIYA))).toEqual({ kind: 'rights', whose: 'approvers' });
    expect(lostRights({ ...approved, approvalsRequired: 1 }, without(PRIYA))).toBeNull();
  });

  it("do not count the requester's own approval where that is not allowed any more", () => {
    const own = pendingRequest({ approvers: [NORA], state: APPROVED });
    expect(lostRights(own, { ...POLICY, allowSelfApproval: true })).toBeNull();
    expect(lostRights(own, POLICY)).toEqual({ kind: 'rights', whose: 'approvers' });
  });

  it('to approve are those of the others who have not yet', () => {
    const request = pendingRequest({ approvers: [TOMAS] });
    expect(mayApprove(request, POLICY)).toEqual([PRIYA, AIDA]);
    expect(mayApprove(request, { ...POLICY, allowSelfApproval: true })).toEqual([NORA, PRIYA, AIDA]);
  });
});
