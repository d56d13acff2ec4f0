import { describe, expect, it } from 'vitest';
import { targetKey, verbOf } from '../../src/approvals/action.ts';
import { type ExecutionOutcome, recordOutcome } from '../../src/approvals/execution-rules.ts';
import { waitsForApproval } from '../../src/approvals/policy.ts';
import type { ApprovalRequest, State } from '../../src/approvals/request.ts';
import { cancel, retry } from '../../src/approvals/rules.ts';
import { mayBeStopped, stop, unlocked } from '../../src/approvals/run-rules.ts';
import { ENGINEER, NORA, POLICY, pendingRequest, TOMAS } from './people.ts';

const USERS = ['a1', 'b2', 'c3'].map((id) => ({ ...ENGINEER, id, login: `${id}@example.com` }));
const RUN = { locked: ['a1'], left: [] };
const ATTEMPT = { mayBeDone: false, postponed: 0 };
const EXECUTING: State = { kind: 'executing', claim: 'mine', leaseUntil: 60_000, run: RUN, ...ATTEMPT };
const FAILED: State = {
  kind: 'failed',
  why: 'No.',
  unclear: false,
  mayBeDone: false,
  retryable: true,
  run: RUN,
};
const COMPLETED: State = { kind: 'completed', found: false, run: { locked: ['a1', 'b2'], left: [] } };

const several = (state: State): ApprovalRequest =>
  pendingRequest({
    state,
    action: {
      kind: 'lock-several',
      version: 1,
      target: { id: null, login: '3 users', name: '3 users' },
      targets: USERS,
      days: 90,
    },
  });

describe('a request about several users', () => {
  it('waits for approval as a kind of its own, and a few never do', () => {
    const policy = { requiredFor: ['lock-several'] };
    expect(waitsForApproval(policy, 'lock-several')).toBe(true);
    expect(waitsForApproval(policy, 'lock-few')).toBe(false);
    expect(waitsForApproval({ requiredFor: ['demote', 'delete'] }, 'lock-several')).toBe(false);
  });

  it('is the same for the same users in any order', () => {
    const { action } = several(EXECUTING);
    if (action.kind !== 'lock-several') throw new Error('another kind');
    const key = targetKey(action);
    expect(targetKey({ ...action, targets: USERS.toReversed() })).toBe(key);
    expect(targetKey({ ...action, targets: USERS.slice(1) })).not.toBe(key);
    expect(verbOf(action)).toBe('lock-several');
    expect(verbOf({ ...action, targets: USERS.slice(0, 1) })).toBe('lock');
  });

  it('keeps how far it is when it fails, is retried and is postponed', () => {
    const failed = recordOutcome(
      several(EXECUTING),
      'mine',
      { ...FAILED, run: { ...RUN, locked: ['a1', 'b2'] } },
      POLICY,
      1,
    );
    expect(failed).toMatchObject({ state: { kind: 'failed', run: { locked: ['a1', 'b2'] } } });
    expect(retry(several(FAILED), TOMAS, 1)).toMatchObject({ state: { kind: 'approved', run: RUN } });
    const put = { kind: 'postponed', until: null, unclear: false, mayBeDone: false, why: 'Later.' } as const;
    expect(recordOutcome(several(EXECUTING), 'mine', put, POLICY, 1)).toMatchObject({
      state: { kind: 'approved', run: RUN },
    });
    expect(cancel(several(FAILED), NORA)).toMatchObject({ kind: 'no' });
  });
});

describe('a stop', () => {
  it('is kept by a run that goes on meanwhile, and ends it whatever comes of it', () => {
    const ruling = stop(several(EXECUTING), TOMAS, 7);
    if (ruling.kind !== 'step') throw new Error('it was not stopped');
    expect(ruling.event).toEqual({ kind: 'stopped' });
    const stopped = several(ruling.state);
    expect(mayBeStopped(stopped)).toBe(false);
    const outcomes: ExecutionOutcome[] = [
      { kind: 'completed', found: false, run: { locked: ['a1', 'b2'], left: [] } },
      { kind: 'failed', why: 'No.', unclear: false, mayBeDone: false, run: RUN },
      { kind: 'postponed', until: null, unclear: false, mayBeDone: false, why: 'Later.', run: RUN },
    ];
    for (const outcome of outcomes) {
      expect(recordOutcome(stopped, 'mine', outcome, POLICY, 1)).toMatchObject({
        state: { kind: 'completed', run: { ...('run' in outcome && outcome.run), stoppedBy: TOMAS } },
      });
    }
  });

  it.each([
    { state: FAILED, run: RUN },
    { state: { kind: 'approved', notBefore: 9, ...ATTEMPT, run: RUN } satisfies State, run: RUN },
    { state: { kind: 'approved', notBefore: 9, ...ATTEMPT } satisfies State, run: { locked: [], left: [] } },
  ])('ends at once what is $state.kind', ({ state, run }) => {
    const completed = { kind: 'completed', found: false, run: { ...run, stoppedBy: TOMAS } };
    expect(stop(several(state), TOMAS, 7)).toEqual({ kind: 'step', state: completed, event: completed });
  });

  it('has looked first who was locked, where nobody could', () => {
    expect(stop(several({ ...FAILED, mayBeDone: true }), TOMAS, 7)).toEqual({
      kind: 'step',
      state: {
        kind: 'approved',
        notBefore: 7,
        mayBeDone: true,
        postponed: 0,
        run: { ...RUN, stoppedBy: TOMAS },
      },
      event: { kind: 'stopped' },
    });
  });

  it.each<State>([{ kind: 'pending', remindAt: null }, COMPLETED, { ...FAILED, retryable: false }])(
    'means nothing to what is $kind',
    (state) => {
      expect(stop(several(state), TOMAS, 7)).toEqual({ kind: 'no', objection: 'not-waiting' });
    },
  );

  it('means nothing to a request about one user', () => {
    const state: State = { kind: 'approved', notBefore: 9, ...ATTEMPT };
    expect(stop(pendingRequest({ state }), TOMAS, 7)).toEqual({ kind: 'no', objection: 'not-waiting' });
  });
});

it('users are unlocked once, after the end', () => {
  const first = unlocked(several(COMPLETED), ['a1']);
  expect(first).toMatchObject({
    state: { run: { unlocked: ['a1'] } },
    event: { kind: 'unlocked', users: 1 },
  });
  if (first.kind !== 'step') throw new Error('nobody was unlocked');
  expect(unlocked(several(first.state), ['a1'])).toEqual({ kind: 'no', objection: 'not-waiting' });
  expect(unlocked(several(first.state), ['a1', 'b2'])).toMatchObject({
    state: { run: { unlocked: ['a1', 'b2'] } },
    event: { kind: 'unlocked', users: 1 },
  });
  expect(unlocked(several(EXECUTING), ['a1'])).toEqual({ kind: 'no', objection: 'not-waiting' });
});
