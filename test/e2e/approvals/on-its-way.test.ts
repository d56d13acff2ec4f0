import { describe, expect, it } from 'vitest';
import { AUDIT_TRAIL, CDN_TEAM, NORA, TEAM } from '../../sandbox/cast.ts';
import { ENGINEER } from '../../sandbox/fastly/people.ts';
import { askForDeletion, toldPrivately, untilTold } from '../support/approving.ts';
import { DELIVERY, SHORT_ANSWER, startWorkplace } from '../support/workplace.ts';

describe('the answer to a request for a deletion', () => {
  it('links to the message once that is posted', async () => {
    const { client } = await startWorkplace(DELIVERY, { APPROVALS_CHANNEL: AUDIT_TRAIL.id });
    const nora = client.as(NORA);
    const request = await askForDeletion(client, NORA, ENGINEER, { shownIn: AUDIT_TRAIL });
    const told = await untilTold(nora, `Requested in <#${AUDIT_TRAIL.id}>`);
    expect(told).toContain(`request ${request.id}`);
    const message = JSON.stringify(await nora.sees());
    const address = `https://${TEAM.domain}.slack.com/archives/${AUDIT_TRAIL.id}/p${request.ts.replace('.', '')}`;
    expect(message).toContain(address);
  });

  it.each([
    ['in another channel', { APPROVALS_CHANNEL: AUDIT_TRAIL.id }],
    ['in the same channel', {}],
  ])(
    'says that it is on its way where Slack does not take the message yet, %s',
    async (_where, variables) => {
      const { client, times } = await startWorkplace(DELIVERY, variables);
      const nora = client.as(NORA);
      times.answerWithin = SHORT_ANSWER;
      await client.slackFaults({ rateLimit: { method: 'chat.postMessage', retryAfter: 600, times: 1 } });
      await nora.command(`delete ${ENGINEER.id}`);
      await untilTold(nora, "It's on its way to");
    },
  );

  it('says nothing more where the message is before the caller', async () => {
    const { client, stop } = await startWorkplace();
    const nora = client.as(NORA);
    await askForDeletion(client, NORA, ENGINEER);
    await stop();
    expect(toldPrivately(await nora.sees())).toEqual([]);
  });

  it('says nothing more where Slack refuses the message for good, which is told directly', async () => {
    const { client, times, stop } = await startWorkplace();
    const nora = client.as(NORA);
    times.answerWithin = SHORT_ANSWER;
    const error = 'restricted_action_thread_locked';
    const refuse = { method: 'chat.postMessage', channel: CDN_TEAM.id, error, times: 99 };
    await client.slackFaults({ refuse });
    await nora.command(`delete ${ENGINEER.id}`);
    await untilTold(nora, "The request couldn't be posted", 'direct');
    await stop();
    expect(toldPrivately(await nora.sees()).join()).not.toContain('on its way');
  });
});
