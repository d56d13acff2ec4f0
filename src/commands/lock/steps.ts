import { endingSessions, MOST_ENDED, SessionsLeft, sessionsOf } from '../../changes/ending-sessions.ts';
import type { Lock } from '../../changes/lock.ts';
import { type LockStep, type StepRecord, stepKey } from '../../changes/lock-step.ts';
import { passwordReset } from '../../changes/operations.ts';
import { isFastlyError } from '../../fastly/errors.ts';
import { type Customer, UserId } from '../../fastly/user.ts';
import { explain, Refusal, RepeatedDelivery } from '../../messages/failure-text.ts';
import { code, type Sentence, say } from '../../messages/kit/sentence.ts';
import { protectionText } from '../../messages/outcome-text.ts';
import type { Interaction } from '../../slack/replies/interaction.ts';
import type { Services } from '../../slack/replies/services.ts';
import { makeChange } from '../make-change.ts';

/** How a step ended, and why it was not done. */
export type StepEnd = { record: StepRecord; why: Sentence | null };

/** Takes a step of a lock that was made. What fails is in the answer. @throws {RepeatedDelivery} where it is taken already */
export async function takeStep(interaction: Interaction, lock: Lock, step: LockStep): Promise<StepEnd> {
  try {
    const tokens =
      step === 'reset' ? await emailReset(interaction, lock) : await endSessions(interaction, lock);
    return { record: { step, state: 'done', tokens }, why: null };
  } catch (error) {
    if (error instanceof RepeatedDelivery) throw error;
    interaction.log.warn({ err: error, step }, 'a step of a lock failed');
    const isUnclear = step === 'reset' && isFastlyError(error) && error.mayHaveBeenCarriedOut;
    const why = error instanceof SessionsLeft ? say`${error.message}.` : explain(error);
    return { record: { step, state: isUnclear ? 'unknown' : 'failed', tokens: 0 }, why };
  }
}

/** @returns how many sessions were ended */
async function endSessions(interaction: Interaction, { change }: Lock): Promise<number> {
  const { fastly } = interaction.services;
  const id = UserId.parse(change.target.id);
  const sessions = (await sessionsOf(fastly, id)).slice(0, MOST_ENDED);
  await makeChange(interaction, {
    ...stepOf(change, 'end-sessions'),
    kind: 'end-sessions',
    tokens: sessions,
    // No path ends a token of the user behind the bot's own.
    async check() {
      if ((await fastly.getCurrentUser()).id === id) throw new Refusal(protectionText('token'));
    },
    operation: endingSessions(fastly, id, sessions),
  });
  interaction.log.info({ user: id, sessions: sessions.length }, 'browser sessions were ended');
  return sessions.length;
}

async function emailReset(interaction: Interaction, { change }: Lock): Promise<number> {
  const { fastly } = interaction.services;
  await makeChange(interaction, {
    ...stepOf(change, 'reset'),
    kind: 'reset',
    async check() {
      refuseResetWherePointless(interaction.services, await interaction.services.directory.account());
    },
    operation: passwordReset(fastly, change.target.login),
  });
  interaction.log.info({ user: change.target.id }, 'password reset requested');
  return 0;
}

/** What the change of a step has of its lock. */
function stepOf({ target, deliveryKey, request }: Lock['change'], step: LockStep) {
  return {
    target,
    lock: deliveryKey,
    deliveryKey: stepKey(step, deliveryKey),
    ...(request !== undefined && { request }),
  };
}

/** @throws {Refusal} where the account's people don't sign in with passwords, or it takes no resets */
export function refuseResetWherePointless({ disabled }: Pick<Services, 'disabled'>, account: Customer): void {
  if (disabled.has('reset')) {
    throw new Refusal(
      say`${code('reset')} is disabled in this workspace, so no email can be sent. Nothing was done.`,
    );
  }
  if (!takesResets(account)) {
    throw new Refusal(
      say`This Fastly account doesn't take password resets, or requires single sign-on. Nothing was done.`,
    );
  }
}

/** Whether a password reset is of any use in this account. */
export function takesResets({ can_reset_passwords: allowed, force_sso: singleSignOn }: Customer): boolean {
  return allowed !== false && !singleSignOn;
}
