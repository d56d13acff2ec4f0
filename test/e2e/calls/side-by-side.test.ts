import { describe, expect, it } from 'vitest';
import { CDN_TEAM, NORA, OPS, TOMAS } from '../../sandbox/cast.ts';
import type { ControlClient } from '../../sandbox/control/client.ts';
import { ENGINEER } from '../../sandbox/fastly/people.ts';
import { CUSTOMER_ID } from '../../sandbox/fastly/user.ts';
import { GRACE } from '../support/newcomers.ts';
import { messagesIn, messageWith } from '../support/seeing.ts';
import { startWorkplace } from '../support/workplace.ts';

const USER = `GET /user/${ENGINEER.id}`;
const LIST = `GET /customer/${CUSTOMER_ID}/users`;
const ACCOUNT = 'GET /current_customer';
const INVITATIONS = 'GET /invitations';
const HOLDER = 'GET /current_user';

/** What has been asked of Fastly and Slack, such as `GET /user/…` and `conversations.info`, with repetitions. */
async function asked(client: ControlClient): Promise<string[]> {
  const [fastly, slack] = await Promise.all([client.fastlyCalls(), client.slackCalls()]);
  const paths = fastly.map(({ method, path }) => `${method} ${path.split('?')[0]}`);
  return [...paths, ...slack.map(({ method }) => method)];
}

async function forgetCalls(client: ControlClient): Promise<void> {
  await Promise.all([client.forgetFastlyCalls(), client.forgetSlackCalls()]);
}

async function hold(client: ControlClient, call: string | null): Promise<void> {
  if (call === null || / /.test(call)) {
    await client.fastlyFaults({ hold: call === null ? null : { match: call, when: 'before', times: 1 } });
  }
  if (call === null || !/ /.test(call)) {
    await client.slackFaults({ hold: call === null ? null : { method: call, when: 'before', times: 1 } });
  }
}

const BESIDE = [
  { typed: `get ${ENGINEER.id}`, held: USER, beside: ['conversations.info', ACCOUNT] },
  { typed: `get ${ENGINEER.id}`, held: 'conversations.info', beside: [USER, ACCOUNT] },
  { typed: `get ${ENGINEER.login}`, held: USER, beside: ['conversations.info', ACCOUNT] },
  { typed: `reset ${ENGINEER.id}`, held: USER, beside: [LIST, ACCOUNT] },
  { typed: `reset ${ENGINEER.id}`, held: 'POST /user/', beside: ['conversations.info'] },
  { typed: `update ${ENGINEER.id}`, held: 'views.open', beside: [USER] },
  { typed: `delete ${ENGINEER.login}`, held: USER, beside: [HOLDER, ACCOUNT] },
  { typed: `delete ${ENGINEER.id}`, held: 'conversations.info', beside: ['users.info'] },
  { typed: `invite ${GRACE}`, held: LIST, beside: [INVITATIONS] },
  { typed: 'list', held: LIST, beside: [INVITATIONS, 'conversations.info'] },
  { typed: 'invitations', held: INVITATIONS, beside: ['conversations.info'] },
  { typed: 'whoami', held: HOLDER, beside: ['conversations.info', ACCOUNT] },
];

describe('what does not need an answer is asked beside it', () => {
  it.each(BESIDE)('$typed: while $held is not answered', async ({ typed, held, beside }) => {
    const { client } = await startWorkplace();
    await forgetCalls(client);
    await hold(client, held);
    await client.as(NORA).command(typed);
    await client.untilHeld(/ /.test(held) ? 'fastly' : 'slack');
    await expect.poll(() => asked(client), { timeout: 20_000 }).toEqual(expect.arrayContaining(beside));
    await hold(client, null);
  });
});

describe('a result', () => {
  it('waits for the answer who reads along, though it was asked for before', async () => {
    const { client } = await startWorkplace();
    await hold(client, 'conversations.info');
    await client.as(NORA).command(`get ${ENGINEER.id}`);
    await client.untilHeld('slack');
    await expect.poll(() => asked(client), { timeout: 20_000 }).toContain(USER);
    await client.share(CDN_TEAM.id);
    await hold(client, null);
    const card = await client
      .as(NORA)
      .until((sees) => messageWith(sees, CDN_TEAM, 'Shown only to you'), 'it');
    expect(card.ephemeral).toBe(true);
    expect(messagesIn(await client.as(TOMAS).sees(), CDN_TEAM)).toEqual([]);
  });

  it('has Slack asked once where the bot may not look', async () => {
    const { client } = await startWorkplace();
    await forgetCalls(client);
    await client.as(NORA).command(`get ${ENGINEER.id}`, OPS);
    await client.as(NORA).until((sees) => messageWith(sees, OPS, "can't check who reads it"), 'the card');
    const calls = await asked(client);
    expect(calls.filter((call) => call === 'conversations.info')).toHaveLength(1);
  });
});

it('nothing is asked for ahead where the words could mean several users', async () => {
  const { client } = await startWorkplace();
  await forgetCalls(client);
  await client.as(NORA).command('get morton');
  await client.as(NORA).until((sees) => messageWith(sees, CDN_TEAM, 'users match'), 'the question');
  // Slack says who asks.
  expect(await asked(client)).toEqual([LIST, 'users.info']);
});

it('a change rests on the user as of now: once before it is recorded, and once more after', async () => {
  const { client } = await startWorkplace();
  await forgetCalls(client);
  await client.as(NORA).command(`update ${ENGINEER.id} --role billing`);
  await client.as(NORA).until((sees) => messageWith(sees, CDN_TEAM, 'Role engineer → billing'), 'the change');
  const about = (await asked(client)).filter((call) => call.includes(ENGINEER.id));
  expect(about).toEqual([USER, USER, `PUT /user/${ENGINEER.id}`]);
});
