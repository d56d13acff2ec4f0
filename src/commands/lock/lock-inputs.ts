import type { KnownBlock } from '@slack/types';
import { LockStep } from '../../changes/lock-step.ts';
import type { HasRoles } from '../../changes/roles.ts';
import { mayBeSuperuser } from '../../changes/superuser.ts';
import { accountTokens } from '../../fastly/account-tokens.ts';
import { isExpired } from '../../fastly/api-token.ts';
import type { UserId } from '../../fastly/user.ts';
import { checkboxes, option } from '../../messages/kit/inputs.ts';
import { richText, type Sentence, say } from '../../messages/kit/sentence.ts';
import { lockingText } from '../../messages/lock-limits.ts';
import { resetCaution, STEP_LABELS, sessionCount } from '../../messages/lock-text.ts';
import { tokenCount } from '../../messages/token-text.ts';
import { userText } from '../../messages/user-text.ts';
import type { FormValues } from '../../slack/incoming.ts';
import type { Interaction } from '../../slack/replies/interaction.ts';
import { takesResets } from './steps.ts';

const STEPS = 'steps';

/** What can follow the lock of this user, and how many tokens Fastly lists; null where it did not say. */
export type Offer = { steps: readonly LockStep[]; tokens: { sessions: number; programs: number } | null };

/** Asks Fastly what can follow. What it doesn't say is not offered. */
export async function offerFor(
  { services, log }: Interaction,
  user: { id: UserId } & HasRoles,
): Promise<Offer> {
  const { fastly, directory, disabled } = services;
  const unsaid = (error: unknown) => {
    log.warn({ err: error }, 'what can follow a lock could not be read');
    return null;
  };
  const [listed, account] = await Promise.all([
    accountTokens(fastly).catch(unsaid),
    directory.account().catch(unsaid),
  ]);
  const now = Date.now();
  const count = (some: { user_id?: UserId | null | undefined; expires_at?: string | null | undefined }[]) =>
    some.filter((token) => token.user_id === user.id && !isExpired(token, now)).length;
  const tokens = listed && { sessions: count(listed.sessions), programs: count(listed.programs) };
  const isOffered: Record<LockStep, boolean> = {
    'end-sessions': tokens !== null,
    reset: account !== null && takesResets(account) && !disabled.has('reset'),
  };
  // What needs an approval is requested with the lock, which is all that such a request has.
  const steps = mayBeSuperuser(user) || disabled.has('lock') ? [] : LockStep.options;
  return { steps: steps.filter((step) => isOffered[step]), tokens };
}

/** What locking does and does not do, and what can follow, to be ticked. */
export function lockInputs(
  user: { login: string; name: string },
  { steps, tokens }: Offer,
  ticked: readonly LockStep[],
): KnownBlock[] {
  const options = steps.map((step) => option(STEP_LABELS[step], step, about(step, tokens)));
  return [
    richText(lockingText(userText(user)), ...tokensText(tokens)),
    ...(options.length === 0
      ? []
      : [checkboxes({ id: STEPS, label: 'After the lock', options, ticked, optional: true })]),
    ...(steps.includes('reset') ? [richText(resetCaution(user.login))] : []),
  ];
}

/** The ticks of a form. */
export function tickedSteps(values: FormValues): LockStep[] {
  return LockStep.options.filter((step) => values[step] === 'yes');
}

function about(step: LockStep, tokens: Offer['tokens']): string {
  if (step === 'reset') return 'Off unless you tick it.';
  const sessions = tokens?.sessions ?? 0;
  return sessions === 0
    ? 'There is none now. Any new one is ended.'
    : `${sessionCount(sessions)} now. They can't be brought back.`;
}

function tokensText(tokens: Offer['tokens']): Sentence[] {
  if (tokens === null) {
    return [say`⚠️ The bot couldn't read the user's browser sessions and API tokens.`];
  }
  if (tokens.programs === 0) return [];
  const has = tokenCount(tokens.programs).replace('token', 'API token');
  return [say`The user has ${has} that programs use.`];
}
