import type { Channel } from '../../sandbox/cast.ts';
import type { ActingMember } from '../../sandbox/control/client.ts';
import type { SeenMessage } from '../../sandbox/control/protocol.ts';
import { elementsOf, messagesIn } from './seeing.ts';

/** The private question whom the caller means, with a button for each user. */
export async function untilAsked(member: ActingMember, channel: Channel): Promise<SeenMessage> {
  return await member.until(
    (sees) =>
      messagesIn(sees, channel).find(({ blocks }) =>
        elementsOf(blocks).some(({ action_id }) => action_id === 'user.choose'),
      ),
    'the question',
  );
}

/** Answers the question with a user. */
export async function answer(member: ActingMember, channel: Channel, { id }: { id: string }): Promise<void> {
  const question = await untilAsked(member, channel);
  await member.click({ channel: channel.id, ts: question.ts, actionId: 'user.choose', blockId: id });
}
