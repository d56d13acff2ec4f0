import { describe, expect, it } from 'vitest';
import { NORA, PRIYA, SISTER_TEAM, TEAM } from '../../sandbox/cast.ts';
import { deliveryTo, startForgedSlack } from '../support/forged-delivery.ts';
import {
  LEFT,
  LIVE,
  leaverMessages,
  ONCE,
  priyaLeaves,
  startLive,
  startWatching,
  told,
  untilLeaversSay,
} from '../support/leavers.ts';
import { readyz } from '../support/readyz.ts';
import { DELIVERY, DELIVERY_MODES, forgetStart, type Workplace } from '../support/workplace.ts';

/** What was asked of Slack and Fastly since it was forgotten. */
const calls = async ({ client }: Workplace) => [
  ...(await client.slackCalls()).map(({ method }) => method),
  ...(await client.fastlyCalls()).map(({ method, path }) => `${method} ${path}`),
];

describe('with LEAVERS=live', () => {
  it('a member who is deactivated is told of, and is shown as back, when Slack says so', async () => {
    const workplace = await startLive();
    await priyaLeaves(workplace);
    await untilLeaversSay(workplace, 'was deactivated in Slack.');
    await workplace.client.changeMember(PRIYA.id, 'full');
    await untilLeaversSay(workplace, 'is active in Slack again.');
    expect(await told(workplace)).toHaveLength(1);
  });

  it('a change that concerns nobody costs no call', async () => {
    const workplace = await startLive();
    const { client } = workplace;
    await client.forgetSlackCalls();
    await forgetStart(workplace);
    const outcome = await client.changeMember(PRIYA.id, 'full');
    expect(outcome).toMatchObject({ acknowledged: true });
    await client.changeMember(PRIYA.id, 'guest');
    expect(await calls(workplace)).toEqual([]);
    await priyaLeaves(workplace);
    await untilLeaversSay(workplace, LEFT);
  });
});

it('a change is heard of from the bot’s own workspace alone, and answers nobody', async () => {
  const slack = await startForgedSlack(DELIVERY, LIVE, {}, { leavers: ONCE });
  const gone = (user: object, team: string) => {
    const { type, payload } = deliveryTo({ kind: 'event', id: 'user_change' }, {}, slack.responseUrl);
    return { type, payload: { ...payload, team_id: team, event: { type: 'user_change', user } } };
  };
  await slack.log.until('people who left were looked for');
  await slack.client.forgetSlackCalls();
  for (const [user, team] of [
    [{ id: PRIYA.id, deleted: true }, SISTER_TEAM.id],
    [{ id: 7, deleted: true }, TEAM.id],
    [{ deleted: true }, TEAM.id],
    [{ id: PRIYA.id, deleted: 'true' }, TEAM.id],
    [{ id: PRIYA.id, enterprise_user: { teams: [TEAM.id] } }, TEAM.id],
  ] as const) {
    expect(await slack.deliver(gone(user, team))).toEqual({});
  }
  expect(await slack.client.slackCalls()).toEqual([]);
  await slack.deliver(gone({ id: PRIYA.id, deleted: true }, TEAM.id));
  await slack.log.until('a member who changed was looked at');
});

it.each(DELIVERY_MODES)('events that Slack leaves out are reported for a while, over %s', async (mode) => {
  const times = { leavers: { ...ONCE, eventsLeftOut: 500 } };
  const slack = await startForgedSlack(mode, LIVE, {}, times);
  const leftOut = { type: 'events_api', payload: { type: 'app_rate_limited', team_id: TEAM.id } } as const;
  await slack.deliver(leftOut);
  const what = async () => (await readyz(slack)).body.degraded.map((problem) => problem.what);
  expect(await what()).toEqual([expect.stringContaining('only some of the events about members')]);
  expect((await readyz(slack)).body.degraded[0]?.remedy).toContain('LEAVERS=daily');
  await expect.poll(what).toEqual([]);
});

it.each(['daily', 'off'])('with LEAVERS=%s an event changes nothing', async (LEAVERS) => {
  const workplace = await startWatching({
    times: ONCE,
    variables: { ...LIVE, LEAVERS },
    options: { leavers: true },
  });
  if (LEAVERS === 'daily') await workplace.log.until('people who left were looked for');
  await workplace.client.forgetSlackCalls();
  expect(await workplace.client.changeMember(PRIYA.id, 'deactivated')).toMatchObject({ acknowledged: true });
  expect(await workplace.client.slackCalls()).toEqual([]);
  expect(leaverMessages(await workplace.client.as(NORA).sees())).toEqual([]);
});
