import { describe, expect, it } from 'vitest';
import { CDN_TEAM, NORA, PRIYA, TOMAS } from '../../sandbox/cast.ts';
import { PRIYA_USER, TOMAS_USER } from '../../sandbox/fastly/people.ts';
import { auditEntries, databaseInFile, untilTold } from '../support/approving.ts';
import {
  clickLeaver,
  LEFT,
  leaverButtons,
  leaverMessages,
  lookedAgain,
  priyaLeaves,
  startKnowingPriya,
  startWatching,
  told,
  untilLeaversSay,
} from '../support/leavers.ts';
import { metricsOf } from '../support/metrics.ts';
import { wordsOf } from '../support/seeing.ts';
import { CI_PURGE, DAY, fromNow, LAPTOP } from '../support/tokens.ts';

describe('a member who is deactivated and whose email is a login', () => {
  it('is told of once, with what their user is in Fastly, and nothing is done', async () => {
    const workplace = await startKnowingPriya();
    const { client } = workplace;
    const now = { ...PRIYA_USER, role: 'engineer', last_active_at: fromNow(-2 * DAY) };
    await client.putFastlyUsers([now]);
    await client.putFastlyTokens([
      { ...CI_PURGE, user_id: PRIYA_USER.id, last_used_at: fromNow(0) },
      { ...LAPTOP, user_id: PRIYA_USER.id, last_used_at: fromNow(-40 * DAY) },
    ]);
    await priyaLeaves(workplace);
    const words = await untilLeaversSay(workplace, 'was deactivated in Slack.');
    expect(words).toContain('1 person left Slack and still has a user in Fastly.');
    expect(words).toContain('In Fastly: engineer, active 2 days ago, 3 API tokens (one used today).');
    expect(await leaverButtons(workplace)).toEqual(['lock', 'delete', 'keep']);
    await lookedAgain(workplace.log);
    expect(await told(workplace)).toHaveLength(1);
    const changes = (await client.fastlyCalls()).filter(({ method }) => method !== 'GET');
    expect(changes).toEqual([]);
  });
});

describe('at the first look', () => {
  it('whoever had left before is told of, and when they left is not known', async () => {
    const workplace = await startWatching({ prepare: (client) => priyaLeaves({ client }) });
    const words = await untilLeaversSay(workplace, 'This was found at the first look');
    expect(words).toContain('is deactivated in Slack.');
    await lookedAgain(workplace.log);
    expect(await told(workplace)).toHaveLength(1);
    const lists = (await workplace.client.slackCalls()).filter(({ method }) => method === 'users.list');
    expect(lists).toHaveLength(1);
  });

  it('the members are listed in pages', async () => {
    const colleagues = Array.from({ length: 250 }, (_, index) => ({
      ...TOMAS,
      id: `U0MANY${String(index).padStart(4, '0')}`,
      name: `many${index}`,
      email: `many${index}@example.com`,
    }));
    const last = colleagues.at(-1) ?? PRIYA;
    const workplace = await startWatching({
      options: { colleagues },
      prepare: async (client) => {
        await client.changeMember(last.id, 'deactivated');
        await client.putFastlyUsers([{ ...PRIYA_USER, id: 'last1', name: 'Last One', login: last.email }]);
      },
    });
    expect(await untilLeaversSay(workplace, LEFT)).toContain('Last One');
    const lists = (await workplace.client.slackCalls()).filter(({ method }) => method === 'users.list');
    expect(lists).toHaveLength(2);
  });
});

describe('the buttons beside somebody who left', () => {
  it('keep the user, with a reason, until the member is back and leaves again', async () => {
    const database = await databaseInFile();
    const workplace = await startKnowingPriya(database);
    const nora = workplace.client.as(NORA);
    await priyaLeaves(workplace);
    await untilLeaversSay(workplace, LEFT);
    await clickLeaver(workplace, 'keep');
    await nora.until(
      ({ modals }) => modals.some(({ callbackId }) => callbackId === 'leavers.keep-form'),
      'it',
    );
    await nora.submit({ reason: 'Shared account' });
    const words = await untilLeaversSay(workplace, 'Kept by');
    expect(words).toContain(`Kept by <@${NORA.id}> : Shared account`);
    expect(await leaverButtons(workplace)).toEqual([]);
    await lookedAgain(workplace.log);
    expect(await told(workplace)).toHaveLength(1);
    await workplace.client.changeMember(PRIYA.id, 'full');
    await untilLeaversSay(workplace, 'is active in Slack again.');
    await priyaLeaves(workplace);
    await expect.poll(() => told(workplace)).toHaveLength(2);
    await workplace.stop();
    const kept = (await auditEntries(database)).filter(({ change }) => change === 'leaver');
    expect(kept).toMatchObject([{ event: 'kept', actor: NORA.id, target: PRIYA_USER.id }]);
  });
});

describe('list --left', () => {
  it.each(['off', 'daily'])('shows who left, with LEAVERS=%s', async (LEAVERS) => {
    const workplace = await startWatching({
      variables: { LEAVERS },
      prepare: (client) => priyaLeaves({ client }),
    });
    const nora = workplace.client.as(NORA);
    await nora.command('list --left');
    const table = await nora.until(
      (sees) => JSON.stringify(sees.channels).includes('with an email that is still a Fastly login') && sees,
      'the table',
    );
    const words = wordsOf(table.channels.flatMap(({ messages }) => messages.flatMap(({ blocks }) => blocks)));
    expect(words).toContain(PRIYA_USER.login);
    expect(words).not.toContain(TOMAS_USER.login);
  });

  it('says so where nobody has, or Slack lists nobody, and takes no other words', async () => {
    const workplace = await startWatching({ variables: { LEAVERS: 'off' } });
    const nora = workplace.client.as(NORA);
    await nora.command('list edda --left');
    await untilTold(nora, '--left goes without other words and filters.');
    await workplace.client.slackFaults({ fail: { method: 'users.list', status: 503, times: 1 } });
    await nora.command('list --left --private');
    await untilTold(nora, "Slack didn't list the workspace's members.");
    await nora.command('list --left --private');
    await untilTold(nora, 'Nobody who left Slack has an email that is still a Fastly login.');
    const seen = async () => JSON.stringify(await nora.sees());
    expect(await seen()).toContain('run `/fastly-user list --inactive 90d`');
    // What was read a moment ago doesn't count.
    await priyaLeaves(workplace);
    await nora.command('list --left --private');
    await untilTold(nora, '1 person left Slack, with an email that is still a Fastly login.');
    expect(await seen()).toContain(
      'run `/fastly-user get`, `/fastly-user lock` or `/fastly-user delete` with the login.',
    );
  });
});

it('with LEAVERS=off nobody is looked for, and no pair is kept', async () => {
  const workplace = await startWatching({
    variables: { LEAVERS: 'off' },
    prepare: (client) => priyaLeaves({ client }),
  });
  const nora = workplace.client.as(NORA);
  await nora.command(`get ${PRIYA_USER.id}`);
  await nora.until((sees) => JSON.stringify(sees).includes(PRIYA_USER.id), 'the card');
  const asked = (await workplace.client.slackCalls()).map(({ method }) => method);
  expect(asked.filter((method) => method.startsWith('users.l'))).toEqual([]);
  expect(leaverMessages(await nora.sees(), CDN_TEAM)).toEqual([]);
});

it('how many are waiting for a decision is a metric', async () => {
  const workplace = await startKnowingPriya();
  await priyaLeaves(workplace);
  await untilLeaversSay(workplace, LEFT);
  const exposition = await metricsOf(workplace);
  expect(exposition.value('fastly_user_bot_leavers', { state: 'told' })).toBe(1);
});
