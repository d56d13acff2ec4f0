import { isDeletion } from '../../approvals/request.ts';
import { targetOf } from '../../changes/snapshot.ts';
import { mayBeSuperuser } from '../../changes/superuser.ts';
import type { User } from '../../fastly/user.ts';
import { Refusal } from '../../messages/failure-text.ts';
import { say } from '../../messages/kit/sentence.ts';
import { userText } from '../../messages/user-text.ts';
import type { Interaction } from '../../slack/replies/interaction.ts';
import type { Delivered } from '../../slack/replies/reply.ts';
import type { Transaction } from '../../store/store.ts';
import { type Meant, userMeant } from '../inputs/meant.ts';
import { alter } from '../update/alter.ts';
import { followUp, LOCKED, makeLock, type WantedLock } from './lock-user.ts';

/**
 * Locks a user at once, or files an approval request where the user is or may be a Fastly superuser.
 *
 * @throws {LoginChanged} when the login is another than the caller saw
 * @throws {Refusal}
 */
export async function lockUser(
  interaction: Interaction,
  meant: Meant,
  wanted: Pick<WantedLock, 'steps' | 'reason'>,
): Promise<Delivered> {
  const user = await userMeant(interaction, meant);
  if (!mayBeSuperuser(user)) {
    const lock = await makeLock(interaction, user, { ...wanted, ...(await ofDeletion(interaction, user)) });
    return await followUp(interaction, lock);
  }
  if (wanted.steps.length > 0) {
    throw new Refusal(
      say`${userText(targetOf(user))} is or may be a Fastly superuser, so only the lock can be requested. Nothing was done. Request it without the other steps.`,
    );
  }
  return await alter(interaction, meant, { settings: LOCKED, reason: wanted.reason });
}

/** While a deletion of the user waits for approval, its message shows the lock. */
async function ofDeletion(
  { services: { approvals }, caller }: Interaction,
  user: User,
): Promise<Pick<WantedLock, 'request' | 'also'>> {
  const open = await approvals.openAbout(user.id);
  if (open === null || !isDeletion(open.action) || open.state.kind !== 'pending') return { request: null };
  const also = async (transaction: Transaction) => {
    await approvals.targetLocked(transaction, open.id, caller.memberId);
  };
  return { request: open.id, also };
}
