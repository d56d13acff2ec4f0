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
import { Refusal } from '../../messages/failure-text.ts';
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
  /** Why revoking tokens is left out, where the user has tokens that could be revoked elsewhere or later. */
  notRevoked: Sentence | null;
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
  const [listed, account, decision] = await Promise.all([
    said(liveTokensOf(fastly, user.id)),
    said(directory.account()),
    said(decisionOn(interaction)),
  ]);
  const asRequest = mayBeSuperuser(user);
  const mayRevoke = whyNotRevoked(services, asRequest ? 'demote' : null) === null;
  const tokens = listed && {
    sessions: listed.sessions.length,
    programs: tokenSnapshot(listed.programs, Date.now(), listed.unreadable),
  };
  const canRevoke = (tokens?.programs.tokens.length ?? 0) > 0 && mayRevoke;
  const isOffered: Record<LockStep, boolean> = {
    'end-sessions': tokens !== null,
    // A user has one open request at most.
    revoke: canRevoke && open === null && decision?.note !== undefined,
    reset: account !== null && takesResets(account) && !disabled.has('reset'),
  };
  // With a Fastly superuser's lock, all that follows is part of one request.
  const all = disabled.has('lock') ? [] : LockStep.options.filter((step) => !asRequest || step !== 'reset');
  const steps = all.filter((step) => isOffered[step]);
  return {
    steps,
    tokens,
    asRequest,
    note: steps.includes('revoke') && !asRequest ? (decision?.note ?? null) : null,
    notRevoked: canRevoke ? (open === null ? (decision?.whyNot ?? null) : REVOKED_LATER) : null,
  };
}

/** Who decides on a request to revoke tokens; or why it can't be filed from here, as nobody could see it. */
async function decisionOn(interaction: Interaction): Promise<{ note?: Sentence; whyNot?: Sentence }> {
  try {
    return { note: await whoDecides(interaction, 'revoke') };
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    return { whyNot: say`API tokens can't be revoked from here. ${error.sentence}` };
  }
}

/** What locking does and does not do, and what can follow, to be ticked. */
export function lockInputs(
  { services }: Interaction,
  user: { login: string; name?: string | null | undefined },
  { steps, tokens, asRequest, note, notRevoked }: Offer,
  ticked: readonly LockStep[],
): KnownBlock[] {
  const waits = isApprovalRequired(services, 'revoke');
  const options = steps.map((step) =>
    option(STEP_LABELS[step], step, about(step, tokens, asRequest ? 'part' : waits ? 'waits' : 'at-once')),
  );
  const remarks = [
    ...(notRevoked === null ? [] : [notRevoked]),
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

/** At most 75 characters (docs.slack.dev, option object). What a reset does takes more, below the ticks. */
function about(
  step: LockStep,
  tokens: Offer['tokens'],
  when: 'part' | 'waits' | 'at-once',
): string | undefined {
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
      return undefined;
  }
}

const UNREADABLE = say`⚠️ The bot couldn't read the user's browser sessions and API tokens.`;
