import type { KnownBlock } from '@slack/types';
import type { ApprovalRequest } from '../../approvals/request.ts';
import { MOST_ENDED } from '../../changes/ending-sessions.ts';
import { LockStep } from '../../changes/lock-step.ts';
import type { HasRoles } from '../../changes/roles.ts';
import { mayBeSuperuser } from '../../changes/superuser.ts';
import type { TokenSnapshot } from '../../changes/token.ts';
import { tokenSnapshot } from '../../changes/token-snapshot.ts';
import { liveTokensOf } from '../../fastly/account-tokens.ts';
import type { UserId } from '../../fastly/user.ts';
import { checkboxes, option } from '../../messages/kit/inputs.ts';
import { code, counted, richText, type Sentence, say } from '../../messages/kit/sentence.ts';
import { lockingText } from '../../messages/lock-limits.ts';
import { resetCaution, STEP_LABELS } from '../../messages/lock-text.ts';
import { shownText } from '../../messages/tokens/notes.ts';
import { userText } from '../../messages/user-text.ts';
import type { FormValues } from '../../slack/incoming.ts';
import type { Interaction } from '../../slack/replies/interaction.ts';
import { isApprovalRequired, whoDecides } from '../approvals/filing.ts';
import { orNull } from '../or-null.ts';
import { whyNotRevoked } from '../revoke/as-part.ts';
import { takesResets } from './steps.ts';

const STEPS = 'steps';

/** What can follow the lock of this user. */
type Offer = {
  steps: readonly LockStep[];
  tokens: { sessions: number; programs: TokenSnapshot } | null;
  /** Whether the lock itself is a request, and what follows a part of it. */
  asRequest: boolean;
  /** Who decides on the request to revoke the tokens, where there is one. */
  note: Sentence | null;
  /** Whether revoking tokens is left out because a request about the user is open. */
  isInTheWay: boolean;
};

/** Asks Fastly what can follow. What it doesn't say is not offered. @param open the request about the user, if one is open */
export async function offerFor(
  interaction: Interaction,
  user: { id: UserId } & HasRoles,
  open: ApprovalRequest | null,
): Promise<Offer> {
  const { services, log } = interaction;
  const { fastly, directory, disabled } = services;
  const said = <Read>(reading: Promise<Read>) =>
    orNull(reading, log, 'what can follow a lock could not be read');
  const [listed, account, note] = await Promise.all([
    said(liveTokensOf(fastly, user.id)),
    said(directory.account()),
    // Where nobody could see the request, it can't be filed.
    said(whoDecides(interaction, 'revoke')),
  ]);
  const asRequest = mayBeSuperuser(user);
  const mayRevoke = whyNotRevoked(services, asRequest ? 'demote' : null) === null;
  const tokens = listed && {
    sessions: listed.sessions.length,
    programs: tokenSnapshot(listed.programs, Date.now(), listed.unreadable),
  };
  const hasTokens = (tokens?.programs.tokens.length ?? 0) > 0;
  const isOffered: Record<LockStep, boolean> = {
    'end-sessions': tokens !== null,
    // A user has one open request at most.
    revoke: hasTokens && mayRevoke && open === null && note !== null,
    reset: account !== null && takesResets(account) && !disabled.has('reset'),
  };
  // With a Fastly superuser's lock, all that follows is part of one request.
  const all = disabled.has('lock') ? [] : LockStep.options.filter((step) => !asRequest || step !== 'reset');
  const steps = all.filter((step) => isOffered[step]);
  return {
    steps,
    tokens,
    asRequest,
    note: steps.includes('revoke') && !asRequest ? note : null,
    isInTheWay: hasTokens && mayRevoke && open !== null,
  };
}

/** What locking does and does not do, and what can follow, to be ticked. */
export function lockInputs(
  { services }: Interaction,
  user: { login: string; name?: string | null | undefined },
  { steps, tokens, asRequest, note, isInTheWay }: Offer,
  ticked: readonly LockStep[],
): KnownBlock[] {
  const waits = isApprovalRequired(services, 'revoke');
  const options = steps.map((step) =>
    option(STEP_LABELS[step], step, about(step, tokens, asRequest ? 'part' : waits ? 'waits' : 'at-once')),
  );
  const remarks = [
    ...(isInTheWay ? [REVOKED_LATER] : []),
    ...(note === null ? [] : [say`Revoking API tokens is a request, filed once the user is locked. ${note}`]),
    ...(steps.includes('reset') ? [resetCaution(user.login)] : []),
  ];
  return [
    richText(lockingText(userText(user)), tokens === null ? UNREADABLE : shownText(tokens.programs)),
    ...(options.length === 0
      ? []
      : [checkboxes({ id: STEPS, label: 'After the lock', options, ticked, optional: true })]),
    ...(remarks.length > 0 ? [richText(...remarks)] : []),
  ];
}

const REVOKED_LATER = say`API tokens can't be revoked from here, because a request about this user is open. Once it's decided or cancelled, run ${code('/fastly-user revoke')}.`;

export function tickedSteps(values: FormValues): LockStep[] {
  return LockStep.options.filter((step) => values[step] === 'yes');
}

/** At most 75 characters (docs.slack.dev, option object). */
function about(step: LockStep, tokens: Offer['tokens'], when: 'part' | 'waits' | 'at-once'): string {
  switch (step) {
    case 'end-sessions': {
      const sessions = tokens?.sessions ?? 0;
      if (when === 'part') return `${counted(sessions, 'browser session')} now. Part of the request.`;
      if (sessions > MOST_ENDED) {
        return `${counted(sessions, 'browser session')} now. ${MOST_ENDED} end at once, the others at another click.`;
      }
      return sessions === 0
        ? 'None now. One begun before the lock ends, too.'
        : `${counted(sessions, 'browser session')} now, ended at once and for good.`;
    }
    case 'revoke': {
      const count = counted(tokens?.programs.tokens.length ?? 0, 'token');
      if (when === 'part') return `${count} now. Part of the request.`;
      return when === 'waits'
        ? `${count} now. Waits for approval.`
        : `${count} now, revoked at once and for good.`;
    }
    case 'reset':
      return 'Whoever reads the mailbox can set a new password.';
  }
}

const UNREADABLE = say`⚠️ The bot couldn't read the user's browser sessions and API tokens.`;
