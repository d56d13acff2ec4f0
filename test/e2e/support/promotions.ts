import { TIMES, type Times } from '../../../src/config/times.ts';
import { CDN_TEAM, type Channel, NORA, TOMAS } from '../../sandbox/cast.ts';
import type { ActingMember, ControlClient } from '../../sandbox/control/client.ts';
import { askForUpdate } from './altering.ts';
import type { RequestMessage } from './approving.ts';
import { elementsOf, messagesIn, wordsOf } from './seeing.ts';

/** A role may be given for as short a time as a test needs. */
export const SHORT: Pick<Times, 'promotions'> = {
  promotions: { ...TIMES.promotions, shortest: 1, busy: 20, longestPause: 200 },
};

/** Nora asks for a user to be a Fastly superuser for a time, and Tomás approves. */
export async function promotedFor(
  client: ControlClient,
  user: { id: string },
  length: string,
): Promise<RequestMessage> {
  const request = await askForUpdate(client, NORA, user, `--role superuser --for ${length}`);
  await request.take(client.as(TOMAS), 'approve');
  await request.until(client.as(NORA), 'Until');
  return request;
}

/** Clicks a button of a promotion on the latest message that has it. */
export async function clickPromotion(
  who: ActingMember,
  which: 'end' | 'extend',
  channel: Channel | 'direct' = CDN_TEAM,
) {
  const actionId = `promotion.${which}`;
  const place = await who.until((sees) => {
    const seen = sees.channels.find(({ id, kind }) =>
      channel === 'direct' ? kind === 'im' : id === channel.id,
    );
    const found = seen?.messages.findLast(({ blocks }) =>
      elementsOf(blocks).some(({ action_id }) => action_id === actionId),
    );
    return seen && found && { channel: seen.id, ts: found.ts };
  }, `a button to ${which} a promotion`);
  return await who.click({ ...place, actionId });
}

/** What stands in a thread or channel with these words, once it does. */
export async function untilSaid(
  who: ActingMember,
  words: string,
  channel: Channel | 'direct' = CDN_TEAM,
): Promise<string> {
  return await who.until(
    (sees) =>
      messagesIn(sees, channel)
        .map(({ blocks }) => wordsOf(blocks))
        .find((each) => each.includes(words)),
    `a message that says '${words}'`,
  );
}
