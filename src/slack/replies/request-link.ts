import type { ApprovalRequest } from '../../approvals/request.ts';
import { channel as channelName, code, link, type Sentence, say } from '../../messages/kit/sentence.ts';
import { isDirect } from '../connection/conversations.ts';
import type { Services } from './services.ts';

/** A request's id and channel, as a link once its message is known to be posted. */
export async function whereRequestIs(
  { approvals, conversations }: Pick<Services, 'approvals' | 'conversations'>,
  { id, channel }: ApprovalRequest,
): Promise<Sentence> {
  const where = isDirect(channel) ? say`direct messages` : say`${channelName(channel)}`;
  const place = await approvals.messageOf(id);
  const url = place && (await conversations.linkTo(place.channel, place.ts));
  return url ? say`${link(`request ${id}`, url)} in ${where}` : say`${code(id)} in ${where}`;
}
