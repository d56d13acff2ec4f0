import {
  type Action,
  type ApprovalRequest,
  type Deletion,
  isDeletion,
  mayBeLocked,
  type RequestId,
} from '../../approvals/request.ts';
import { update } from '../../changes/operations.ts';
import { protectionOf } from '../../changes/protection.ts';
import { settingsOf, targetOf } from '../../changes/snapshot.ts';
import { isSuperuser } from '../../changes/superuser.ts';
import { type User, UserId } from '../../fastly/user.ts';
import { lockFormText } from '../../messages/approval-form.ts';
import { LOCK } from '../../messages/approval-message.ts';
import { lockedText } from '../../messages/approval-text.ts';
import { Refusal } from '../../messages/failure-text.ts';
import { message, withButtons } from '../../messages/kit/message.ts';
import { code, member, say } from '../../messages/kit/sentence.ts';
import { protectionText } from '../../messages/outcome-text.ts';
import { userText } from '../../messages/user-text.ts';
import type { Listener } from '../../slack/gate/listeners.ts';
import { confirmElsewhere } from '../../slack/replies/confirmation.ts';
import type { Services } from '../../slack/replies/services.ts';
import { undoButtons } from '../../slack/undo-button.ts';
import { LoginChanged, meantBy, userMeant } from '../inputs/meant.ts';
import { makeChange } from '../make-change.ts';
import { objectionText } from './answer-text.ts';
import { stepListeners } from './step-form.ts';

const LOCKED = { locked: true };

type PendingDeletion = ApprovalRequest & { action: Deletion };

/** Locks the user whose deletion waits for approval: approvals can take a day. */
export const lockNow: readonly Listener[] = stepListeners({
  actionId: LOCK,
  title: 'Lock a user',
  submit: 'Lock now',
  close: 'Not now',
  comment: 'Comment',
  says: lockFormText,
  async check({ services }, id) {
    const open = await pendingDeletion(services, id);
    // What happened in Fastly itself is found when the form is sent.
    const { target } = open.action;
    if (target.locked) throw new Refusal(say`${userText(target)} was already locked.`);
    return open;
  },
  async take(interaction, id, comment) {
    const { services, caller } = interaction;
    const { approvals, fastly } = services;
    const open = await pendingDeletion(services, id);
    const { login, name, id: userId } = open.action.target;
    const user = await userMeant(interaction, meantBy({ id: UserId.parse(userId), login })).catch(
      (error: unknown) => {
        throw error instanceof LoginChanged ? anotherLogin(open.action, error.user) : error;
      },
    );
    await refuseWhereImpossible(services, open.action, user);
    let noted = false;
    await makeChange(interaction, {
      kind: 'lock',
      target: { id: user.id, login, name },
      settings: LOCKED,
      before: settingsOf(user),
      reason: comment,
      request: id,
      operation: update(fastly, user.id, LOCKED),
      also: async (transaction) => {
        noted = await approvals.targetLocked(transaction, id, caller.memberId, comment);
      },
    });
    const told = message(lockedText(say`${member(caller.memberId)}`, open, comment ?? undefined));
    await confirmElsewhere(interaction, told);
    const change = { deliveryKey: interaction.deliveryKey, settings: LOCKED, before: settingsOf(user) };
    const offers = undoButtons(change, interaction.origin, services.disabled);
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

/** Protected users are never locked, and locking a Fastly superuser needs an approval of its own. */
async function refuseWhereImpossible({ fastly }: Services, action: Deletion, user: User): Promise<void> {
  const who = userText(action.target);
  if (user.deleted_at) throw new Refusal(say`${who} was already deleted.`);
  if (user.locked) throw new Refusal(say`${who} is already locked.`);
  if (!mayBeLocked({ ...action, target: targetOf(user) })) {
    const is = isSuperuser(user) ? 'is' : 'may be';
    throw new Refusal(
      say`${who} ${is} a Fastly superuser. Locking one needs its own approval. Approve this request instead, or lock the user in Fastly.`,
    );
  }
  const protection = await protectionOf(fastly, user);
  if (protection !== null) throw new Refusal(say`${who} can't be locked. ${protectionText(protection)}`);
}
