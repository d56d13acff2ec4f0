import { type Action, type Deletion, isDeletion, mayBeLocked } from '../../approvals/action.ts';
import type { ApprovalRequest, RequestId } from '../../approvals/request.ts';
import { targetOf } from '../../changes/snapshot.ts';
import { isSuperuser } from '../../changes/superuser.ts';
import { type User, UserId } from '../../fastly/user.ts';
import { lockFormText } from '../../messages/approval-form.ts';
import { LOCK } from '../../messages/approval-message.ts';
import { lockedText } from '../../messages/approval-notices.ts';
import { Refusal } from '../../messages/failure-text.ts';
import { message, withButtons } from '../../messages/kit/message.ts';
import { code, member, say } from '../../messages/kit/sentence.ts';
import { STAYS } from '../../messages/lock-limits.ts';
import { userText } from '../../messages/user-text.ts';
import type { Listener } from '../../slack/gate/listeners.ts';
import { lockButtons } from '../../slack/lock-buttons.ts';
import { confirmElsewhere } from '../../slack/replies/confirmation.ts';
import type { Services } from '../../slack/replies/services.ts';
import { LoginChanged, meantBy, userMeant } from '../inputs/meant.ts';
import { lockInputs, offerFor, tickedSteps } from '../lock/lock-inputs.ts';
import { followUp, makeLock } from '../lock/lock-user.ts';
import { objectionText } from './answer-text.ts';
import { stepListeners } from './step-form.ts';

type PendingDeletion = ApprovalRequest & { action: Deletion };

/** Locks the user whose deletion waits for approval: approvals can take a day. */
export const lockNow: readonly Listener[] = stepListeners({
  actionId: LOCK,
  title: 'Lock a user',
  submit: 'Lock now',
  close: 'Not now',
  comment: 'Comment',
  says: lockFormText,
  async more(interaction, request, values) {
    const { target } = request.action;
    const offer = await offerFor(interaction, { ...target, id: UserId.parse(target.id) }, request);
    return lockInputs(interaction, target, offer, tickedSteps(values));
  },
  async check({ services }, id) {
    const open = await pendingDeletion(services, id);
    // What happened in Fastly itself is found when the form is sent.
    const { target } = open.action;
    if (target.locked) throw new Refusal(say`${userText(target)} was already locked.`);
    return open;
  },
  async take(interaction, id, { comment, values }) {
    const { services, caller, origin } = interaction;
    const open = await pendingDeletion(services, id);
    const { login, id: userId } = open.action.target;
    const user = await userMeant(interaction, meantBy({ id: UserId.parse(userId), login })).catch(
      (error: unknown) => {
        throw error instanceof LoginChanged ? anotherLogin(open.action, error.user) : error;
      },
    );
    refuseWhereImpossible(open.action, user);
    let noted = false;
    const lock = await makeLock(interaction, user, {
      steps: tickedSteps(values),
      reason: comment,
      request: id,
      also: async (transaction) => {
        noted = await services.approvals.targetLocked(transaction, id, caller.memberId, comment);
      },
    });
    if (lock.steps.length > 0) {
      // The request's thread tells of the lock, and the channel of what follows.
      const delivered = await followUp(interaction.shownTo({ private: false }), lock);
      return { request: open, delivered };
    }
    const told = message(lockedText(say`${member(caller.memberId)}`, open, comment ?? undefined), STAYS);
    await confirmElsewhere(interaction, told);
    const offers = lockButtons(lock, origin, services.disabled);
    return { request: open, told: withButtons(told, offers), isShown: noted };
  },
});

/** @throws {Refusal} where the request waits no more, or is none to delete somebody */
async function pendingDeletion({ approvals }: Services, id: RequestId): Promise<PendingDeletion> {
  const open = await approvals.get(id);
  if (!open) throw new Refusal(objectionText({ kind: 'unknown' }, approvals.policy));
  const { action, state } = open;
  if (isDeletion(action) && state.kind === 'pending') return { ...open, action };
  const answer = { kind: 'no', objection: 'not-waiting', request: open } as const;
  throw new Refusal(objectionText(answer, approvals.policy));
}

/** A deletion of who has another login now is refused in the end, too. */
function anotherLogin({ target }: Action, { login }: User): Refusal {
  return new Refusal(
    say`${userText(target)} has another login now: ${code(login)}. Nothing was done. If it's still the right user, make a new request once this one is cancelled or denied.`,
  );
}

/** Locking a Fastly superuser needs an approval of its own. */
function refuseWhereImpossible(action: Deletion, user: User): void {
  const who = userText(action.target);
  if (user.deleted_at) throw new Refusal(say`${who} was already deleted.`);
  if (user.locked) throw new Refusal(say`${who} is already locked.`);
  if (!mayBeLocked({ ...action, target: targetOf(user) })) {
    const is = isSuperuser(user) ? 'is' : 'may be';
    throw new Refusal(
      say`${who} ${is} a Fastly superuser. Locking one needs its own approval. Approve this request instead, or lock the user in Fastly.`,
    );
  }
}
