import type { Button } from '@slack/types';
import { describe, expect, it } from 'vitest';
import type { Step } from '../../src/approvals/event.ts';
import type { ApprovalRequest, State } from '../../src/approvals/request.ts';
import { MemberId } from '../../src/ids.ts';
import {
  approvalConfirmation,
  approvalEntry,
  approvalMessage,
  requestButtons,
} from '../../src/messages/approval-message.ts';
import { say } from '../../src/messages/kit/sentence.ts';
import {
  CURRENT,
  ENGINEER,
  FASTLY_SUPERUSER,
  NEWCOMER,
  NORA,
  POLICY,
  PRIYA,
  pendingRequest,
  TOMAS,
} from '../approvals/people.ts';
import { elementsOf, wordsOf } from '../e2e/support/seeing.ts';

const FAILED = { kind: 'failed', why: 'No.', unclear: false, mayBeDone: false, retryable: true } as const;

/** What the message of a request says, one space between any two words. */
function wordsIn(request: ApprovalRequest, steps: readonly Step[] = []): string {
  return wordsOf(approvalMessage(request, steps, POLICY).blocks).replaceAll(/\s+/g, ' ');
}

function namesOf(buttons: readonly Button[]): string[] {
  return buttons.map(({ action_id }) => (action_id ?? '').replace('approvals.', ''));
}

describe("a request's message", () => {
  it('says who requested it, why, which user it is about and when it was filed', () => {
    const words = wordsIn(pendingRequest({ reason: 'Left the company' }));
    expect(words).toContain(`Delete Grace Example? Requested by <@${NORA}> . Reason: Left the company`);
    expect(words).toContain('*Login* `grace@example.com` *Role* engineer *ID* `grace1` *Last active*');
    expect(words).toContain('*2FA* on *Locked* no');
    expect(words).toContain('Request `K7Q2-9FMX`, filed <!date^0^');
  });

  it.each<[State['kind'], State]>([
    ['completed', { kind: 'completed', found: false }],
    ['denied', { kind: 'denied', by: TOMAS, reason: null }],
  ])('says when it was %s', (kind, state) => {
    const event =
      kind === 'denied' ? ({ kind, reason: null } as const) : ({ kind: 'completed', found: false } as const);
    const end: Step = { request: pendingRequest().id, number: 2, at: 60_000, actor: TOMAS, event };
    expect(wordsIn(pendingRequest({ state }), [end])).toContain(`, ${kind} <!date^60^`);
  });

  it.each([
    { sent: 'never', lastActiveAt: null, says: '*Last active* never' },
    { sent: 'nothing', lastActiveAt: undefined, says: null },
  ])('has when the user was last active, as far as Fastly says: $sent', ({ lastActiveAt, says }) => {
    const { lastActiveAt: _, ...rest } = ENGINEER;
    const target = lastActiveAt === undefined ? rest : { ...rest, lastActiveAt };
    const words = wordsIn(pendingRequest({ action: { kind: 'delete', version: 1, target } }));
    if (says === null) expect(words).not.toContain('Last active');
    else expect(words).toContain(says);
  });

  it('shows changed fields with the values before, in place of the unchanged ones', () => {
    const changes = { role: 'superuser' };
    const words = wordsIn(
      pendingRequest({
        action: { kind: 'promote', by: 'update', version: 1, target: ENGINEER, before: CURRENT, changes },
      }),
    );
    expect(words).toContain(
      '*Role* engineer → Fastly superuser *Lasts* without an end *Login* `grace@example.com` *ID* `grace1`',
    );
    expect(words.match(/\*Role\*/g)).toHaveLength(1);
  });

  it('shows everything that is set on a new user', () => {
    const words = wordsIn(
      pendingRequest({
        action: {
          kind: 'promote',
          by: 'creation',
          version: 1,
          target: NEWCOMER,
          changes: { role: 'superuser', locked: true },
        },
      }),
    );
    expect(words).toContain('*Login* `linus@example.com` *Role* Fastly superuser *Locked* yes');
  });

  it('has the name in full below a headline that has no room for it', () => {
    const name = `Jo${'\u200b'.repeat(25)}Doe`;
    const action = { kind: 'delete', version: 1, target: { ...ENGINEER, name } } as const;
    expect(wordsIn(pendingRequest({ action }))).toMatch(
      new RegExp(`… Jo${'‹U\\+200B›'.repeat(25)}Doe Requested by`),
    );
  });

  it('mentions every one of very many approvers, and a list the first five', () => {
    const many = Array.from({ length: 38 }, (_, index) =>
      MemberId.parse(`U0MANY${String(index).padStart(3, '0')}`),
    );
    const policy = { ...POLICY, botAdmins: [NORA, ...many] };
    const words = wordsOf(approvalMessage(pendingRequest(), [], policy).blocks);
    for (const member of many) expect(words).toContain(`<@${member}>`);
    const listed = wordsOf(approvalEntry(pendingRequest(), say`here`, NORA, policy));
    expect(listed).toContain(`<@${many[4]}> or 33 others`);
    expect(listed).not.toContain(`<@${many[5]}>`);
  });
});

describe('the buttons of a request', () => {
  const deletionOf = (target: typeof ENGINEER) => ({ kind: 'delete', version: 1, target }) as const;

  it.each<[string, Partial<ApprovalRequest>, string[]]>([
    ['pending', {}, ['approve', 'deny', 'cancel', 'lock']],
    ['about a Fastly superuser', { action: deletionOf(FASTLY_SUPERUSER) }, ['approve', 'deny', 'cancel']],
    [
      'about a locked user',
      { action: deletionOf({ ...ENGINEER, locked: true }) },
      ['approve', 'deny', 'cancel'],
    ],
    ['approved', { state: { kind: 'approved', notBefore: 0, mayBeDone: false, postponed: 0 } }, []],
    ['failed', { state: FAILED }, ['retry', 'cancel']],
    [
      'failed, perhaps done all the same',
      { state: { ...FAILED, unclear: true, mayBeDone: true } },
      ['retry'],
    ],
    ['failed for good', { state: { ...FAILED, retryable: false } }, []],
    ['completed', { state: { kind: 'completed', found: false } }, []],
    ['denied', { state: { kind: 'denied', by: TOMAS, reason: null } }, []],
  ])('are, where it is %s, %s', (_what, changes, names) => {
    expect(namesOf(requestButtons(pendingRequest(changes)))).toEqual(names);
  });

  it.each([
    { whose: 'an approver', viewer: TOMAS, names: ['approve', 'deny', 'lock'] },
    { whose: 'the requester', viewer: NORA, names: ['cancel', 'lock'] },
    { whose: 'a member who has approved', viewer: PRIYA, names: ['deny', 'lock'] },
  ])('in a list are those that $whose may use', ({ viewer, names }) => {
    const request = pendingRequest({ approvalsRequired: 2, approvers: [PRIYA] });
    const entry = approvalEntry(request, say`here`, viewer, POLICY);
    expect(elementsOf(entry).map(({ action_id }) => String(action_id).replace('approvals.', ''))).toEqual(
      names,
    );
  });

  it('in a list let the requester approve where that is allowed', () => {
    const entry = approvalEntry(pendingRequest(), say`here`, NORA, { ...POLICY, allowSelfApproval: true });
    expect(JSON.stringify(entry)).toContain('approvals.approve');
  });

  it('ask nothing themselves: that is for the forms they open', () => {
    const all = [...requestButtons(pendingRequest()), ...requestButtons(pendingRequest({ state: FAILED }))];
    expect(all.filter((each) => each.confirm !== undefined)).toEqual([]);
  });
});

it('a confirmation says what was done, and who requested and approved it', () => {
  const completed = pendingRequest({
    state: { kind: 'completed', found: false },
    approvers: [TOMAS],
    reason: 'Left the company',
  });
  expect(approvalConfirmation(completed).text).toBe(
    `🗑️ *Grace Example* (\`grace@example.com\`) was deleted. Requested by <@${NORA}>. Approved by <@${TOMAS}>.`,
  );
  expect(wordsOf(approvalConfirmation(completed).blocks)).toContain('Left the company');
});

describe('many API tokens', () => {
  const names = Array.from({ length: 30 }, (_, at) => `ci-${at}`);
  const tokens = names.map((name) => ({ id: name, name, scope: 'global', services: 0, lastUsedAt: null }));
  const action = {
    kind: 'delete-with-tokens',
    version: 1,
    target: ENGINEER,
    shown: { readAt: 0, tokens },
    revokeFirst: true,
    laterTokens: false,
  } as const;

  it('are three names and a count in a list of requests', () => {
    const words = wordsOf(approvalEntry(pendingRequest({ action }), say`here`, NORA, POLICY));
    expect(words).toContain('27 more');
    expect(words).not.toContain('ci-3');
    expect(words).toContain('Step 1 revokes the tokens');
  });

  it('are ten names and a count where the request is refused because of them', () => {
    const obstacle = { kind: 'other-tokens', revoked: 1, names } as const;
    const words = wordsIn(pendingRequest({ action, state: { kind: 'refused', obstacle } }));
    expect(words).toContain('The user has other tokens now: ci-0');
    expect(words).toContain('20 more');
    expect(words.split('other tokens now')[1]).not.toContain('ci-10');
  });
});
