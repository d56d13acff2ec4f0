import { type Action, isDeletion } from '../../approvals/action.ts';
import type { ApprovalRequest } from '../../approvals/request.ts';
import type { LockStep } from '../../changes/lock-step.ts';
import { protectionOf } from '../../changes/protection.ts';
import { settingsOf, targetOf } from '../../changes/snapshot.ts';
import { mayBeSuperuser } from '../../changes/superuser.ts';
import { MOST_REVOKED } from '../../changes/token-revocation.ts';
import { tokenSnapshot } from '../../changes/token-snapshot.ts';
import { liveTokensOf } from '../../fastly/account-tokens.ts';
import type { User } from '../../fastly/user.ts';
import { Refusal } from '../../messages/failure-text.ts';
import { code, type Sentence, say } from '../../messages/kit/sentence.ts';
import { protectionText } from '../../messages/outcome-text.ts';
import { userText } from '../../messages/user-text.ts';
import type { Interaction } from '../../slack/replies/interaction.ts';
import type { Delivered } from '../../slack/replies/reply.ts';
import type { Transaction } from '../../store/store.ts';
import { alreadyOpen, fileRequest } from '../approvals/filing.ts';
import { type Meant, userMeant } from '../inputs/meant.ts';
import { tooManyText, whyNotRevoked } from '../revoke/as-part.ts';
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
  if (wanted.steps.length === 0) {
    return await alter(interaction, meant, { settings: LOCKED, reason: wanted.reason, lasts: null });
  }
  return await fileRequest(interaction, await demotionOf(interaction, user, wanted.steps), wanted.reason);
}

/** What is requested where more than the lock is. @throws {Refusal} */
async function demotionOf(
  { services, users }: Interaction,
  user: User,
  steps: readonly LockStep[],
): Promise<Action> {
  const { fastly } = services;
  const who = userText(user);
  if (user.deleted_at) throw new Refusal(say`${who} was already deleted. Nothing was requested.`);
  if (user.locked) throw new Refusal(alreadyLocked(user));
  if (steps.includes('reset')) {
    throw new Refusal(
      say`${who} is or may be a Fastly superuser. A password reset can't be part of the request to lock one. Nothing was requested. Leave out ${code('--email-reset')}, and run ${code('/fastly-user reset')} for it.`,
    );
  }
  const problem = steps.includes('revoke') ? whyNotRevoked(services, 'demote') : null;
  if (problem !== null) throw new Refusal(say`${problem} Nothing was requested.`);
  const [protection, { programs, unreadable }] = await Promise.all([
    protectionOf(fastly, user, undefined, () => users.all()),
    liveTokensOf(fastly, user.id),
  ]);
  if (protection !== null) throw new Refusal(say`${who} can't be locked. ${protectionText(protection)}`);
  if (steps.includes('revoke') && programs.length > MOST_REVOKED) {
    throw new Refusal(tooManyText(programs.length));
  }
  return {
    kind: 'demote-with-tokens',
    version: 1,
    target: targetOf(user),
    before: settingsOf(user),
    changes: LOCKED,
    sessions: steps.includes('end-sessions'),
    shown: steps.includes('revoke') ? tokenSnapshot(programs, Date.now(), unreadable) : null,
  };
}

/** @throws {Refusal} where an open request, or the lock that there is, leaves nothing to send a form for */
export async function refuseWhereInTheWay(
  { services }: Interaction,
  user: User,
  open: ApprovalRequest | null,
): Promise<void> {
  const needsRequest = mayBeSuperuser(user);
  if (needsRequest && user.locked) throw new Refusal(alreadyLocked(user));
  if (open === null || (!needsRequest && (open.action.kind === 'revoke' || takesLock(open)))) return;
  throw new Refusal(say`${await alreadyOpen(services, open)} Nothing was locked.`);
}

function alreadyLocked(user: User): Sentence {
  return say`${userText(user)} is already locked. Nothing was requested.`;
}

function takesLock({ action, state }: ApprovalRequest): boolean {
  return isDeletion(action) && state.kind !== 'executing';
}

/** While a deletion of the user waits, or has failed and may be retried, its message shows the lock. */
async function ofDeletion(
  { services: { approvals }, caller }: Interaction,
  user: User,
): Promise<Pick<WantedLock, 'request' | 'also'>> {
  const open = await approvals.openAbout(user.id);
  if (open === null || !takesLock(open)) return { request: null };
  const also = async (transaction: Transaction) => {
    await approvals.targetLocked(transaction, open.id, caller.memberId);
  };
  return { request: open.id, also };
}
