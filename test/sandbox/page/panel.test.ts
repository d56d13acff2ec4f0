import { expect, it } from 'vitest';
import { startWorkplace } from '../../e2e/support/workplace.ts';
import { describeInBrowser, eventually, openPage } from '../../support/browser/browser.ts';
import type { FastlyFaults } from '../control/protocol.ts';
import { ENGINEER } from '../fastly/people.ts';

const SWITCHES: { name: string; fault: (faults: FastlyFaults) => unknown; off: unknown; on: unknown }[] = [
  { name: 'Slow', fault: ({ delay }) => delay?.milliseconds, off: undefined, on: 4000 },
  { name: 'Rate limit used up', fault: (faults) => faults.rateLimitUsedUp !== null, off: false, on: true },
  { name: 'Server error', fault: ({ fail }) => fail?.status, off: undefined, on: 500 },
  { name: 'Connection lost', fault: ({ drop }) => drop?.when, off: undefined, on: 'after' },
  { name: 'No direct creation', fault: ({ directCreation }) => directCreation, off: 'allowed', on: 403 },
  { name: 'Somebody else', fault: ({ otherUser }) => otherUser, off: false, on: true },
  { name: 'Token without a user', fault: ({ noCurrentUser }) => noCurrentUser, off: false, on: true },
  { name: 'Tokens keep a user', fault: (faults) => faults.tokensAtDeletion, off: 'end', on: 'refuse' },
  { name: 'Tokens outlive a user', fault: (faults) => faults.tokensAtDeletion, off: 'end', on: 'stay' },
  { name: 'No list of tokens', fault: ({ tokensUnreadable }) => tokensUnreadable, off: false, on: true },
];

describeInBrowser('the panel beside the workspace', () => {
  it("shows the account's users as they change, from wherever", async () => {
    const { page: url, client } = await startWorkplace();
    const reader = await openPage(url);
    const users = reader.page.getByRole('region', { name: 'Fastly users' });
    await reader.sees(users.getByText(ENGINEER.login));
    await client.putFastlyUsers([{ id: ENGINEER.id, name: 'Edda Renamed', login: ENGINEER.login }]);
    await reader.sees(users.getByText('Edda Renamed'));
    await client.removeFastlyUser(ENGINEER.id);
    await reader.seesNoMore(users.getByText(ENGINEER.login));
  });

  it('shows the tokens as they change, whose they are and when they were used', async () => {
    const { page: url, client } = await startWorkplace();
    const reader = await openPage(url);
    const tokens = reader.page.getByRole('region', { name: 'Fastly tokens' });
    const laptop = tokens.getByRole('listitem').filter({ hasText: 'edda-laptop' });
    await client.putFastlyTokens([
      { id: 'laptop1', name: 'edda-laptop', user_id: ENGINEER.id, expires_at: '2020-01-01T00:00:00Z' },
    ]);
    await reader.sees(laptop.getByText('Edda Morton'));
    await reader.sees(laptop.getByText('global · all services · never used · expired'));
    const inAnHour = new Date(Date.now() + 3_600_000).toISOString();
    await client.putFastlyTokens([{ id: 'laptop1', name: 'edda-laptop', expires_at: inAnHour }]);
    await reader.sees(laptop.getByText(`expires ${inAnHour.slice(0, 10)}`));
    await client.advanceClock(3_600_000);
    await reader.sees(laptop.getByText('never used · expired'));
    await client.revokeFastlyToken('laptop1');
    await reader.seesNoMore(laptop);
  });

  it('shows what was asked of Fastly, and no secret', async () => {
    const { page: url, fastly, client } = await startWorkplace();
    const reader = await openPage(url);
    await reader.say(`/fastly-user reset ${ENGINEER.login}`);
    const calls = reader.page.getByRole('region', { name: 'Calls to Fastly' });
    const reset = calls.getByRole('listitem').filter({ hasText: 'POST' }).first();
    await reader.sees(reset.getByText('200'));
    await reader.sees(reset.getByText(/^\d+ ms$/));
    const shown = await calls.getByRole('listitem').allInnerTexts();
    const called = (await client.fastlyCalls()).map(({ method, path }) => `${method} ${path}`);
    expect(shown.map((each) => each.split(/\s+/).slice(0, 2).join(' '))).toEqual(called.reverse());
    expect(await reader.page.content()).not.toContain(fastly.token);
  });

  it.each(SWITCHES)('switches $name on and off', async ({ name, fault, off, on }) => {
    const { page: url, fastly } = await startWorkplace();
    const reader = await openPage(url);
    const control = reader.page.getByRole('switch', { name });
    expect(await control.isChecked()).toBe(false);
    await control.click();
    await eventually(() => fault(fastly.faults())).toBe(on);
    await eventually(() => control.isChecked()).toBe(true);
    await control.click();
    await eventually(() => fault(fastly.faults())).toBe(off);
    await eventually(() => control.isChecked()).toBe(false);
  });

  it('has no switch for a bot that it does not run', async () => {
    const { page: url } = await startWorkplace();
    const reader = await openPage(url);
    const bot = reader.page.getByRole('region', { name: 'The bot' });
    await reader.sees(bot.getByText('Connected to Slack'));
    expect(await bot.getByRole('button').count()).toBe(0);
  });
});
