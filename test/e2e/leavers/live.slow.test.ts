import { describe, expect, it } from 'vitest';
import { CDN_TEAM, MIRA, NORA, PRIYA, TOMAS } from '../../sandbox/cast.ts';
import { ENGINEER, PRIYA_USER } from '../../sandbox/fastly/people.ts';
import { updateOf, updates } from '../support/altering.ts';
import { askForDeletion, databaseInFile, untilTold } from '../support/approving.ts';
import {
  clickLeaver,
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
import { askFor } from '../support/newcomers.ts';
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

it('whoever was invited is forgotten once the bot has withdrawn the invitation', async () => {
  const database = await databaseInFile();
  const workplace = await startWatching({
    ...{ times: ONCE, variables: { ...DAILY, ...database } },
    prepare: (client) => client.removeFastlyUser(PRIYA_USER.id),
  });
  const { client, log } = workplace;
  const nora = client.as(NORA);
  await nora.command(`invite ${PRIYA.email} --role engineer`);
  await log.until('it is known which member was invited');
  await nora.command('invitations');
  await nora.until((sees) => JSON.stringify(sees).includes('invitations.withdraw'), 'the list');
  await nora.click({ channel: CDN_TEAM.id, actionId: 'invitations.withdraw', confirm: 'yes' });
  await log.until('it is known that a member is invited no more');
});

it('a bot admin who is deactivated is named as an approver no more, at once', async () => {
  const SUPERUSERS = [NORA, TOMAS, PRIYA].map(({ id }) => id).join();
  const { client, log } = await startWatching({
    times: { ...ONCE, gather: 2 ** 31 - 1 },
    variables: { ...LIVE, SUPERUSERS },
    options: { leavers: true },
    otherTimes: { botAdminsLook: { after: 0, every: 2 ** 31 - 1 } },
  });
  await log.until('people who left were looked for');
  await log.until('the bot admins were read');
  const request = await askForDeletion(client, NORA, ENGINEER);
  expect(request.words(await client.as(NORA).sees())).toContain(TOMAS.id);
  await client.changeMember(TOMAS.id, 'deactivated');
  await request.until(client.as(NORA), `Needs 1 approval from <@${PRIYA.id}>`);
});

/** Only a pair that is known shows whose the login was: with the profile, the address is gone. */
describe('who is who is known, without another look,', () => {
  const NEWCOMER = { ...PRIYA_USER, id: 'priya2' };
  const asked = async ({ client }: Workplace, words: string) => {
    const nora = client.as(NORA);
    await nora.command(words);
    await nora.until((sees) => JSON.stringify(sees).includes(PRIYA.email), 'the answer');
  };
  const approved = async ({ client }: Workplace, words: string) => {
    const request = await askFor(client, `${words} --role superuser`, PRIYA.email);
    await request.take(client.as(TOMAS), 'approve');
  };
  const start = async () => {
    const workplace = await startWatching({
      times: ONCE,
      variables: LIVE,
      options: { leavers: true },
      prepare: (client) => client.removeFastlyUser(PRIYA_USER.id),
    });
    await workplace.log.until('people who left were looked for');
    return workplace;
  };

  it.each([
    [
      'from a card',
      async (workplace: Workplace) => {
        await workplace.client.putFastlyUsers([NEWCOMER]);
        await asked(workplace, `get ${NEWCOMER.id}`);
      },
    ],
    [
      'from a mention',
      async (workplace: Workplace) => {
        await workplace.client.putFastlyUsers([NEWCOMER]);
        await asked(workplace, `get @${PRIYA.name}`);
      },
    ],
    [
      'from creating the user',
      (workplace: Workplace) =>
        asked(workplace, `create ${PRIYA.email} --name "Priya Halloran" --role engineer`),
    ],
    [
      'from creating a Fastly superuser, once that is approved',
      (workplace: Workplace) => approved(workplace, `create ${PRIYA.email}`),
    ],
  ])('%s', async (_from, learn) => {
    const workplace = await start();
    await learn(workplace);
    await workplace.log.until('it is known which member a user is');
    await workplace.client.changeMember(PRIYA.id, 'forgotten');
    await untilLeaversSay(workplace, 'was deactivated in Slack.');
  });

  it('from inviting a Fastly superuser, once that is approved', async () => {
    const workplace = await start();
    await approved(workplace, `invite ${PRIYA.email}`);
    await workplace.log.until('it is known which member was invited');
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

it('a change of a user redraws the message that names them, and no other', async () => {
  const lee = { ...TOMAS, id: 'U0LEE0001', name: 'lee', email: 'lee@example.com' };
  const workplace = await startWatching({
    times: ONCE,
    variables: LIVE,
    options: { leavers: true, colleagues: [lee] },
    prepare: (client) =>
      client.putFastlyUsers([{ ...PRIYA_USER, id: 'lee1', name: 'Lee Example', login: lee.email }]),
  });
  const { client, log } = workplace;
  await log.until('people who left were looked for');
  await client.changeMember(lee.id, 'deactivated');
  await untilLeaversSay(workplace, 'Lee Example');
  await priyaLeaves(workplace);
  await untilLeaversSay(workplace, PRIYA_USER.name);
  const [ofLee] = await told(workplace);
  await client.forgetSlackCalls();
  await clickLeaver(workplace, 'lock');
  await client
    .as(NORA)
    .until(({ modals }) => modals.some(({ callbackId }) => callbackId === 'lock.form'), 'the form');
  await client.as(NORA).submit({ steps: [], reason: null });
  await untilLeaversSay(workplace, '🔒 locked');
  // What the lock led to is shown before this is looked at.
  await client.changeMember(lee.id, 'full');
  await untilLeaversSay(workplace, 'is active in Slack again.');
  const updates = (await client.slackCalls()).filter(
    ({ method, args }) => method === 'chat.update' && args.ts === ofLee?.ts,
  );
  expect(updates).toHaveLength(1);
});
