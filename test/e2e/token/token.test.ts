import { describe, expect, it, onTestFinished } from 'vitest';
import { CDN_TEAM, NORA, TOMAS } from '../../sandbox/cast.ts';
import { BOT_ACCOUNT, ENGINEER } from '../../sandbox/fastly/people.ts';
import { startSandbox } from '../../sandbox/sandbox.ts';
import { approvedAfter, untilTold } from '../support/approving.ts';
import { openPasswordForm, submitPasswords } from '../support/changing-passwords.ts';
import { GRACE } from '../support/newcomers.ts';
import { readyz } from '../support/readyz.ts';
import { messageWith, wordsOf } from '../support/seeing.ts';
import {
  connected,
  DELIVERY,
  environmentFor,
  runBot,
  startWorkplace,
  type Workplace,
} from '../support/workplace.ts';

const REMEDY = "Use the token of a Fastly user of the bot's own with the role superuser and global scope.";
const NO_USER = "The bot's Fastly token belongs to no user, so the bot can't change users.";
const NO_SUPERUSER =
  "The user of the bot's Fastly token is no Fastly superuser, so the bot can't change users.";

const takeUserAway = async ({ client }: Pick<Workplace, 'client'>) => {
  await client.fastlyFaults({ noCurrentUser: true });
};
const demote = async ({ client }: Pick<Workplace, 'client'>) => {
  await client.putFastlyUsers([{ ...BOT_ACCOUNT, role: 'engineer' }]);
};
const TROUBLES = [
  { trouble: 'without a user', begin: takeUserAway, what: NO_USER },
  { trouble: 'of a user who is no Fastly superuser', begin: demote, what: NO_SUPERUSER },
];

/** The calls that change something, oldest first. */
async function changesSent({ client }: Workplace): Promise<string[]> {
  const calls = await client.fastlyCalls();
  return calls.filter(({ method }) => method !== 'GET').map(({ method, path }) => `${method} ${path}`);
}

describe.each(TROUBLES)('with a token $trouble', ({ begin, what }) => {
  it('the bot is ready and degraded, and has logged an error', async () => {
    const before = Date.now();
    const sandbox = await startSandbox();
    onTestFinished(() => sandbox.close());
    await begin(sandbox);
    const bot = runBot(environmentFor(sandbox, DELIVERY));
    expect(await bot.log.until(what)).toMatchObject({ level: 50, remedy: REMEDY });
    await expect.poll(async () => (await readyz(bot)).status, { timeout: 20_000 }).toBe(200);
    const { body } = await readyz(bot);
    expect(body).toMatchObject({ ready: true, missing: {}, degraded: [{ what, remedy: REMEDY }] });
    expect(body.degraded).toHaveLength(1);
    const since = Date.parse(body.degraded[0]?.since ?? '');
    expect(since).toBeGreaterThanOrEqual(before);
    expect(since).toBeLessThanOrEqual(Date.now());
  });

  it('whoami says what to do', async () => {
    const workplace = await startWorkplace();
    await begin(workplace);
    const nora = workplace.client.as(NORA);
    await nora.command('whoami');
    await nora.until((sees) => messageWith(sees, CDN_TEAM, `${what} ${REMEDY}`), 'the remedy');
  });

  it.each([
    `create ${GRACE} --role engineer`,
    `create ${GRACE} --role superuser`,
    `invite ${GRACE}`,
    `update ${ENGINEER.id} --locked yes`,
    `update ${ENGINEER.id} --role superuser`,
    `reset ${ENGINEER.id}`,
    `delete ${ENGINEER.id}`,
  ])('%s is refused, with what to do', async (typed) => {
    const workplace = await startWorkplace();
    await begin(workplace);
    const nora = workplace.client.as(NORA);
    await nora.command('whoami');
    await nora.until((sees) => messageWith(sees, CDN_TEAM, REMEDY), 'the remedy');
    const told = (await nora.sees()).channels.flatMap(({ messages }) => messages).length;
    await nora.command(typed);
    const refused = await nora.until((sees) => {
      const all = sees.channels.flatMap(({ messages }) => messages);
      return all.slice(told).find(({ blocks }) => wordsOf(blocks).includes(REMEDY));
    }, 'the refusal');
    expect(refused.ephemeral).toBe(true);
    expect(await changesSent(workplace)).toEqual([]);
  });
});

it.each(TROUBLES)('an approved deletion fails with what to do, with a token $trouble', async ({ begin }) => {
  const workplace = await startWorkplace();
  const { client } = workplace;
  const request = await approvedAfter(client, () => begin(workplace));
  await request.until(client.as(NORA), REMEDY);
  expect(await changesSent(workplace)).toEqual([]);
});

it('a password is changed all the same, as that takes no token', async () => {
  const { client } = await startWorkplace();
  await takeUserAway({ client });
  const nora = client.as(NORA);
  await nora.command('whoami');
  await untilTold(nora, REMEDY);
  await openPasswordForm(nora);
  await submitPasswords(nora);
  await client.as(TOMAS).until((sees) => messageWith(sees, CDN_TEAM, 'changed the password'), 'the change');
});

it('a token that can change users again is taken at once', async () => {
  const workplace = await startWorkplace();
  const { client } = workplace;
  const nora = client.as(NORA);
  // The list is kept from now on, so that nothing but the change itself asks whose token it is.
  await nora.command('list');
  await nora.until((sees) => messageWith(sees, CDN_TEAM, ENGINEER.login), 'the list');
  await demote(workplace);
  await nora.command('whoami');
  await nora.until((sees) => messageWith(sees, CDN_TEAM, REMEDY), 'the remedy');
  await client.putFastlyUsers([BOT_ACCOUNT]);
  await nora.command(`reset ${ENGINEER.id}`);
  await nora.until((sees) => messageWith(sees, CDN_TEAM, 'a password reset'), 'the confirmation');
  expect((await readyz(workplace)).body).toEqual({ ready: true, missing: {}, degraded: [] });
});

describe('where Fastly tells nothing about the account', () => {
  const ACCOUNT_NOT_TOLD = "Fastly doesn't tell the bot about its account.";

  it.each(['whoami', `delete ${ENGINEER.id}`])('%s says so', async (typed) => {
    const { client } = await startWorkplace();
    await client.fastlyFaults({
      fail: { match: 'GET /current_customer', status: 404, body: '{"msg":"Record not found"}', times: 100 },
    });
    const nora = client.as(NORA);
    await nora.command(typed);
    await nora.until((sees) => messageWith(sees, CDN_TEAM, ACCOUNT_NOT_TOLD), 'the words');
  });
});

it.each([401, 403])('a bot waits at start while a proxy answers %i in place of Fastly', async (status) => {
  const sandbox = await startSandbox();
  onTestFinished(() => sandbox.close());
  const body = '<html><body>Please log in</body></html>';
  await sandbox.client.fastlyFaults({ fail: { match: 'GET /current_user', status, body, times: 2 } });
  const bot = runBot(environmentFor(sandbox, DELIVERY));
  await bot.log.untilTimes('fastly unreachable', 2);
  await connected(sandbox, bot.log, DELIVERY);
});
