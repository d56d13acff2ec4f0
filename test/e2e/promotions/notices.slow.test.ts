import { it } from 'vitest';
import { CDN_TEAM, NORA } from '../../sandbox/cast.ts';
import { ENGINEER } from '../../sandbox/fastly/people.ts';
import { clickPromotion, promotedFor, SHORT, untilSaid } from '../support/promotions.ts';
import { DELIVERY, startWorkplace } from '../support/workplace.ts';

const IN_CHANNEL = { APPROVALS_CHANNEL: CDN_TEAM.id };
const SOON = { promotions: { ...SHORT.promotions, loud: 50 }, slowRetry: 20, firstRetry: 20 };

it('what a channel does not take is told once it takes it', async () => {
  const { client } = await startWorkplace(DELIVERY, IN_CHANNEL, {}, SOON);
  const nora = client.as(NORA);
  const request = await promotedFor(client, ENGINEER, '1d');
  await client.fastlyFaults({ fail: { match: 'PUT', status: 503, times: 1_000 } });
  await client.slackFaults({
    refuse: { method: 'chat.postMessage', error: 'not_in_channel', times: 2, channel: CDN_TEAM.id },
  });
  await clickPromotion(nora, 'end');
  await untilSaid(nora, 'still has the role Fastly superuser');
  await client.slackFaults({
    refuse: { method: 'chat.postMessage', error: 'is_archived', times: 1, channel: CDN_TEAM.id },
  });
  await client.fastlyFaults({ fail: null });
  await request.untilInThread(nora, 'Ended by');
});
