import type { RequestId } from '../../approvals/request.ts';
import type { Change, Lock } from '../../changes/change.ts';
import type { LockStep } from '../../changes/lock-step.ts';
import { update } from '../../changes/operations.ts';
import { protectionOf } from '../../changes/protection.ts';
import { settingsOf } from '../../changes/snapshot.ts';
import { mayBeSuperuser } from '../../changes/superuser.ts';
import { nameOf, type User } from '../../fastly/user.ts';
import { Refusal, RepeatedDelivery } from '../../messages/failure-text.ts';
import { withButtons } from '../../messages/kit/message.ts';
import { date, type Sentence, say } from '../../messages/kit/sentence.ts';
import { lockMessage } from '../../messages/lock-text.ts';
import { protectionText } from '../../messages/outcome-text.ts';
import { userText } from '../../messages/user-text.ts';
import { lockButtons } from '../../slack/lock-buttons.ts';
import { confirm, confirmElsewhere } from '../../slack/replies/confirmation.ts';
import type { Interaction } from '../../slack/replies/interaction.ts';
import type { Delivered } from '../../slack/replies/reply.ts';
import type { Transaction } from '../../store/store.ts';
import { refuseWithoutReason, whoDecides } from '../approvals/filing.ts';
import { makeChange } from '../make-change.ts';
import { whyNotRevoked } from '../revoke/as-part.ts';
import { refuseResetWherePointless, sinceLock, takeStep } from './steps.ts';

export const LOCKED = { locked: true };

/** What is to be done with a lock, and why. `request`: the deletion whose target it locks. */
export type WantedLock = {
  steps: readonly LockStep[];
  reason: string | null;
  request: RequestId | null;
  also?(transaction: Transaction): Promise<void>;
};

/**
 * Locks a user who is no Fastly superuser, so that nothing new is made while the steps follow.
 *
 * @throws {Refusal} when the user is protected, locked already with nothing to follow, or has changed
 */
export async function makeLock(
  interaction: Interaction,
  user: User,
  { steps, reason, request, also }: WantedLock,
): Promise<Lock> {
  const { services, caller, deliveryKey, reference } = interaction;
  await refuseWhereImpossible(interaction, user, steps);
  // What can't be requested from here, or so, is refused before the lock.
  if (steps.includes('revoke')) {
    const nothing = say`Nothing was done.`;
    refuseWithoutReason(services, ['revoke'], reason, { subcommand: 'lock', nothing });
    await whoDecides(interaction, 'revoke');
  }
  const change = {
    deliveryKey,
    kind: 'lock',
    target: { id: user.id, login: user.login, name: nameOf(user) },
    settings: LOCKED,
    before: settingsOf(user),
    reason,
    ...(request !== null && { request }),
    ...(steps.length > 0 && { steps: [...steps] }),
  } satisfies Partial<Change>;
  await makeChange(interaction, {
    ...change,
    isFollowed: steps.length > 0,
    check: () => refuseWhereChanged(interaction, user),
    operation: update(services.fastly, user.id, LOCKED),
    ...(also && { also }),
  });
  interaction.log.info({ user: user.id }, 'a user was locked');
  return {
    change: { ...change, caller: caller.memberId, reference },
    madeAt: Date.now(),
    steps: steps.map((step) => ({ step, state: 'waiting', tokens: 0 })),
  };
}

/** Takes the steps of a lock one after the other, and tells of each in one message. */
export async function followUp(interaction: Interaction, lock: Lock): Promise<Delivered> {
  const { reply, origin, services, log } = interaction;
  const { intents, disabled, confirmationsChannel } = services;
  const { deliveryKey } = lock.change;
  if (lock.steps.length === 0) {
    return await confirm(interaction, lockMessage(lock), lockButtons(lock, origin, disabled));
  }
  const result = await reply.growing(lockMessage(lock, { goesOn: true }));
  const why = new Map<LockStep, Sentence>();
  let soFar = lock;
  const noted = async (write: Promise<void>) => {
    await write.catch((error: unknown) => log.warn({ err: error }, 'how far a lock is could not be noted'));
  };
  for (const { step } of lock.steps) {
    // No other process takes this one for dead while the step lasts.
    await noted(intents.untold(deliveryKey, 0));
    const end = await takeStep(interaction, lock, step).catch((error: unknown) => {
      // Somebody else has asked for it again meanwhile.
      if (error instanceof RepeatedDelivery) return null;
      throw error;
    });
    if (end === null) {
      soFar = (await intents.lockMade(deliveryKey)) ?? soFar;
      continue;
    }
    if (end.why !== null) why.set(step, end.why);
    soFar = { ...soFar, steps: soFar.steps.map((each) => (each.step === step ? end.record : each)) };
    if (step !== lock.steps.at(-1)?.step) await result.soFar(lockMessage(soFar, { goesOn: true, why }));
  }
  const since = await sinceLock(interaction, soFar);
  const confirmation = lockMessage(soFar, { why, since });
  const delivered = await result.whole(withButtons(confirmation, lockButtons(soFar, origin, disabled)));
  if (delivered.kind !== 'later') await noted(intents.told({ deliveryKey }));
  const isThere = 'channel' in delivered && delivered.channel === confirmationsChannel;
  if (!isThere) await confirmElsewhere(interaction, confirmation);
  return delivered;
}

async function refuseWhereImpossible(
  { services, users }: Interaction,
  user: User,
  steps: readonly LockStep[],
): Promise<void> {
  const who = userText(user);
  if (user.deleted_at) {
    throw new Refusal(say`${who} was already deleted ${date(new Date(user.deleted_at))}. Nothing was done.`);
  }
  const problem = steps.includes('revoke') ? whyNotRevoked(services, null) : null;
  if (problem !== null) throw new Refusal(say`${problem} Nothing was done.`);
  if (user.locked && steps.length === 0) throw new Refusal(say`${who} is already locked.`);
  const account = services.fastly.currentCustomer();
  const protection = await protectionOf(services.fastly, user, account, () => users.all());
  if (protection !== null) throw new Refusal(say`${who} can't be locked. ${protectionText(protection)}`);
  if (steps.includes('reset')) refuseResetWherePointless(services, await account);
}

/** The lock is recorded, so no request about the user is carried out now. One that was before shows here. */
async function refuseWhereChanged({ services: { fastly } }: Interaction, seen: User): Promise<void> {
  const now = await fastly.getUser(seen.id);
  if (now.login === seen.login && !now.deleted_at && !mayBeSuperuser(now)) return;
  throw new Refusal(
    say`${userText(now)} has changed in the meantime. Nothing was done. Check the user, then try again.`,
  );
}
