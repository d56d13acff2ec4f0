import { describe, expect, it } from 'vitest';
import type { ListedToken } from '../../../src/changes/token.ts';
import { User } from '../../../src/fastly/user.ts';
import { textOfBlocks } from '../../../src/messages/kit/message.ts';
import { say } from '../../../src/messages/kit/sentence.ts';
import {
  leaversMessage,
  MOST_LEAVERS,
  type ToldLeaver,
} from '../../../src/messages/leavers/leaver-message.ts';
import { leaverTable } from '../../../src/messages/leavers/leaver-table.ts';
import { NORA } from '../../approvals/people.ts';

const NOW = Date.parse('2026-03-10T12:00:00Z');
const token = (id: string, lastUsedAt: string | null): ListedToken => ({
  ...{ id, name: id, scope: 'global', services: 0, lastUsedAt },
});
const EDDA = User.parse({
  ...{ id: 'edda1', login: 'edda@example.com', name: 'Edda Morton', role: 'engineer' },
  last_active_at: '2026-03-08T11:00:00Z',
});
const LEFT: ToldLeaver = {
  ...{ name: 'Edda Morton', login: 'edda@example.com', how: 'deactivated', found: 'seen', guest: false },
  ...{ state: 'told', kept: null, notes: [], buttons: [] },
  now: { user: EDDA, tokens: [token('ci', '2026-03-10T09:00:00Z'), token('old', null)] },
};
const textOf = (leavers: ToldLeaver[], more = 0) => textOfBlocks(leaversMessage(leavers, more, NOW).blocks);

describe('the message about people who left', () => {
  it.each<[Partial<ToldLeaver>, string]>([
    [{}, 'was deactivated in Slack. In Fastly: engineer, active 2 days ago, 2 API tokens (one used today).'],
    [{ guest: true }, ', a guest, was deactivated in Slack. In Fastly:'],
    [
      { found: 'first-look' },
      'is deactivated in Slack. This was found at the first look; when they left is not known.',
    ],
    [{ found: 'listed', guest: null }, 'is deactivated in Slack. When they left is not known.'],
    [{ how: 'left-workspace' }, 'left this workspace, and is still in another one of the organization.'],
    [
      { now: { user: { ...EDDA, locked: true, last_active_at: null }, tokens: [] } },
      'In Fastly: engineer, 🔒 locked, never active, no API tokens.',
    ],
    [
      { now: { user: { ...EDDA, last_active_at: undefined }, tokens: null } },
      'last activity not known, API tokens not known.',
    ],
    [
      { now: { user: EDDA, tokens: [token('ci', '2026-03-06T09:00:00Z')] } },
      '1 API token (one used this week).',
    ],
    [{ notes: [say`Something to know.`] }, 'Something to know.'],
    [{ state: 'kept', kept: { by: NORA, reason: 'Shared account' } }, 'Shared account'],
    [{ state: 'returned' }, 'is active in Slack again.'],
    [{ state: 'moved' }, 'has another account in Slack now.'],
    [{ state: 'gone' }, 'is no longer in Fastly.'],
  ])('says of %o: %s', (fields, words) => {
    const text = textOf([{ ...LEFT, ...fields }]);
    expect(text).toContain(words);
    expect(text).not.toMatch(/ {2}| ,/);
  });

  it('counts those who need a decision', () => {
    expect(textOf([LEFT])).toContain('1 person left Slack and still has a user in Fastly.');
    expect(textOf([LEFT, { ...LEFT, state: 'gone' }], 2)).toContain('3 people left Slack');
    expect(textOf([LEFT], 2)).toContain('And 2 more: run');
    expect(textOf([{ ...LEFT, state: 'kept' }])).toContain('Nobody on this list needs a decision any more.');
  });

  it('fits into a message whatever people are called', () => {
    const name = '<!channel> *x* '.repeat(100);
    const long = { ...LEFT, name, now: { user: { ...EDDA, name }, tokens: null }, notes: [say`${name}`] };
    const { text, blocks } = leaversMessage(Array(MOST_LEAVERS).fill(long), 9, NOW);
    expect(blocks.length).toBeLessThanOrEqual(50);
    expect(text.length).toBeLessThan(3_000);
    expect(JSON.stringify(blocks).length).toBeLessThan(60_000);
  });
});

describe('the table of people who left', () => {
  const tableOf = (role: string, kept: ToldLeaver['kept'] = null) => {
    const row = { user: User.parse({ ...EDDA, role }), how: 'deactivated', guest: true, kept } as const;
    return JSON.stringify(leaverTable([row], NOW, { headline: say`People`, above: [], below: [] }).blocks);
  };

  it('has the whole role, where there is room', () => {
    expect(tableOf('superuser')).toContain('"Fastly superuser"');
  });

  it('says what a bot admin has decided', () => {
    expect(tableOf('engineer')).toMatch(/"Decision".*"none yet"/);
    const kept = { by: NORA, reason: 'Shared account' };
    expect(tableOf('engineer', kept)).toContain('"kept: Shared account"');
  });
});
