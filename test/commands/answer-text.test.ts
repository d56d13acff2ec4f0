import { expect, it } from 'vitest';
import type { ApprovalRequest } from '../../src/approvals/request.ts';
import type { StepResult } from '../../src/approvals/steps.ts';
import { doneText, objectionText } from '../../src/commands/approvals/answer-text.ts';
import { AIDA, NORA, POLICY, PRIYA, pendingRequest, TOMAS } from '../approvals/people.ts';
import { read } from '../messages/read.ts';

const GRACE = '*Grace Example* (`grace@example.com`)';
const END = '1970-01-02 00:00 UTC';
const COMPLETED = { state: { kind: 'completed', found: false } } as const;
const FAILED = {
  state: { kind: 'failed', why: 'No.', unclear: false, mayBeDone: false, retryable: true },
} as const;

const DONE: { changes: Partial<ApprovalRequest>; says: string }[] = [
  {
    changes: { approvalsRequired: 2, approvers: [TOMAS] },
    says: `✅ You approved deleting ${GRACE}. Needs 1 more approval from <@${PRIYA}> or <@${AIDA}>. Expires ${END}. Approved by <@${TOMAS}>.`,
  },
  {
    changes: {
      state: { kind: 'approved', notBefore: 0, mayBeDone: false, postponed: 0 },
      approvers: [TOMAS],
    },
    says: `⚙️ Approved. Now deleting ${GRACE}. The request shows the result.`,
  },
  {
    changes: { state: { kind: 'denied', by: TOMAS, reason: 'Not yet' } },
    says: `🚫 ${GRACE} wasn't deleted. <@${TOMAS}> denied the request: Not yet`,
  },
  {
    changes: { state: { kind: 'cancelled', why: null } },
    says: `↩️ ${GRACE} wasn't deleted. <@${NORA}> cancelled the request.`,
  },
];

it.each(DONE)('who clicks where the message is not shown is told: $says', ({ changes, says }) => {
  expect(read(doneText(pendingRequest(changes), POLICY))).toBe(says);
});

const OBJECTIONS: { answer: Exclude<StepResult, { kind: 'step' }>; says: string }[] = [
  {
    answer: { kind: 'unknown' },
    says: 'This request no longer exists. Run `/fastly-user approvals` to list open requests.',
  },
  {
    answer: { kind: 'no', objection: 'own-request', request: pendingRequest() },
    says: `You can't decide on your own request. <@${TOMAS}>, <@${PRIYA}> or <@${AIDA}> can, or you can cancel it.`,
  },
  {
    answer: {
      kind: 'no',
      objection: 'own-request',
      request: pendingRequest({ approvers: [TOMAS, PRIYA, AIDA] }),
    },
    says: "You can't decide on your own request. Another bot admin can, or you can cancel it.",
  },
  {
    answer: { kind: 'no', objection: 'already-approved', request: pendingRequest(COMPLETED) },
    says: `You already approved this request. ${GRACE} was deleted.`,
  },
  {
    answer: { kind: 'no', objection: 'too-late', request: pendingRequest() },
    says: `This request expired ${END}. Run \`/fastly-user delete\` to make a new one.`,
  },
  {
    answer: { kind: 'no', objection: 'not-the-requester', request: pendingRequest() },
    says: `Only <@${NORA}> can cancel this request. You can deny it.`,
  },
  {
    answer: { kind: 'no', objection: 'not-the-requester', request: pendingRequest(FAILED) },
    says: `Only <@${NORA}> can cancel this request. You can retry it.`,
  },
  {
    answer: { kind: 'no', objection: 'not-waiting', request: pendingRequest(COMPLETED) },
    says: `Too late. ${GRACE} was deleted.`,
  },
  {
    answer: { kind: 'no', objection: 'not-failed', request: pendingRequest(COMPLETED) },
    says: `Too late. ${GRACE} was deleted.`,
  },
];

it.each(OBJECTIONS)('whose click changed nothing is told: $says', ({ answer, says }) => {
  expect(read(objectionText(answer, POLICY))).toBe(says);
});
