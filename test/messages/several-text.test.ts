import { describe, expect, it } from 'vitest';
import type { ApprovalRequest, State } from '../../src/approvals/request.ts';
import {
  approvalConfirmation,
  approvalEntry,
  approvalMessage,
  requestButtons,
} from '../../src/messages/approval-message.ts';
import { say } from '../../src/messages/kit/sentence.ts';
import { ENGINEER, NORA, POLICY, pendingRequest, TOMAS } from '../approvals/people.ts';
import { wordsOf } from '../e2e/support/seeing.ts';

const RUN = {
  locked: ['u0', 'u1'],
  left: [{ id: 'u2', login: 'u2@example.com', why: 'was active since' }],
};
const EXECUTING = { kind: 'executing', claim: 'c', leaseUntil: 1, mayBeDone: false, postponed: 0 } as const;
const FAILED = { kind: 'failed', why: 'No.', unclear: false, mayBeDone: false, retryable: true } as const;

function several(state: State, count = 7): ApprovalRequest {
  const targets = Array.from({ length: count }, (_, index) => ({
    ...ENGINEER,
    id: `u${index}`,
    name: `User ${index}`,
    login: `u${index}@example.com`,
    lastActiveAt: index === 0 ? null : '2025-01-02T03:04:05Z',
  }));
  const words = `${count} users`;
  const target = { id: null, login: words, name: words };
  return pendingRequest({
    state,
    action: { kind: 'lock-several', version: 1, target, targets, days: 90 },
    approvers: [TOMAS],
  });
}

const said = (request: ApprovalRequest) =>
  wordsOf(approvalMessage(request, [], POLICY).blocks).replaceAll(/\s+/g, ' ');

describe('the message of a request about several users', () => {
  it('names each, with the name where they are not too many, and since when they are idle', () => {
    const words = said(several({ kind: 'pending', remindAt: null }));
    expect(words).toContain('Lock 7 users?');
    expect(words).toContain('Not active for more than 90 days:');
    expect(words).toContain('• User 0 ( u0@example.com ), never active');
    const many = said(several({ kind: 'pending', remindAt: null }, 100));
    expect(many.match(/u\d+@example\.com/g)).toHaveLength(100);
    expect(many).not.toContain('User 99');
  });

  it('stays well within what Slack takes, however many and long the logins are', () => {
    const request = several({ kind: 'pending', remindAt: null }, 100);
    if (request.action.kind !== 'lock-several') throw new Error('another kind');
    const targets = request.action.targets.map((each) => ({
      ...each,
      login: `${'l'.repeat(300)}${each.login}`,
    }));
    const long = { ...request, action: { ...request.action, targets } };
    expect(JSON.stringify(approvalMessage(long, [], POLICY).blocks).length).toBeLessThan(12_000);
  });

  it.each<[string, State, string[], string[]]>([
    ['is under way', { ...EXECUTING, run: RUN }, ['⚙️ 2 of 7 locked, 1 refused.'], ['stop']],
    ['has just begun', EXECUTING, ['⚙️ 0 of 7 locked.'], ['stop']],
    [
      'is being stopped',
      { ...EXECUTING, run: { ...RUN, stoppedBy: NORA } },
      ['⚙️ 2 of 7 locked, 1 refused. Stopping…'],
      [],
    ],
    [
      'is over',
      { kind: 'completed', found: false, run: RUN },
      [
        '2 of 7 users were locked',
        '✅ 2 of 7 locked, 1 refused. Not locked: u2@example.com (was active since).',
      ],
      ['unlock-several'],
    ],
    [
      'is over with nobody locked',
      { kind: 'completed', found: false, run: { ...RUN, locked: [] } },
      ['0 of 7 users were locked', '⚠️ 0 of 7 locked, 1 refused.'],
      [],
    ],
    [
      'is undone',
      { kind: 'completed', found: false, run: { ...RUN, unlocked: ['u1', 'u0'] } },
      ['2 of 7 users were locked'],
      [],
    ],
    [
      'has failed in between',
      { ...FAILED, run: RUN },
      ['2 of 7 users were locked', '⚠️ No. Not locked: u2@example.com (was active since).'],
      ['retry', 'stop'],
    ],
    ['has failed before', FAILED, ["7 users weren't locked", '⚠️ No.'], ['retry', 'stop']],
    [
      'is refused in between',
      { kind: 'refused', obstacle: { kind: 'rules' }, run: RUN },
      ['2 of 7 users were locked'],
      ['unlock-several'],
    ],
  ])('that %s says how far it is', (_what, state, words, buttons) => {
    const request = several(state);
    for (const each of words) expect(said(request)).toContain(each);
    const ids = requestButtons(request).map(({ action_id }) => (action_id ?? '').replace('approvals.', ''));
    expect(ids).toEqual(buttons);
  });

  it('offers no unlocking where that is disabled', () => {
    const request = several({ kind: 'completed', found: false, run: RUN });
    expect(requestButtons(request, new Set(['lock', 'update']))).toHaveLength(1);
    expect(requestButtons(request, new Set(['unlock']))).toEqual([]);
  });

  it('counts on its button those who are still locked', () => {
    const texts = (unlocked: string[]) =>
      requestButtons(several({ kind: 'completed', found: false, run: { ...RUN, unlocked } })).map(
        ({ text }) => text.text,
      );
    expect(texts([])).toEqual(['Unlock these 2']);
    expect(texts(['u0'])).toEqual(['Unlock this user']);
  });
});

it('a list of requests names three of the users', () => {
  const request = several({ kind: 'pending', remindAt: null });
  const words = wordsOf(approvalEntry(request, say`here`, TOMAS, POLICY)).replaceAll(/\s+/g, ' ');
  expect(words).toContain('wants to lock 7 users (here).');
  expect(words).toContain('u0@example.com , u1@example.com , u2@example.com and 4 more.');
  expect(words).not.toContain('u3@example.com');
});

it('a confirmation names who was locked', () => {
  const { blocks } = approvalConfirmation(several({ kind: 'completed', found: false, run: RUN }));
  const words = wordsOf(blocks).replaceAll(/\s+/g, ' ');
  expect(words).toContain('2 of 7 users were locked.');
  expect(words).toContain('Locked: u0@example.com and u1@example.com.');
});
