import { describe, expect, it, onTestFinished } from 'vitest';
import type { Times } from '../../../src/config/times.ts';
import { CDN_TEAM, NORA, PRIYA, TOMAS } from '../../sandbox/cast.ts';
import type { JsonObject } from '../../sandbox/control/protocol.ts';
import { ENGINEER, NORA_USER, OWNER, PRIYA_USER, TOMAS_USER } from '../../sandbox/fastly/people.ts';
import { startSandbox } from '../../sandbox/sandbox.ts';
import { databaseInFile, startAnother, toldPrivately, untilTold } from '../support/approving.ts';
import { metricsOf } from '../support/metrics.ts';
import { messageWith } from '../support/seeing.ts';
import { CI_PURGE, DAY, EXPIRED, fromNow, LAPTOP, SESSION } from '../support/tokens.ts';
import {
  connected,
  DELIVERY,
  environmentFor,
  type LogLines,
  runBot,
  startWorkplace,
  type Workplace,
} from '../support/workplace.ts';

/** The bot looks again and again. */
const LOOKING = { tokenReminders: { every: 50, again: 50, look: 50 } };
/** It looks once more where something could not be told, and never again where all was. */
const AGAIN = { tokenReminders: { every: 2 ** 31 - 1, again: 50, look: 50 } };
const ON = { TOKEN_REMINDERS: 'on' };
const HEADLINE = 'in Fastly expire';
const LOOKED = 'the API tokens that expire soon were read';

/** A token of somebody's, or of nobody's, that expires in so many days. */
const expiring = (token: JsonObject, days: number, owner: { id: string } | null): JsonObject => ({
  ...token,
  user_id: owner?.id ?? null,
  expires_at: fromNow(days * DAY),
});

/** A bot that finds these tokens at its start. */
async function startWith(
  tokens: JsonObject[],
  times: Partial<Times> = LOOKING,
  variables: Record<string, string> = {},
  prepare: (sandbox: Pick<Workplace, 'client'>) => Promise<unknown> = async () => {},
): Promise<Workplace> {
  const sandbox = await startSandbox();
  onTestFinished(() => sandbox.close());
  await sandbox.client.putFastlyTokens(tokens);
  await prepare(sandbox);
  const running = runBot({ ...environmentFor(sandbox, DELIVERY), ...ON, ...variables }, times);
  await connected(sandbox, running.log, DELIVERY);
  return { ...sandbox, ...running };
}

/** What a member was told of tokens, oldest first. */
const toldOf = async ({ client }: Pick<Workplace, 'client'>, member: typeof NORA): Promise<string[]> =>
  toldPrivately(await client.as(member).sees(), 'direct').filter((each) => each.includes(HEADLINE));

/** Waits until a look has begun from now on, and ended. */
async function lookedAgain(log: LogLines): Promise<void> {
  await log.untilTimes(LOOKED, log.lines.filter(({ msg }) => msg === LOOKED).length + 2);
}

describe('the owner of API tokens that expire soon', () => {
  it('is told of all of them in one direct message, once', async () => {
    const workplace = await startWith([
      expiring(CI_PURGE, 14, NORA_USER),
      expiring(LAPTOP, 2.9, NORA_USER),
      { ...expiring(CI_PURGE, 15, NORA_USER), id: 'later1', name: 'later' },
      { ...SESSION, user_id: NORA_USER.id },
      { ...EXPIRED, user_id: NORA_USER.id },
    ]);
    await untilTold(workplace.client.as(NORA), HEADLINE, 'direct');
    await lookedAgain(workplace.log);
    const [words = '', ...more] = await toldOf(workplace, NORA);
    expect(more).toEqual([]);
    expect(words).toContain('2 of your API tokens in Fastly expire soon:');
    expect(words).toMatch(/ci-purge .*scope purge_all .*services: 3 .*expires in 14 days \(/);
    expect(words).toMatch(/laptop .*scope global .*services: all .*expires in 3 days \(/);
    expect(words).toContain(
      "Make a new token in Fastly, and use it in place of the old one before then. The bot can't",
    );
    expect(words).not.toMatch(/later|session|old-ci/);
    expect(await toldOf(workplace, TOMAS)).toEqual([]);
    expect(words).not.toContain(workplace.fastly.token);
  });

  it('is told again at the next step, and after a restart of nothing that was told', async () => {
    const database = await databaseInFile();
    const workplace = await startWith([expiring(CI_PURGE, 13, NORA_USER)], LOOKING, database);
    await untilTold(workplace.client.as(NORA), 'expires in 13 days', 'direct');
    await lookedAgain(workplace.log);
    const restarted = await startAnother(workplace, { ...ON, ...database }, DELIVERY, LOOKING);
    await lookedAgain(restarted.log);
    expect(await toldOf(workplace, NORA)).toHaveLength(1);
    await workplace.client.putFastlyTokens([expiring(CI_PURGE, 3, NORA_USER)]);
    await untilTold(workplace.client.as(NORA), 'expires in 3 days', 'direct');
    await workplace.client.putFastlyTokens([expiring(CI_PURGE, 0.4, NORA_USER)]);
    await untilTold(workplace.client.as(NORA), 'expires in less than a day', 'direct');
    await lookedAgain(restarted.log);
    expect(await toldOf(workplace, NORA)).toHaveLength(3);
  });

  it('is told of the nearest step only, where more were passed', async () => {
    const workplace = await startWith([expiring(CI_PURGE, 1, NORA_USER)]);
    await untilTold(workplace.client.as(NORA), 'expires in 1 day (', 'direct');
    await lookedAgain(workplace.log);
    expect(await toldOf(workplace, NORA)).toHaveLength(1);
  });

  it('counts as told until a list without gaps says that the token is gone', async () => {
    const { client, ...workplace } = await startWith([expiring(CI_PURGE, 3, NORA_USER)]);
    const [token, unreadable] = [expiring(CI_PURGE, 3, NORA_USER), { ...LAPTOP, id: 'not an id' }];
    await untilTold(client.as(NORA), 'ci-purge', 'direct');
    await client.putFastlyTokens([unreadable]);
    await client.revokeFastlyToken(CI_PURGE.id);
    await lookedAgain(workplace.log);
    await client.putFastlyTokens([token]);
    await lookedAgain(workplace.log);
    expect(await toldOf({ client }, NORA)).toHaveLength(1);
    workplace.fastly.revokeToken(unreadable.id);
    await client.revokeFastlyToken(CI_PURGE.id);
    await lookedAgain(workplace.log);
    await client.putFastlyTokens([token]);
    await expect.poll(() => toldOf({ client }, NORA)).toHaveLength(2);
  });

  it('need not be a bot admin', async () => {
    const workplace = await startWith([expiring(CI_PURGE, 3, PRIYA_USER)]);
    await untilTold(workplace.client.as(PRIYA), 'ci-purge', 'direct');
    expect(await toldOf(workplace, NORA)).toEqual([]);
  });
});

describe('bot admins', () => {
  it.each([
    ['a user without an account in Slack', ENGINEER, `of ${ENGINEER.name} ( ${ENGINEER.login} )`],
    ['nobody', null, 'no user'],
    ['a user who is gone', { id: 'gone1' }, 'no user'],
  ])('are told of a token of %s', async (_who, owner, words) => {
    const workplace = await startWith([expiring(CI_PURGE, 3, owner)]);
    for (const admin of [NORA, TOMAS]) {
      const told = await untilTold(workplace.client.as(admin), HEADLINE, 'direct');
      expect(told).toContain('You read this as a bot admin');
      expect(told).toContain(`ci-purge · ${words} · scope purge_all`);
    }
    await lookedAgain(workplace.log);
    expect(await toldOf(workplace, NORA)).toHaveLength(1);
    expect((await toldOf(workplace, PRIYA)).join()).not.toContain('ci-purge');
  });

  it.each(['guest', 'deactivated'] as const)(
    'are told of a token of a member who is %s',
    async (standing) => {
      const workplace = await startWith([expiring(CI_PURGE, 3, PRIYA_USER)], LOOKING, {}, ({ client }) =>
        client.changeMember(PRIYA.id, standing),
      );
      await untilTold(workplace.client.as(NORA), `of ${PRIYA_USER.name}`, 'direct');
      await lookedAgain(workplace.log);
      expect(await toldOf(workplace, PRIYA)).toEqual([]);
    },
  );

  it('read of their own tokens and of others in one message', async () => {
    const workplace = await startWith([
      expiring(CI_PURGE, 3, NORA_USER),
      { ...expiring(LAPTOP, 3, OWNER), name: 'of-the-owner' },
    ]);
    const told = await untilTold(workplace.client.as(NORA), HEADLINE, 'direct');
    expect(told).toMatch(/One of your API tokens .*ci-purge.* An API token in Fastly .*of-the-owner/);
    expect(await untilTold(workplace.client.as(TOMAS), HEADLINE, 'direct')).not.toContain('ci-purge');
  });

  it('are told in place of an owner whom Slack takes no message for', async () => {
    const workplace = await startWith([expiring(CI_PURGE, 3, TOMAS_USER)], AGAIN, {}, ({ client }) =>
      client.slackFaults({
        refuse: { method: 'chat.postMessage', channel: TOMAS.id, error: 'user_disabled', times: 1 },
      }),
    );
    await untilTold(workplace.client.as(NORA), `of ${TOMAS_USER.name}`, 'direct');
    expect((await toldOf(workplace, TOMAS)).join()).not.toContain('ci-purge');
  });
});

describe('what was not told', () => {
  it('is told later, and nobody is told twice', async () => {
    const workplace = await startWith([expiring(CI_PURGE, 3, null)], LOOKING, {}, ({ client }) =>
      client.slackFaults({
        refuse: { method: 'chat.postMessage', channel: TOMAS.id, error: 'fatal_error', times: 1 },
      }),
    );
    await workplace.log.until('a member could not be told that API tokens expire soon');
    for (const admin of [NORA, TOMAS]) await untilTold(workplace.client.as(admin), 'ci-purge', 'direct');
    await lookedAgain(workplace.log);
    for (const admin of [NORA, TOMAS]) expect(await toldOf(workplace, admin)).toHaveLength(1);
    const exposition = await metricsOf(workplace);
    const sent = (result: string) => exposition.value('fastly_user_bot_token_reminders_total', { result });
    expect([sent('failed'), sent('told')]).toEqual([1, 3]);
  });

  it('waits for Slack to say who owns the token', async () => {
    const workplace = await startWith([expiring(CI_PURGE, 3, NORA_USER)], AGAIN, {}, ({ client }) =>
      client.slackFaults({ fail: { method: 'users.lookupByEmail', status: 503, times: 1 } }),
    );
    await untilTold(workplace.client.as(NORA), 'One of your API tokens', 'direct');
    expect(await toldOf(workplace, TOMAS)).toEqual([]);
  });

  it('waits for Fastly to show the list', async () => {
    const workplace = await startWith([expiring(CI_PURGE, 3, NORA_USER)], AGAIN, {}, ({ client }) =>
      client.fastlyFaults({ tokensUnreadable: true }),
    );
    await workplace.log.until("the API tokens that expire soon can't be read, trying again later");
    await workplace.client.fastlyFaults({ tokensUnreadable: false });
    await untilTold(workplace.client.as(NORA), 'ci-purge', 'direct');
  });
});

it('nobody is told, and Fastly is not asked, unless TOKEN_REMINDERS is on', async () => {
  const { client } = await startWorkplace(DELIVERY, {}, {}, LOOKING);
  await client.as(NORA).command('whoami');
  await client
    .as(NORA)
    .until((sees) => messageWith(sees, CDN_TEAM, 'The bot acts in Fastly as'), 'the answer');
  const calls = await client.fastlyCalls();
  expect(calls.filter(({ path }) => path.endsWith('/tokens'))).toEqual([]);
});
