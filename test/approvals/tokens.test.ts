import { describe, expect, it } from 'vitest';
import { type Action, tokensKey } from '../../src/approvals/action.ts';
import { Approvals } from '../../src/approvals/approvals.ts';
import { approversAfter } from '../../src/approvals/approvers.ts';
import { type ExecutionOutcome, recordOutcome, revoking } from '../../src/approvals/execution-rules.ts';
import { waitsForApproval } from '../../src/approvals/policy.ts';
import * as rules from '../../src/approvals/rules.ts';
import type { ListedToken } from '../../src/changes/token.ts';
import { onBothDatabases } from '../store/both-databases.ts';
import { ENGINEER, POLICY, PRIYA, pendingRequest, TOMAS } from './people.ts';
import { claimed, eventsOf, fileClaimed, startService, stateOf } from './service.ts';

const TOKEN: ListedToken = { id: 't1', name: 'ci', scope: 'global', services: 0, lastUsedAt: null };
const LATER: ListedToken = { ...TOKEN, id: 't2', name: 'later' };
const SHOWN = { readAt: 1, tokens: [TOKEN, LATER] };
const ASKED_AGAIN: ExecutionOutcome = { kind: 'asked-again', shown: SHOWN, unseen: [LATER] };

const withTokens = (tokens: ListedToken[], changes: object = {}): Action => ({
  ...{ kind: 'delete-with-tokens', version: 1, target: ENGINEER },
  ...{ shown: { readAt: 1, tokens }, revokeFirst: false, laterTokens: false },
  ...changes,
});
const executing = (changes: object = {}) =>
  pendingRequest({
    state: {
      ...{ kind: 'executing', claim: 'mine', leaseUntil: 50, mayBeDone: false, postponed: 0 },
      ...changes,
    },
  });

describe('what stands for the tokens of a request', () => {
  it('is the same in any order, and another for other tokens or another end of them', () => {
    const key = tokensKey(withTokens([TOKEN, LATER]));
    expect(tokensKey(withTokens([LATER, TOKEN]))).toBe(key);
    const others = [
      withTokens([TOKEN]),
      withTokens([TOKEN, LATER], { revokeFirst: true }),
      withTokens([TOKEN, LATER], { laterTokens: true }),
      withTokens([], { shown: null }),
      pendingRequest().action,
    ];
    expect(new Set([key, ...others.map(tokensKey)]).size).toBe(6);
  });
});

describe('the way back from executing to pending', () => {
  it('shows the tokens of now, keeps what was asked for, and takes the approvals', () => {
    const request = {
      ...executing(),
      action: withTokens([TOKEN], { revokeFirst: true }),
      approvers: [TOMAS],
    };
    expect(recordOutcome(request, 'mine', ASKED_AGAIN, POLICY, 9)).toEqual({
      kind: 'step',
      state: { kind: 'pending', remindAt: 9 + POLICY.reminder },
      event: { kind: 'asked-again', unseen: [LATER] },
      action: withTokens([], { shown: SHOWN, revokeFirst: true }),
    });
    expect(approversAfter([TOMAS], { kind: 'asked-again', unseen: [] }, null)).toEqual([]);
  });

  it('turns a deletion without tokens into one with them', () => {
    expect(recordOutcome(executing(), 'mine', ASKED_AGAIN, POLICY, 9)).toMatchObject({
      action: withTokens([], { shown: SHOWN }),
    });
  });

  it('does not remind where the request expires before', () => {
    const request = { ...executing(), expiresAt: 10 };
    expect(recordOutcome(request, 'mine', ASKED_AGAIN, POLICY, 9)).toMatchObject({
      state: { kind: 'pending', remindAt: null },
    });
  });

  it('is closed once a token was revoked, and no sooner', () => {
    const ruling = (revoked: number) => recordOutcome(executing({ revoked }), 'mine', ASKED_AGAIN, POLICY, 9);
    expect(ruling(2)).toMatchObject({ kind: 'no' });
    expect(ruling(0)).toMatchObject({
      kind: 'step',
      state: { kind: 'pending', remindAt: 9 + POLICY.reminder },
    });
  });

  it('is for who holds the claim', () => {
    expect(recordOutcome(executing(), 'yours', ASKED_AGAIN, POLICY, 9)).toMatchObject({
      objection: 'another-claim',
    });
  });
});

describe('an approval', () => {
  it('counts only of who has seen these tokens', () => {
    const request = pendingRequest({ action: withTokens([TOKEN]) });
    const seen = (key: string) => rules.approve(request, TOMAS, POLICY, 9, null, key);
    expect(seen(tokensKey(request.action))).toMatchObject({ kind: 'step' });
    for (const key of ['', tokensKey(withTokens([LATER]))]) {
      expect(seen(key)).toEqual({ kind: 'no', objection: 'other-tokens' });
    }
  });
});

describe('how many tokens are revoked', () => {
  it('is recorded by who holds the claim, for another lease', () => {
    expect(revoking(executing(), 'mine', 2, POLICY, 9)).toMatchObject({
      state: { kind: 'executing', revoked: 2, leaseUntil: 9 + POLICY.lease },
      event: { kind: 'revoked', revoked: 2 },
    });
    expect(revoking(executing(), 'mine', 0, POLICY, 9)).toMatchObject({ event: { kind: 'revoking' } });
    expect(revoking(executing(), 'yours', 2, POLICY, 9)).toMatchObject({ objection: 'another-claim' });
  });

  it('stays known through a failure, a retry, a postponement and a takeover', () => {
    const failed = { kind: 'failed', why: 'No.', unclear: false, mayBeDone: false } as const;
    const ruling = recordOutcome(executing({ revoked: 2 }), 'mine', failed, POLICY, 9);
    expect(ruling).toMatchObject({ state: { kind: 'failed', revoked: 2 }, event: { revoked: 2 } });
    if (ruling.kind !== 'step') throw new Error('There is no step.');
    const request = pendingRequest({ state: ruling.state });
    expect(rules.mayBeCancelled(request)).toBe(false);
    expect(rules.retry(request, TOMAS, 9)).toMatchObject({ state: { kind: 'approved', revoked: 2 } });
    const postponed = { ...failed, kind: 'postponed', until: null } as const;
    expect(recordOutcome(executing({ revoked: 2 }), 'mine', postponed, POLICY, 9)).toMatchObject({
      state: { kind: 'approved', revoked: 2 },
    });
    expect(rules.whatIsDue(executing({ revoked: 2 }), 'yours', POLICY, 99)).toMatchObject({
      state: { kind: 'executing', claim: 'yours', revoked: 2 },
    });
  });

  it('is kept of an attempt that is put off, that fails, or that is refused', () => {
    const told = { why: 'No.', unclear: false, mayBeDone: false };
    const after = (outcome: ExecutionOutcome, recorded: number, expiresAt = 99) =>
      recordOutcome({ ...executing({ revoked: recorded }), expiresAt }, 'mine', outcome, POLICY, 9);
    const putOff = { kind: 'postponed', until: 50, ...told } as const;
    expect(after(putOff, 1, 1e9)).toMatchObject({ state: { kind: 'approved', revoked: 1 } });
    const tooLate = after(putOff, 1);
    expect(tooLate).toMatchObject({ state: { kind: 'failed', revoked: 1 }, event: { revoked: 1 } });
    if (tooLate.kind !== 'step') throw new Error('There is no step.');
    expect(rules.mayBeCancelled(pendingRequest({ state: tooLate.state }))).toBe(false);
    const refused = { kind: 'refused', obstacle: { kind: 'rules' } } as const;
    expect(after(refused, 2)).toMatchObject({ state: { revoked: 2 }, event: { revoked: 2 } });
    expect(after({ ...refused, revoked: 1 }, 0)).toMatchObject({ state: { revoked: 1 } });
    expect(after(refused, 0)).toMatchObject({ state: refused, event: refused });
    expect(after({ kind: 'failed', ...told }, 2)).toMatchObject({ state: { revoked: 2 } });
  });

  it('leaves nothing to retry where the tokens are in the way of a plain deletion', () => {
    const failed = { kind: 'failed', why: 'No.', unclear: false, mayBeDone: false } as const;
    const outcome = { ...failed, tokensInTheWay: true } as const;
    expect(recordOutcome(executing(), 'mine', outcome, POLICY, 9)).toMatchObject({
      state: { retryable: false, tokensInTheWay: true },
    });
  });
});

it('counts a deletion with tokens as a deletion, wherever a variable names the kind', () => {
  const waits = (requiredFor: string[], kind: Action['kind']) => waitsForApproval({ requiredFor }, kind);
  expect(waits(['delete'], 'delete-with-tokens')).toBe(true);
  expect(waits(['revoke'], 'delete-with-tokens')).toBe(false);
  expect(waits(['revoke'], 'revoke')).toBe(true);
});

onBothDatabases('a deletion that is asked again', (database) => {
  it('needs every approval once more, also of the same approvers', async () => {
    const service = await startService(database);
    const { approvals } = service;
    const claim = await fileClaimed(service);
    const { id } = claim.request;
    const key = tokensKey(withTokens([TOKEN, LATER]));
    expect(await approvals.claims.record(claim, ASKED_AGAIN)).toMatchObject({
      kind: 'step',
      request: { approvers: [], action: { kind: 'delete-with-tokens', shown: SHOWN } },
    });
    expect((await approvals.get(id))?.approvers).toEqual([]);
    expect(await approvals.approve(id, TOMAS)).toMatchObject({ kind: 'no', objection: 'other-tokens' });
    expect(await approvals.approve(id, TOMAS, null, key)).toMatchObject({
      kind: 'step',
      request: { approvers: [TOMAS], state: { kind: 'approved' } },
    });
    const again = claimed(await approvals.claims.advance(id));
    await approvals.claims.recordRevoked(again, 0);
    await approvals.claims.recordRevoked(again, 2);
    expect(await stateOf(service, id)).toMatchObject({ kind: 'executing', revoked: 2 });
    await approvals.claims.record(again, { kind: 'completed', found: false, tokens: { ended: 2, left: [] } });
    expect(await eventsOf(service, id)).toEqual([
      ...['filed', 'approved', 'started', 'asked-again', 'approved', 'started'],
      ...['revoking', 'revoked', 'completed'],
    ]);
    expect(await stateOf(service, id)).toMatchObject({ tokens: { ended: 2, left: [] } });
    expect(await approvals.retry(id, PRIYA)).toMatchObject({ kind: 'no' });
  });
});

onBothDatabases('a claim while tokens are revoked', (database) => {
  it('is held for another lease with each of them, which is no step', async () => {
    const service = await startService(database, { lease: 1_000 });
    const claim = await fileClaimed(service);
    const { id } = claim.request;
    await service.approvals.claims.recordRevoked(claim, 0);
    const before = await eventsOf(service, id);
    const approvals = new Approvals(service.store, { ...POLICY, lease: 90_000 }, true, () => undefined);
    expect(await approvals.claims.holds(claim, 30_000)).toBe(false);
    expect(await approvals.claims.renew(claim, 1)).toBe(true);
    expect(await approvals.claims.holds(claim, 30_000)).toBe(true);
    expect(await stateOf(service, id)).toMatchObject({ kind: 'executing', revoked: 1 });
    expect(await eventsOf(service, id)).toEqual(before);
    expect(await approvals.claims.renew({ ...claim, claim: 'another' }, 2)).toBe(false);
    expect(await stateOf(service, id)).toMatchObject({ revoked: 1 });
  });
});
