import { describe, expect, it } from 'vitest';
import { CDN_TEAM, NORA, TOMAS } from '../../sandbox/cast.ts';
import { ENGINEER } from '../../sandbox/fastly/people.ts';
import { deletions, openRequest, openRequests, untilRecorded, untilTold } from '../support/approving.ts';
import { startWorkplace } from '../support/workplace.ts';

describe('a request that Slack shows twice, as the answer to posting it was lost', () => {
  it.each([
    { which: 'copy', place: 0 },
    { which: 'recorded message', place: 1 },
  ])('takes a click on the $which, and both messages tell the end once clicked', async ({ which, place }) => {
    const { client, log } = await startWorkplace();
    const [nora, tomas] = [client.as(NORA), client.as(TOMAS)];
    await client.slackFaults({ lose: { method: 'chat.postMessage', when: 'after', times: 1 } });
    await nora.command(`delete ${ENGINEER.id}`);
    const both = await nora.until((sees) => {
      const found = openRequests(sees, CDN_TEAM, ENGINEER);
      return found.length === 2 && found;
    }, 'two messages');
    expect(both[0]?.id).toBe(both[1]?.id);
    await both[place]?.take(tomas, 'approve');
    await both[place]?.until(tomas, '✅ Deleted');
    if (which === 'recorded message') {
      await untilRecorded(log, 'completed');
      await both[0]?.click(tomas, 'approve');
      await untilTold(tomas, 'You already approved this request');
    }
    for (const message of both) {
      await message.until(tomas, '✅ Deleted');
      expect(message.buttons(await tomas.sees())).toEqual([]);
    }
    expect(await deletions(client)).toHaveLength(1);
  });

  it('takes a click before it knows where its message is, and posts no second one then', async () => {
    const { client } = await startWorkplace();
    const [nora, tomas] = [client.as(NORA), client.as(TOMAS)];
    await client.slackFaults({ hold: { method: 'chat.postMessage', when: 'after', times: 1 } });
    await nora.command(`delete ${ENGINEER.id}`);
    const request = await tomas.until((sees) => openRequest(sees, CDN_TEAM, ENGINEER), 'the request');
    await request.take(tomas, 'approve');
    await expect.poll(() => deletions(client)).toHaveLength(1);
    await client.slackFaults({ hold: null });
    await request.until(tomas, '✅ Deleted');
    await request.untilInThread(tomas, 'was deleted');
    const posted = (await client.slackCalls()).filter(
      ({ method, args }) => method === 'chat.postMessage' && args.channel === CDN_TEAM.id && !args.thread_ts,
    );
    expect(posted).toHaveLength(1);
  });
});
