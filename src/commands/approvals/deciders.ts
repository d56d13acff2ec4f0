import { isPromotion, loginsOf } from '../../approvals/action.ts';
import type { ApprovalRequest } from '../../approvals/request.ts';
import { withoutTag } from '../../directory/search.ts';
import { canonical } from '../../fastly/canonical.ts';
import type { MemberId } from '../../ids.ts';
import { Refusal } from '../../messages/failure-text.ts';
import { say } from '../../messages/kit/sentence.ts';
import type { Interaction } from '../../slack/replies/interaction.ts';
import type { Services } from '../../slack/replies/services.ts';

/** Why a bot admin can't decide on a request. */
export const ABOUT_YOU = say`This request is about you, so you can't decide on it. Other bot admins can.`;

const SLACK_DID_NOT_CONFIRM = say`Slack didn't confirm who you are. Nothing was done. Try again in a minute.`;

/** Why nobody can tell whether a request is about who clicks. */
const NOT_CONFIRMED = {
  'no answer': SLACK_DID_NOT_CONFIRM,
  hidden: say`Slack didn't confirm who you are: it doesn't share your email address. Nothing was done. Tell the bot's operator.`,
};

/** Who clicks is asked about anew after this long. */
const CLICKER_FRESH_MILLISECONDS = 60_000;

/** The bot admins whose address is this login, as far as Slack has said. The list was read before. */
export function adminsWithLogin(
  { members, botAdmins }: Pick<Services, 'members' | 'botAdmins'>,
  login: string,
): MemberId[] {
  return botAdmins.named.filter((member) => {
    const known = members.latest(member)?.answer ?? 'nobody';
    const address = typeof known === 'string' ? undefined : known.profile?.email;
    return address !== undefined && isMailbox(address, login);
  });
}

/** Comes before a decision is recorded. @throws {Refusal} for a caller who may not decide, as Slack says now */
export async function refuseWhoMayNotDecide(
  interaction: Interaction,
  request: ApprovalRequest | null,
  step: 'approve' | 'deny' | 'retry',
): Promise<void> {
  await refuseUnlessConfirmed(interaction, request);
  await refuseWhoItIsAbout(interaction, request, step);
}

/**
 * Has Slack say anew whether the caller is a bot admin, and those who have approved before: whoever can edit a user group
 * can make approvers.
 */
async function refuseUnlessConfirmed(
  { services, caller: { memberId }, measured }: Interaction,
  request: ApprovalRequest | null,
): Promise<void> {
  const asked = [memberId, ...(request?.approvers ?? [])];
  const { confirmed, unknown } = await services.botAdmins.confirm(asked, measured.begunAt);
  if (confirmed.includes(memberId)) return;
  throw new Refusal(
    unknown.includes(memberId)
      ? SLACK_DID_NOT_CONFIRM
      : say`You can't use this bot any more. Nothing was done.`,
  );
}

/**
 * Refuses a click of whoever the request is about by the address they have now. What was stored when it was filed is
 * looked at with the step itself.
 *
 * @throws {Refusal} also where Slack gives no address and the step could make somebody a Fastly superuser
 */
export async function refuseWhoItIsAbout(
  interaction: Interaction,
  request: ApprovalRequest | null,
  step: 'approve' | 'deny' | 'retry',
): Promise<void> {
  const { services, caller, log } = interaction;
  // A request without terms was filed by an earlier version, whose rules it keeps.
  if (!request?.terms) return;
  const profile = await services.members.profileOf(caller.memberId, CLICKER_FRESH_MILLISECONDS);
  const unknown = profile === null || profile === 'hidden';
  if (unknown && step !== 'deny' && isPromotion(request.action))
    throw new Refusal(NOT_CONFIRMED[profile ?? 'no answer']);
  if (unknown) log.warn('whom a request is about is decided by what was filed');
  if (!unknown && loginsOf(request.action).some((login) => isMailbox(profile.address, login))) {
    throw new Refusal(ABOUT_YOU);
  }
}

/** Letter case and a tag (`+cdn`) aside. */
function isMailbox(address: string, login: string): boolean {
  return withoutTag(canonical(address)) === withoutTag(canonical(login));
}
