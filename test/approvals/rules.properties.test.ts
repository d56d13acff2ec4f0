import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type ExecutionOutcome, recordOutcome } from '../../src/approvals/execution-rules.ts';
import type { ApprovalPolicy } from '../../src/approvals/policy.ts';
import { type ApprovalRequest, isOpen } from '../../src/approvals/request.ts';
import * as rules from '../../src/approvals/rules.ts';
import type { Ruling } from '../../src/approvals/ruling.ts';
import { POLICY, pendingRequest, SUPERUSERS } from './people.ts';

/** Something that may happen to a request; claims are small numbers and moments whole seconds, so that they meet. */
type Happening =
  | { kind: 'approve' | 'deny' | 'cancel'; by: number }
  | { kind: 'cancelUnseen' | 'retry' | 'targetLocked' }
  | { kind: 'time'; passes: number; claim: number }
  | { kind: 'record'; claim: number; outcome: ExecutionOutcome };

const seconds = (min: number, max: number) => fc.integer({ min, max }).map((each) => each * 1_000);
const member = fc.nat(SUPERUSERS.length - 1);
const claim = fc.nat(2);
const outcome = fc.oneof(
  fc.record({ kind: fc.constant('completed' as const), found: fc.boolean() }),
  fc.record({
    kind: fc.constant('failed' as const),
    why: fc.constant('trouble'),
    unclear: fc.boolean(),
    mayBeDone: fc.boolean(),
  }),
  fc.constant<ExecutionOutcome>({ kind: 'refused', obstacle: { kind: 'gone' } }),
  fc.record({
    kind: fc.constant('postponed' as const),
    until: fc.option(seconds(0, 40)),
    unclear: fc.boolean(),
    mayBeDone: fc.boolean(),
    why: fc.constant('trouble'),
  }),
);
const happening: fc.Arbitrary<Happening> = fc.oneof(
  fc.record({ kind: fc.constantFrom('approve' as const, 'deny' as const, 'cancel' as const), by: member }),
  fc.record({ kind: fc.constant('approve' as const), by: member }),
  fc.record({ kind: fc.constantFrom('cancelUnseen' as const, 'retry' as const, 'targetLocked' as const) }),
  fc.record({ kind: fc.constant('time' as const), passes: seconds(0, 8), claim }),
  fc.record({ kind: fc.constant('record' as const), claim, outcome }),
);
const policy = fc.record({
  approvalsRequired: fc.nat(3),
  allowSelfApproval: fc.boolean(),
  ttl: seconds(1, 30),
  reminder: seconds(1, 30),
  lease: seconds(1, 6),
});

/** What the rules say to a happening. */
function rule(request: ApprovalRequest, what: Happening, policy: ApprovalPolicy, now: number): Ruling | null {
  const by = SUPERUSERS['by' in what ? what.by : 0] ?? request.requester;
  switch (what.kind) {
    case 'approve':
      return rules.approve(request, by, policy, now);
    case 'deny':
      return rules.deny(request, by, null, now);
    case 'cancel':
      return rules.cancel(request, by);
    case 'cancelUnseen':
      return rules.cancelUnseen(request, 'no such channel');
    case 'retry':
      return rules.retry(request, by, now);
    case 'targetLocked':
      return rules.targetLocked(request);
    case 'time':
      return rules.whatIsDue(request, `claim ${what.claim}`, policy, now);
    case 'record':
      return recordOutcome(request, `claim ${what.claim}`, what.outcome, policy, now);
  }
}

/** One thing that happened: the request before and after, what it was and what the rules said. */
type Step = {
  before: ApprovalRequest;
  what: Happening;
  ruling: Ruling | null;
  after: ApprovalRequest;
  now: number;
  policy: ApprovalPolicy;
};

/** Files a request at 0 and lets things happen to it. */
function follow(
  changes: Omit<ApprovalPolicy, 'botAdmins' | 'requiredFor' | 'mentioned' | 'reasonRequiredFor'>,
  what: readonly Happening[],
): Step[] {
  const policy = { ...POLICY, ...changes };
  const { approvalsRequired, ttl } = policy;
  const state = rules.filed(approvalsRequired, policy, 0);
  let request = pendingRequest({ approvalsRequired, state, expiresAt: ttl });
  let now = 0;
  return what.map((each) => {
    if (each.kind === 'time') now += each.passes;
    const before = request;
    const ruling = rule(before, each, policy, now);
    if (ruling?.kind === 'step') {
      const by = each.kind === 'approve' ? SUPERUSERS.slice(each.by, each.by + 1) : [];
      const { state, action = before.action } = ruling;
      request = { ...before, state, action, approvers: [...before.approvers, ...by] };
    }
    return { before, what: each, ruling, after: request, now, policy };
  });
}

/** Checks every step of whatever happens. */
function always(check: (step: Step) => void): void {
  fc.assert(
    fc.property(policy, fc.array(happening, { maxLength: 30 }), (changes, what) => {
      for (const step of follow(changes, what)) check(step);
    }),
    { numRuns: 2_000 },
  );
}

describe('whatever happens, in whatever order', () => {
  it('an ended request never changes', () => {
    always(({ before, ruling }) => {
      if (!isOpen(before)) expect(ruling?.kind ?? 'no').toBe('no');
    });
  });

  it('nobody approves twice, and the requester only where that is configured', () => {
    always(({ after, policy }) => {
      expect(new Set(after.approvers).size).toBe(after.approvers.length);
      if (!policy.allowSelfApproval) expect(after.approvers).not.toContain(after.requester);
    });
  });

  it('an approval says how many there are with it', () => {
    always(({ after, ruling }) => {
      if (ruling?.kind === 'step' && ruling.event.kind === 'approved')
        expect(ruling.event.given).toBe(after.approvers.length);
    });
  });

  it('nothing is approved, carried out or completed without enough approvals', () => {
    always(({ after }) => {
      if (['approved', 'executing', 'completed', 'failed', 'refused'].includes(after.state.kind))
        expect(after.approvers.length).toBeGreaterThanOrEqual(after.approvalsRequired);
    });
  });

  it('nothing waits that has enough approvals', () => {
    always(({ after }) => {
      if (after.state.kind === 'pending')
        expect(after.approvers.length).toBeLessThan(after.approvalsRequired);
    });
  });

  it('nobody but the holder of the claim records', () => {
    always(({ before, what, ruling }) => {
      if (what.kind !== 'record') return;
      const holds = before.state.kind === 'executing' && before.state.claim === `claim ${what.claim}`;
      expect(ruling?.kind).toBe(holds ? 'step' : 'no');
    });
  });

  it('nobody takes a claim whose lease lasts', () => {
    always(({ before, after, what, now }) => {
      if (before.state.kind !== 'executing' || what.kind === 'record') return;
      if (now < before.state.leaseUntil) expect(after.state).toEqual(before.state);
    });
  });

  it('once an attempt may have gone through, the next one looks first', () => {
    always(({ before, after }) => {
      const { state } = before;
      const unclear = state.kind === 'executing' || (state.kind === 'approved' && state.mayBeDone);
      if (unclear && after.state.kind === 'executing' && after.state !== state)
        expect(after.state.mayBeDone).toBe(true);
    });
  });

  it('time makes something due at the moment that is told, and nothing before', () => {
    always(({ after, policy }) => {
      const at = rules.dueAt(after.state, after.expiresAt);
      const due = (now: number) => rules.whatIsDue(after, 'claim', policy, now);
      if (at === null) expect(due(Number.MAX_SAFE_INTEGER)).toBeNull();
      else {
        expect(due(at - 1)).toBeNull();
        expect(due(at)?.kind).toBe('step');
      }
    });
  });

  it('time alone brings every request to where nothing more is due, or to where it is carried out', () => {
    always(({ after, policy }) => {
      let request = after;
      for (let times = 0; times < 4; times += 1) {
        const at = rules.dueAt(request.state, request.expiresAt);
        if (at === null || request.state.kind === 'executing') return;
        const ruling = rules.whatIsDue(request, 'claim', policy, at);
        if (ruling?.kind === 'step') request = { ...request, state: ruling.state };
      }
      expect.fail(`it goes on for ever: ${JSON.stringify(request.state)}`);
    });
  });
});
