import { describe, expect, it } from 'vitest';
import { CDN_TEAM, MIRA, NORA, PRIYA, TOMAS } from '../../sandbox/cast.ts';
import { PRIYA_USER } from '../../sandbox/fastly/people.ts';
import { updateOf, updates } from '../support/altering.ts';
import { untilTold } from '../support/approving.ts';
import {
  DAILY,
  LEFT,
  LIVE,
  leaverButtons,
  lookedAgain,
  ONCE,
  priyaLeaves,
  startLive,
  startWatching,
  told,
  untilLeaversSay,
} from '../support/leavers.ts';
import { untilSaid } from '../support/promotions.ts';
import type { Workplace } from '../support/workplace.ts';

describe('with LEAVERS=live', () => {
  it('a member who leaves the workspace for another one is told of', async () => {
    const workplace = await startLive(true);
    await workplace.client.changeMember(MIRA.id, 'elsewhere');
    await untilLeaversSay(workplace, 'left this workspace');
  });

  it('somebody who left before the bot knew them is found by their address', async () => {
    const workplace = await startLive();
    await workplace.client.putFastlyUsers([{ ...PRIYA_USER, login: 'unknown@example.com' }]);
    await workplace.client.putFastlyUsers([{ ...PRIYA_USER, id: 'priya2' }]);
    await priyaLeaves(workplace);
    await untilLeaversSay(workplace, 'was deactivated in Slack.');
  });
});

it('whoever was invited is known once they have joined', async () => {
  const workplace = await startWatching({
    times: { ...ONCE, every: 10 },
    variables: DAILY,
    prepare: (client) => client.removeFastlyUser(PRIYA_USER.id),
  });
  const { client, log } = workplace;
  await lookedAgain(log);
  await client.as(NORA).command(`invite ${PRIYA.email} --role engineer`);
  await log.until('it is known which member was invited');
  await lookedAgain(log);
  await client.changeMember(PRIYA.id, 'forgotten');
  await client.putFastlyUsers([PRIYA_USER]);
  await untilLeaversSay(workplace, 'was deactivated in Slack.');
});

/** Only a pair that is known shows whose the login was: with the profile, the address is gone. */
describe('who is who is known, without another look,', () => {
  const NEWCOMER = { ...PRIYA_USER, id: 'priya2' };
  it.each([
    ['from a card', async ({ client }: Workplace) => client.putFastlyUsers([NEWCOMER]), `get ${NEWCOMER.id}`],
    [
      'from a mention',
      async ({ client }: Workplace) => client.putFastlyUsers([NEWCOMER]),
      `get @${PRIYA.name}`,
    ],
    [
      'from creating the user',
      async () => {},
      `create ${PRIYA.email} --name "Priya Halloran" --role engineer`,
    ],
  ])('%s', async (_from, prepare, words) => {
    const workplace = await startWatching({
      times: ONCE,
      variables: LIVE,
      options: { leavers: true },
      prepare: (client) => client.removeFastlyUser(PRIYA_USER.id),
    });
    await workplace.log.until('people who left were looked for');
    await prepare(workplace);
    const nora = workplace.client.as(NORA);
    await nora.command(words);
    await nora.until((sees) => JSON.stringify(sees).includes(PRIYA.email), 'the answer');
    await workplace.log.until('it is known which member a user is');
    await workplace.client.changeMember(PRIYA.id, 'forgotten');
    await untilLeaversSay(workplace, 'was deactivated in Slack.');
  });
});

it('a leaver whose role ends is shown with it, until a bot admin has it ended from there', async () => {
  const workplace = await startLive();
  const { client } = workplace;
  const nora = client.as(NORA);
  await nora.command(`update ${PRIYA_USER.id} --role billing --for 1d`);
  await untilSaid(nora, 'Role engineer → billing');
  await priyaLeaves(workplace);
  const words = await untilLeaversSay(workplace, LEFT);
  expect(words).toMatch(/The user has the role billing until .*\. Then the role engineer comes back\./);
  expect(await leaverButtons(workplace)).toEqual(['lock', 'delete', 'keep', 'promotion.end']);
  const [{ ts } = { ts: '' }] = await told(workplace);
  await client.as(TOMAS).click({ channel: CDN_TEAM.id, ts, actionId: 'promotion.end' });
  await untilTold(client.as(TOMAS), 'Ending…');
  await untilTold(nora, 'Ended by', 'direct');
  expect(await updates(client)).toEqual(
    ['billing', 'engineer'].map((role) => updateOf(PRIYA_USER, { role })),
  );
  await expect.poll(() => leaverButtons(workplace)).toEqual(['lock', 'delete', 'keep']);
  expect(await untilLeaversSay(workplace, 'In Fastly: engineer')).not.toContain('billing');
});
