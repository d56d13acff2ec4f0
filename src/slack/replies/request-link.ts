import { setTimeout as pause } from 'node:timers/promises';
import type { StoredRequest } from '../../approvals/newer.ts';
import type { RequestId } from '../../approvals/request.ts';
import type { MessagePlace } from '../../approvals/surfaces.ts';
import { channel as channelName, code, link, type Sentence, say } from '../../messages/kit/sentence.ts';
import { isDirect } from '../connection/conversations.ts';
import type { Services } from './services.ts';

const LOOK_AGAIN_MILLISECONDS = 100;

/**
 * Waits until a request's message is posted, or the request has ended without it: at most `answerWithin` milliseconds.
 *
 * @returns whether the message may still be on its way
 */
export async function isOnItsWay(
  { approvals, times, log }: Pick<Services, 'approvals' | 'times' | 'log'>,
  id: RequestId,
): Promise<boolean> {
  const end = performance.now() + times.answerWithin;
  try {
    while ((await approvals.messageOf(id)) === null) {
      if ((await approvals.get(id))?.state.kind === 'cancelled') return false;
      if (performance.now() >= end) return true;
      await pause(LOOK_AGAIN_MILLISECONDS);
    }
    return false;
  } catch (error) {
    log.warn({ request: id, err: error }, "whether a request's message is posted could not be read");
    return true;
  }
}

/** A request's id and channel, as a link once its message is known to be posted. */
export async function whereRequestIs(
  services: Pick<Services, 'approvals' | 'conversations'>,
  request: StoredRequest,
): Promise<Sentence> {
  return await placeText(services, request, await services.approvals.messageOf(request.id));
}

/** The same of a request whose place was read with it. */
export async function placeText(
  { conversations }: Pick<Services, 'conversations'>,
  { id, channel }: StoredRequest,
  posted: MessagePlace | null,
): Promise<Sentence> {
  const url = posted && (await conversations.linkTo(posted.channel, posted.ts));
  if (channel === null) return url ? say`${link(`request ${id}`, url)}` : say`request ${code(id)}`;
  const where = isDirect(channel) ? say`direct messages` : say`${channelName(channel)}`;
  return url ? say`${link(`request ${id}`, url)} in ${where}` : say`${code(id)} in ${where}`;
}
