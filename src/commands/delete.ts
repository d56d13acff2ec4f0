import type { Button } from '@slack/types';
import type { ApprovalRequest } from '../approvals/request.ts';
import { protectionOf } from '../directory/protection.ts';
import { targetOf } from '../directory/target.ts';
import { nameOf, type User } from '../fastly/user.ts';
import type { ChannelId } from '../ids.ts';
import { approvalPlace, resultPlace, whereRequestIs } from '../slack/approval-place.ts';
import { mentions, protectionWords, targetWords } from '../slack/approval-words.ts';
import { isDirect } from '../slack/conversations.ts';
import { Refusal, RepeatedDelivery } from '../slack/failure.ts';
import type { Request, Services } from '../slack/request.ts';
import { bold, channel, code, date, member, type Sentence, say } from '../slack/sentence.ts';
import { oneUserSubcommand } from './one-user.ts';
import { userButton } from './user-button.ts';

/** Files an approval request to delete a user. */
export const deleteUser = oneUserSubcommand({
  name: 'delete',
  summary: 'Ask for a user to be deleted; another superuser approves',
  examples: ['delete', 'delete ada@example.com', 'delete "Ada Example" --reason "Left the company"'],
  form: { title: 'Delete a user', submit: 'Ask for deletion' },
  takesReason: true,
  note: whoDecides,
  caution,
  async act(request, id, reason) {
    const { services, caller, deliveryKey } = request;
    const user = await services.fastly.getUser(id);
    await refuseWhereImpossible(services, user);
    const place = await placeFor(request);
    const filed = await services.approvals.file({
      deliveryKey,
      action: { kind: 'delete', version: 1, target: targetOf(user) },
      requester: caller.memberId,
      reason,
      channel: place,
    });
    if (filed.kind === 'repeat') throw new RepeatedDelivery(say`You asked for this already.`);
    if (filed.kind === 'already-open') throw new Refusal(await alreadyOpen(services, filed.request));
    request.log.info({ request: filed.request.id, user: user.id }, 'an approval request was filed');
    if (place === request.origin.channel) return { kind: 'channel', channel: place };
    const where = isDirect(place) ? say`in our direct messages` : say`in ${channel(place)}`;
    const verb = isApprovalRequired(services) ? say`I asked` : say`I show it`;
    return { kind: 'told', sentence: say`${verb} ${where}. It is request ${code(filed.request.id)}.` };
  },
});

/** The card's button. It opens the form, where a reason can be given. */
export function deleteButton(user: User, alone: boolean): Button {
  return userButton('delete.button', user, alone, 'Delete…');
}

function isApprovalRequired({ approvals: { policy } }: Services): boolean {
  return policy.requiredFor.includes('delete');
}

async function placeFor(request: Request): Promise<ChannelId> {
  return isApprovalRequired(request.services) ? await approvalPlace(request) : await resultPlace(request);
}

async function whoDecides(request: Request): Promise<Sentence> {
  const { services, caller } = request;
  const { superusers, allowSelfApproval, approvalsRequired } = services.approvals.policy;
  const place = await placeFor(request);
  const where = isDirect(place) ? say`to you alone` : say`in ${channel(place)}`;
  if (!isApprovalRequired(services)) return say`I show it ${where}.`;
  const others = superusers.filter((each) => each !== caller.memberId || allowSelfApproval);
  const who = mentions(others, 'or');
  return approvalsRequired === 1
    ? say`I ask for approval ${where}: ${who} can give it.`
    : say`I ask for ${approvalsRequired} approvals ${where}: ${who} can give them.`;
}

/** Without approvals, the caller is the one who has to think twice. */
async function caution(services: Services): Promise<Sentence | null> {
  return isApprovalRequired(services)
    ? null
    : say`Nobody else has to approve here: the user is deleted at once, and that cannot be undone.`;
}

/** What will not be done is refused before anybody is asked. */
async function refuseWhereImpossible({ fastly }: Services, user: User): Promise<void> {
  const who = say`${bold(nameOf(user))} (${code(user.login)})`;
  if (user.deleted_at) {
    throw new Refusal(say`${who} was deleted ${date(new Date(user.deleted_at))} already.`);
  }
  const protection = await protectionOf(fastly, user);
  if (protection !== null) throw new Refusal(say`I never delete ${who}: ${protectionWords(protection)}`);
}

async function alreadyOpen(services: Services, open: ApprovalRequest): Promise<Sentence> {
  const where = await whereRequestIs(services, open);
  return say`There is a request to delete ${targetWords(open)} already, by ${member(open.requester)}: ${where}.`;
}
