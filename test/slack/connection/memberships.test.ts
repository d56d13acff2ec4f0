import { WebClient } from '@slack/web-api';
import { pino } from 'pino';
import { expect, it, onTestFinished, vi } from 'vitest';
import { EnterpriseId, MemberId, TeamId } from '../../../src/ids.ts';
import { Members } from '../../../src/slack/connection/members.ts';
import { Memberships } from '../../../src/slack/connection/memberships.ts';
import { MIRA, ORGANISATION, TEAM } from '../../sandbox/cast.ts';
import { startSandbox } from '../../sandbox/sandbox.ts';

it('what Slack says of a member counts for a minute', async () => {
  const { slack, client, close } = await startSandbox({ organisation: true });
  onTestFinished(close);
  vi.useFakeTimers({ toFake: ['Date'] });
  onTestFinished(() => void vi.useRealTimers());
  const memberships = new Memberships(
    new Members(new WebClient(slack.botToken, { slackApiUrl: slack.apiUrl }), pino({ enabled: false })),
    { teamId: TeamId.parse(TEAM.id), enterpriseId: EnterpriseId.parse(ORGANISATION.id) },
    pino({ enabled: false }),
  );
  const sender = { memberId: MemberId.parse(MIRA.id), teamId: null, organisations: [] };
  const calls = [];
  for (const later of [0, 59_000, 1_000]) {
    vi.setSystemTime(Date.now() + later);
    expect(await memberships.confirms(sender)).toBe(true);
    calls.push((await client.slackCalls()).length);
  }
  expect(calls).toEqual([1, 1, 2]);
});
