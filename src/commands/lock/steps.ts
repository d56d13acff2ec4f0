import { RequestId } from '../../approvals/request.ts';
import type { Lock } from '../../changes/change.ts';
import { endingSessions, MOST_ENDED, SessionsLeft, sessionsOf } from '../../changes/ending-sessions.ts';
import { type LockStep, type StepRecord, stepKey } from '../../changes/lock-step.ts';
import { passwordReset } from '../../changes/operations.ts';
import type { ListedToken } from '../../changes/token.ts';
import { BotsOwnToken, MOST_REVOKED } from '../../changes/token-revocation.ts';
import { tokenSnapshot } from '../../changes/token-snapshot.ts';
import { liveTokensOf } from '../../fastly/account-tokens.ts';
import { isFastlyError } from '../../fastly/errors.ts';
import { type Customer, UserId } from '../../fastly/user.ts';
import { explain, Refusal, RepeatedDelivery } from '../../messages/failure-text.ts';
import { code, type Sentence, say } from '../../messages/kit/sentence.ts';
import { madeSince } from '../../messages/lock-text.ts';
import { protectionText } from '../../messages/outcome-text.ts';
import { unreadableTokens } from '../../messages/tokens/text.ts';
import type { Interaction } from '../../slack/replies/interaction.ts';
import type { Services } from '../../slack/replies/services.ts';
import { file } from '../approvals/filing.ts';
import { makeChange } from '../make-change.ts';
import { tooManyText, whyNotRevoked } from '../revoke/as-part.ts';

/** How a step ended, and why it was not done. */
type StepEnd = { record: StepRecord; why: Sentence | null };

/** Takes a step of a lock that was made. What fails is in the answer. @throws {RepeatedDelivery} where it is taken already */
export async function takeStep(interaction: Interaction, lock: Lock, step: LockStep): Promise<StepEnd> {
  try {
    return { record: { step, state: 'done', ...(await TAKE[step](interaction, lock)) }, why: null };
  } catch (error) {
    if (error instanceof RepeatedDelivery) throw error;
    interaction.log.warn({ err: error, step }, 'a step of a lock failed');
    const isUnclear = step === 'reset' && isFastlyError(error) && error.mayHaveBeenCarriedOut;
    if (error instanceof BotsOwnToken) {
      return { record: { step, state: 'failed', tokens: 0 }, why: protectionText('token') };
    }
    const why = error instanceof SessionsLeft ? say`${error.message}.` : explain(error);
    return { record: { step, state: isUnclear ? 'unknown' : 'failed', tokens: 0 }, why };
  }
}

/** Each tells what it was about. */
const TAKE: Record<
  LockStep,
  (interaction: Interaction, lock: Lock) => Promise<Pick<StepRecord, 'tokens' | 'request'>>
> = {
  'end-sessions': endSessions,
  revoke: requestRevocation,
  reset: emailReset,
};

async function endSessions(interaction: Interaction, { change }: Lock) {
  const { fastly } = interaction.services;
  const id = UserId.parse(change.target.id);
  const sessions = (await sessionsOf(fastly, id)).slice(0, MOST_ENDED);
  await makeChange(interaction, {
    ...stepOf(change, 'end-sessions'),
    kind: 'end-sessions',
    tokens: sessions.map((session) => session.id),
    operation: endingSessions(fastly, id, sessions),
  });
  interaction.log.info({ user: id, sessions: sessions.length }, 'browser sessions were ended');
  return { tokens: sessions.length };
}

/** Follows the rule of `revoke`: without approvals the request is carried out at once. */
async function requestRevocation(interaction: Interaction, { change }: Lock) {
  const { fastly } = interaction.services;
  const problem = whyNotRevoked(interaction.services, null);
  if (problem !== null) throw new Refusal(problem);
  const key = stepKey('revoke', change.deliveryKey);
  const { login, name } = change.target;
  const id = UserId.parse(change.target.id);
  const { programs, unreadable } = await liveTokensOf(fastly, id);
  const tokens = programs.length;
  if (tokens === 0 && unreadable > 0) throw new Refusal(unreadableTokens(unreadable));
  if (tokens === 0) return { tokens };
  if (tokens > MOST_REVOKED) throw new Refusal(tooManyText(tokens));
  if ((await fastly.getCurrentUser()).id === id) throw new Refusal(protectionText('token'));
  const shown = tokenSnapshot(programs, Date.now(), unreadable);
  const action = { kind: 'revoke', version: 1, target: { id, login, name }, shown } as const;
  const filed = await file(interaction, action, change.reason ?? null, { deliveryKey: key });
  return { tokens, request: filed.id };
}

async function emailReset(interaction: Interaction, { change }: Lock) {
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
  return { tokens: 0 };
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

/** Once a lock's request to revoke tokens is filed: the user's tokens that it is not about. */
export async function sinceLock(interaction: Interaction, lock: Lock): Promise<Sentence[]> {
  const asksToRevoke = lock.steps.some(({ step, state }) => step === 'revoke' && state === 'done');
  return asksToRevoke ? madeSince(await tokensMadeSince(interaction, lock)) : [];
}

/** Null where Fastly doesn't list them. */
async function tokensMadeSince(
  { services, log }: Interaction,
  { change, steps }: Lock,
): Promise<ListedToken[] | null> {
  try {
    const { programs } = await liveTokensOf(services.fastly, UserId.parse(change.target.id));
    const request = RequestId.safeParse(steps.find(({ step }) => step === 'revoke')?.request).data;
    const action = request && (await services.approvals.get(request))?.action;
    const requested = action?.kind === 'revoke' ? action.shown.tokens : [];
    return tokenSnapshot(programs).tokens.filter(({ id }) => requested.every((token) => token.id !== id));
  } catch (error) {
    log.warn({ err: error }, 'whether tokens were made since a lock could not be read');
    return null;
  }
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
