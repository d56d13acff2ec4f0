import { expect, it } from 'vitest';
import { approvalEntry } from '../../src/messages/approval-message.ts';
import { type HomeContent, homeView } from '../../src/messages/home.ts';
import { say } from '../../src/messages/kit/sentence.ts';
import { NORA, POLICY, pendingRequest, TOMAS } from '../approvals/people.ts';
import { wordsOf } from '../e2e/support/seeing.ts';

const EMPTY = { waiting: { shown: [], more: 0 }, own: { shown: [], more: 0 }, changes: [], promotions: [] };

function wordsOnHome(changes: Partial<HomeContent>): string {
  const view = homeView({
    member: NORA,
    policy: POLICY,
    recorded: EMPTY,
    figures: { kind: 'late' },
    quickActions: [],
    disabled: new Set(),
    at: new Date(0),
    ...changes,
  });
  return wordsOf(view.blocks).replaceAll(/\s+/g, ' ');
}

it('a Home without requests and changes says so', () => {
  const words = wordsOnHome({});
  expect(words).toContain('Waiting for you 🌱 Nothing is waiting for you.');
  expect(words).toContain('Your open requests You have no open requests.');
  expect(words).toContain('Latest changes There are no changes yet.');
  expect(words).toContain('Fastly is slow to answer. The figures will follow.');
  expect(words).toContain('Updates automatically.');
});

it('a Home without the database says so, and shows the figures', () => {
  const figures = { users: 3, unreadable: 0, byRole: [], locked: 1, withoutTwoFactor: 2, neverActive: 0 };
  const words = wordsOnHome({ recorded: null, figures: { kind: 'known', figures } });
  expect(words).toContain("⚠️ The bot's database can't be reached.");
  expect(words).toContain('3 users 1 locked · 2 without 2FA · 0 never active');
  expect(words).not.toContain('Waiting for you');
});

it('a Home says how many users could not be read', () => {
  const some = { byRole: [], locked: 0, withoutTwoFactor: 0, neverActive: 0 };
  const words = (users: number, unreadable: number) =>
    wordsOnHome({ figures: { kind: 'known', figures: { ...some, users, unreadable } } });
  expect(words(25, 1)).toContain('25 users ; 1 more could not be read');
  expect(words(1, 2)).toContain('1 user ; 2 more could not be read');
  expect(words(25, 0)).not.toContain('could not be read');
});

it('a Home without figures says why', () => {
  const why = say`Fastly didn't answer in time. Try again in a minute.`;
  expect(wordsOnHome({ figures: { kind: 'unknown', why } })).toContain(
    "⚠️ The figures aren't available. Fastly didn't answer in time. Try again in a minute.",
  );
});

it('a Home with too many requests shows the oldest, and says of how many', () => {
  const shown = [{ request: pendingRequest(), where: say`request K7Q2-9FMX` }];
  const words = wordsOnHome({ member: TOMAS, recorded: { ...EMPTY, waiting: { shown, more: 4 } } });
  expect(words).toContain(
    `<@${NORA}> wants to delete Grace Example ( grace@example.com ) (request K7Q2-9FMX).`,
  );
  expect(words).toContain('These are the oldest 1 of 5.');
});

const NEWER = {
  needsNewerVersion: true,
  id: pendingRequest().id,
  requester: NORA,
  channel: pendingRequest().channel,
} as const;

it('a request that needs a newer version has a line, and no buttons', () => {
  const shown = [{ request: NEWER, where: say`request K7Q2-9FMX` }];
  const words = wordsOnHome({ member: TOMAS, recorded: { ...EMPTY, waiting: { shown, more: 0 } } });
  expect(words).toContain(
    `⏸️ A request by <@${NORA}> needs a newer version of the bot (request K7Q2-9FMX). This version can't act on it.`,
  );
  expect(approvalEntry(NEWER, say`request K7Q2-9FMX`, TOMAS, POLICY).map(({ type }) => type)).toEqual([
    'rich_text',
  ]);
});
