import { WebClient } from '@slack/web-api';
import { pino } from 'pino';
import { expect, it } from 'vitest';
import { checkLeavers } from '../../../src/checks/slack-leavers.ts';
import { memberPages } from '../../../src/slack/connection/member-pages.ts';
import { Roster } from '../../../src/slack/connection/roster.ts';
import { NORA } from '../../sandbox/cast.ts';
import { standIn } from '../../support/stand-in.ts';

const NO_END = "Slack's list of members has no end";
const page = (next_cursor: string) => ({
  ok: true,
  members: [{ id: NORA.id }],
  response_metadata: { next_cursor },
});

/** A Slack whose list of members goes round in a circle. */
async function circling(): Promise<{ slack: WebClient; asked: string[] }> {
  const { url, asked } = await standIn({
    'POST /users.list': (body) => page(body.includes('cursor=one') ? 'two' : 'one'),
  });
  return { slack: new WebClient('xoxb-1', { slackApiUrl: `${url}/`, retryConfig: { retries: 0 } }), asked };
}

it('a list of members in which Slack repeats a cursor has no end, and nothing is concluded from it', async () => {
  const { slack, asked } = await circling();
  const pace = { member: 0, address: 0, page: 0 };
  const stopping = AbortSignal.timeout(5_000);
  const roster = new Roster({ slack, pace, stopping, log: pino({ enabled: false }) });
  await expect(roster.all()).rejects.toThrow(NO_END);
  expect(asked).toHaveLength(3);
});

it('what is done after each page can end a list of members', async () => {
  const { slack, asked } = await circling();
  const pace = { member: 0, address: 0, page: 0 };
  const stopping = AbortSignal.timeout(5_000);
  const roster = new Roster({ slack, pace, stopping, log: pino({ enabled: false }) });
  const taken = async () => {
    throw new Error('taken over');
  };
  await expect(roster.all(taken)).rejects.toThrow('taken over');
  expect(asked).toHaveLength(1);
});

it('doctor says so, too', async () => {
  const { slack } = await circling();
  const finding = await checkLeavers(slack, 'daily');
  expect(finding).toMatchObject({ mark: 'unknown', what: expect.stringContaining(NO_END) });
});

it('a list whose cursors are always new ends as well', async () => {
  let asked = 0;
  const pages = memberPages(async () => page(String(++asked)));
  const all = async () => {
    for await (const _page of pages);
  };
  await expect(all()).rejects.toThrow(NO_END);
  expect(asked).toBeLessThanOrEqual(10_000);
});
