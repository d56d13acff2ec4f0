import type { ApprovalRequest } from '../../approvals/request.ts';
import { Refusal } from '../../messages/failure-text.ts';
import { say } from '../../messages/kit/sentence.ts';
import type { Interaction } from '../../slack/replies/interaction.ts';

export const SLACK_DID_NOT_CONFIRM = say`Slack didn't confirm who you are. Nothing was done. Try again in a minute.`;

/**
 * Comes before a decision is recorded. Has Slack say anew whether the caller is a bot admin, and those who have approved
 * before: whoever can edit a user group can make approvers.
 *
 * @throws {Refusal} where they are none, or Slack doesn't answer
 */
export async function refuseUnlessConfirmed(
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
