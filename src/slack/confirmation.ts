import { type Message, message, PLAIN_POSTING, withFootnote } from './message.ts';
import type { Delivered } from './reply.ts';
import type { Request } from './request.ts';
import { channel as channelName, say } from './sentence.ts';

/**
 * Tells that a change was made: where the request's results go, and in `CONFIRMATIONS_CHANNEL`. The change has
 * happened by then, so a channel that refuses the copy is told to the caller and fails nothing.
 */
export async function confirm(request: Request, confirmation: Message): Promise<Delivered> {
  const { reply, services, log } = request;
  const { confirmationsChannel } = services;
  const delivered = await reply.result(confirmation);
  if (confirmationsChannel === null) return delivered;
  if (delivered.kind === 'channel' && delivered.channel === confirmationsChannel) return delivered;
  try {
    await services.slack.posting.chat.postMessage({
      channel: confirmationsChannel,
      ...withFootnote(confirmation, say`Asked for ${whereFrom(request)}`),
      ...PLAIN_POSTING,
    });
  } catch (error) {
    log.error({ err: error, confirmationsChannel }, 'a confirmation could not be posted');
    await reply.privately(
      message(
        say`It is done, but I could not post the confirmation in ${channelName(confirmationsChannel)}. Please invite me there.`,
      ),
    );
  }
  return delivered;
}

function whereFrom({ origin }: Request) {
  return origin.channel === null ? say`from the Home tab.` : say`in ${channelName(origin.channel)}.`;
}
