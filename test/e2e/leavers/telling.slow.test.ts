import { describe, expect, it } from 'vitest';
import { CDN_TEAM, NORA, PRIYA, TOMAS } from '../../sandbox/cast.ts';
import { ENGINEER, PRIYA_USER } from '../../sandbox/fastly/people.ts';
import { askForUpdate } from '../support/altering.ts';
import { databaseInFile, startAnother } from '../support/approving.ts';
import {
  clickLeaver,
  LEFT,
  LIVE,
  leaverButtons,
  leaverMessages,
  lookedAgain,
  ONCE,
  priyaLeaves,
  startKnowingPriya,
  startWatching,
  told,
  untilLeaversSay,
} from '../support/leavers.ts';
import { wordsOf } from '../support/seeing.ts';
import { DELIVERY, type Workplace } from '../support/workplace.ts';

const NEVER = 2 ** 31 - 1;
const LEE = { ...PRIYA, id: 'U0LEE0001', name: 'lee', email: 'lee@example.com' };
const LEE_USER = { ...PRIYA_USER, id: 'lee1', name: 'Lee Example', login: LEE.email };

describe('whoever is no leaver any more by the time of the message', () => {
  it('is not told of, beside somebody who still is', async () => {
    const variables = { ...LIVE, ...(await databaseInFile()) };
    const options = { leavers: true, colleagues: [LEE] };
    const before = await startWatching({
      ...{ times: { ...ONCE, gather: NEVER }, variables, options },
      prepare: (client) => client.putFastlyUsers([LEE_USER]),
    });
    const { client, log } = before;
    await log.until('people who left were looked for');
    await priyaLeaves(before);
    await client.changeMember(LEE.id, 'deactivated');
    await log.untilTimes('a member who left is still a Fastly user', 2);
    await before.stop();
    await client.changeMember(PRIYA.id, 'full');
    const workplace = await startAnother(before, variables, DELIVERY, { leavers: ONCE });
    const words = await untilLeaversSay(workplace, '1 person left Slack');
    expect(words).toContain(LEE_USER.name);
    expect(words).not.toContain(PRIYA_USER.name);
  });
});

describe('whose address another member has by now', () => {
  /** Of two who had the address, the one whom Slack lists last is told of. */
  const other = { ...PRIYA, id: 'U0PRIYA02', name: 'priya2' };
  const start = async (variables: Record<string, string> = {}) => {
    const workplace = await startWatching({
      ...{ times: ONCE, variables, options: { leavers: true, colleagues: [other] } },
      prepare: async (client) => {
        await client.changeMember(other.id, 'deactivated');
        await priyaLeaves({ client });
      },
    });
    await untilLeaversSay(workplace, LEFT);
    return workplace;
  };

  it('is seen at the click', async () => {
    const workplace = await start();
    const nora = workplace.client.as(NORA);
    await workplace.client.changeMember(PRIYA.id, 'full');
    await clickLeaver(workplace, 'lock');
    const said = await nora.until(
      ({ modals }) =>
        modals.map(({ blocks }) => wordsOf(blocks)).find((words) => !words.includes('One moment')),
      'the form or the refusal',
    );
    expect(said).toContain('has another account in Slack now. Nothing was done.');
    await untilLeaversSay(workplace, 'has another account in Slack now.');
    expect(await leaverButtons(workplace)).toEqual([]);
  });

  it('is heard of with LEAVERS=live', async () => {
    const workplace = await start(LIVE);
    await workplace.client.changeMember(PRIYA.id, 'full');
    await untilLeaversSay(workplace, 'has another account in Slack now.');
  });
});

describe('a user whom Fastly does not show', () => {
  it.each([
    ['403', 403, '{"msg":"No"}'],
    ['500', 500, '{"msg":"No"}'],
    ['something unreadable', 200, 'No'],
  ])('has a row that says so, and hides nobody else, at %s', async (_what, status, body) => {
    const workplace = await startWatching({
      ...{ times: ONCE, options: { colleagues: [LEE] } },
      prepare: async (client) => {
        await client.putFastlyUsers([LEE_USER]);
        await client.changeMember(LEE.id, 'deactivated');
        await priyaLeaves({ client });
        const match = `GET /user/${PRIYA_USER.id}`;
        await client.fastlyFaults({ fail: { match, status, body, times: 10_000 } });
      },
    });
    const words = await untilLeaversSay(workplace, '2 people left Slack');
    expect(words).toMatch(/Lee Example .* In Fastly: engineer/);
    expect(words).toContain("The bot can't read the user in Fastly now.");
    expect((await leaverButtons(workplace)).toSorted()).toEqual(['delete', 'keep', 'keep', 'lock']);
  });
});

describe('a message that somebody deletes', () => {
  const deleteLatest = async (workplace: Workplace) => {
    const { slack } = workplace;
    const ts = (await told(workplace)).at(-1)?.ts;
    const answer = await fetch(`${slack.apiUrl}chat.delete`, {
      method: 'POST',
      headers: { authorization: `Bearer ${slack.botToken}`, 'content-type': 'application/json' },
      body: JSON.stringify({ channel: CDN_TEAM.id, ts }),
    });
    expect(await answer.json()).toMatchObject({ ok: true });
  };

  it('is posted anew with the next look, while there is something to decide', async () => {
    const workplace = await startKnowingPriya();
    await priyaLeaves(workplace);
    await untilLeaversSay(workplace, LEFT);
    await deleteLatest(workplace);
    await untilLeaversSay(workplace, LEFT);
    expect(await leaverButtons(workplace)).toEqual(['lock', 'delete', 'keep']);
    await workplace.client.changeMember(PRIYA.id, 'full');
    await untilLeaversSay(workplace, 'is active in Slack again.');
    expect(await told(workplace)).toHaveLength(1);
  });
});

it('a leaver’s requests that failed, and can be retried, are named, with a link', async () => {
  const workplace = await startWatching({
    variables: { SUPERUSERS: [NORA, TOMAS, PRIYA].map(({ id }) => id).join() },
  });
  const { client } = workplace;
  await lookedAgain(workplace.log);
  const request = await askForUpdate(client, PRIYA, ENGINEER, '--role superuser');
  await client.fastlyFaults({ fail: { match: 'PUT', status: 400, body: '{"msg":"No"}', times: 100 } });
  await request.take(client.as(NORA), 'approve');
  await client.as(NORA).until((sees) => JSON.stringify(sees).includes('approvals.retry'), 'the failure');
  await priyaLeaves(workplace);
  const words = await untilLeaversSay(workplace, LEFT);
  expect(words).toMatch(/Their request [A-Z0-9]{4}-[A-Z0-9]{4} failed and can be retried\./);
  expect(await leaverButtons(workplace)).toEqual(['lock', 'delete', 'keep']);
  const message = leaverMessages(await client.as(NORA).sees()).at(-1);
  expect(JSON.stringify(message?.blocks)).toContain('"type":"link"');
});

describe('people for whom a message has no room', () => {
  const people = Array.from({ length: 17 }, (_, index) => ({
    ...PRIYA,
    id: `U0MANY${String(index).padStart(4, '0')}`,
    name: `many${index}`,
    email: `many${index}@example.com`,
  }));

  it('get a message of their own once those in the first are decided', async () => {
    const workplace = await startWatching({
      options: { colleagues: people },
      prepare: async (client) => {
        for (const { id } of people) await client.changeMember(id, 'deactivated');
        await client.putFastlyUsers(
          people.map(({ email }, index) => ({
            ...PRIYA_USER,
            id: `many${index}`,
            name: `Person ${index}`,
            login: email,
          })),
        );
      },
    });
    const { client } = workplace;
    expect(await untilLeaversSay(workplace, '17 people left Slack')).toContain('And 2 more');
    const shown = leaverMessages(await client.as(NORA).sees()).at(-1);
    const inFirst = people.filter((_, index) =>
      new RegExp(`Person ${index} `).test(wordsOf(shown?.blocks ?? [])),
    );
    expect(inFirst).toHaveLength(15);
    for (const { id } of inFirst) await client.changeMember(id, 'full');
    const words = await untilLeaversSay(workplace, '2 people left Slack');
    for (const [index, each] of people.entries()) {
      if (!inFirst.includes(each)) expect(words).toContain(`Person ${index} `);
    }
    expect((await leaverButtons(workplace)).filter((each) => each === 'keep')).toHaveLength(2);
    await untilLeaversSay(workplace, 'Nobody on this list needs a decision any more.');
    await lookedAgain(workplace.log);
    expect(await told(workplace)).toHaveLength(2);
  });
});

it('while nobody is there to tell, the log says so once a minute, and not at every look', async () => {
  const workplace = await startWatching({
    otherTimes: { slowRetry: 60_000 },
    variables: { APPROVALS_CHANNEL: '' },
  });
  const { client, log } = workplace;
  await lookedAgain(log);
  for (const { id } of [NORA, TOMAS]) await client.changeMember(id, 'deactivated');
  await priyaLeaves(workplace);
  const warned = 'there is no bot admin to tell, trying again later';
  await log.until(warned);
  const { length } = log.lines.filter(({ msg }) => msg === warned);
  await lookedAgain(log);
  await lookedAgain(log);
  expect(log.lines.filter(({ msg }) => msg === warned)).toHaveLength(length);
});

it('a Fastly superuser, whom nobody can be asked to lock in direct messages, has a row that says where', async () => {
  const workplace = await startWatching({
    ...{ times: ONCE, variables: { APPROVALS_CHANNEL: '' } },
    prepare: async (client) => {
      await client.putFastlyUsers([{ ...PRIYA_USER, role: 'superuser' }]);
      await priyaLeaves({ client });
    },
  });
  const words = await untilLeaversSay(workplace, LEFT, NORA, 'direct');
  expect(words).toContain(`To ask for the lock, run /fastly-user lock ${PRIYA_USER.login} in a channel.`);
  expect(await leaverButtons(workplace, NORA, 'direct')).toEqual(['keep']);
});
