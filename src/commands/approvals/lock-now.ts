import { type Action, mayBeLocked } from '../../approvals/request.ts';
import { update } from '../../changes/operations.ts';
import { protectionOf } from '../../changes/protection.ts';
import { targetOf } from '../../changes/snapshot.ts';
import { type User, UserId } from '../../fastly/user.ts';
import { LOCK } from '../../messages/approval-message.ts';
import { protectionWords, targetWords } from '../../messages/approval-words.ts';
import { Refusal } from '../../messages/failure-text.ts';
import { message } from '../../messages/kit/message.ts';
import { member, say } from '../../messages/kit/sentence.ts';
import { userWords } from '../../messages/user-words.ts';
import type { Listener } from '../../slack/gate/listeners.ts';
import { confirmElsewhere } from '../../slack/replies/confirmation.ts';
import type { Services } from '../../slack/replies/services.ts';
import { makeChange } from '../change.ts';
import { answerWords } from './answer-words.ts';
import { isShown, requestButtonListener } from './request-button.ts';

const LOCKED = { locked: true };

/** Locks the user whose deletion waits: who leaves today should not be let in until tomorrow. */
export const lockNow: Listener = requestButtonListener(LOCK, async ({ request, id, seenAt }) => {
  const { services, caller } = request;
  const { approvals, fastly } = services;
  const open = await approvals.get(id);
  if (!open) throw new Refusal(answerWords({ kind: 'unknown' }, approvals.policy));
  const { action } = open;
  if (action.kind !== 'delete' || open.state.kind !== 'pending') {
    throw new Refusal(answerWords({ kind: 'no', objection: 'not-waiting', request: open }, approvals.policy));
  }
  const user = await fastly.getUser(UserId.parse(action.target.id));
  await refuseWhereImpossible(services, action, user);
  let noted = false;
  await makeChange(request, {
    kind: 'lock',
    target: { id: user.id, login: action.target.login, name: action.target.name },
    settings: LOCKED,
    request: id,
    operation: update(fastly, user.id, LOCKED),
    also: async (transaction) => {
      noted = await approvals.targetLocked(transaction, id, caller.memberId);
    },
  });
  if (!noted || !isShown(seenAt, open))
    await request.reply.privately(message(say`🔒 ${targetWords(open)} is locked.`));
  await confirmElsewhere(request, message(say`🔒 ${member(caller.memberId)} locked ${targetWords(open)}.`));
});

/** Locking has the rules of any change: protected users stay, and a Fastly superuser takes approval. */
async function refuseWhereImpossible(
  { fastly }: Services,
  action: Extract<Action, { kind: 'delete' }>,
  user: User,
): Promise<void> {
  const who = userWords(action.target);
  if (user.deleted_at) throw new Refusal(say`${who} is deleted already, so there is nothing to lock.`);
  if (user.locked) throw new Refusal(say`${who} is locked already.`);
  if (!mayBeLocked({ ...action, target: targetOf(user) })) {
    throw new Refusal(
      say`${who} is a Fastly superuser, and locking one takes an approval of its own. Have this request approved instead, or lock them in Fastly.`,
    );
  }
  const protection = await protectionOf(fastly, user);
  if (protection !== null) throw new Refusal(say`I never lock ${who}: ${protectionWords(protection)}`);
}
