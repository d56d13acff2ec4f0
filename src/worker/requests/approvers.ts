import { approvalsNeeded, mayApprove, standingApprovers } from '../../approvals/approvers.ts';
import type { MemberId } from '../../ids.ts';
import { message } from '../../messages/kit/message.ts';
import { say } from '../../messages/kit/sentence.ts';
import { membersWith, type Roll } from '../../slack/bot-admins/bot-admins.ts';
import { missingText } from '../../slack/bot-admins/missing-text.ts';
import type { RequestShowing } from './showing.ts';

const LASTING = say`Cancel it, and make a new request once there is another bot admin.`;

/** Says in the request's thread and to its requester, once, that too few are left who can approve it. */
export async function tellWithoutApprovers(showing: RequestShowing, roll: Roll): Promise<void> {
  const { request } = showing.snapshot;
  const { approvals } = showing.options;
  const { policy } = approvals;
  if (request.state.kind !== 'pending' || isUnknown(roll)) return;
  const able = membersWith(roll, 'able');
  const given = standingApprovers(request, policy).filter((each) => able.includes(each));
  const left = mayApprove(request, policy).filter((each) => able.includes(each));
  if (given.length + left.length >= approvalsNeeded(request, policy)) return;
  const about = request.terms?.about ?? [];
  const removed = (request.terms?.botAdmins ?? []).filter((each: MemberId) => !roll.members.has(each));
  const told = message(say`⚠️ ${missingText(roll, { about, removed, lasting: LASTING })}`);
  const place = await approvals.messageOf(request.id);
  if (place !== null && !(await showing.isShared(place.channel))) {
    await showing.once('approvers', async () => {
      await showing.post(place.channel, told, place.ts);
      return true;
    });
  }
  const directly = message(
    say`⚠️ Your request ${request.id}: ${missingText(roll, { about, removed, lasting: LASTING })}`,
  );
  await showing.once('requester of approvers', async () => {
    await showing.post(request.requester, directly);
    return true;
  });
}

/** What Slack didn't say may be an approver. */
function isUnknown(roll: Roll): boolean {
  return membersWith(roll, 'unknown').length > 0 || [...roll.groups.values()].includes(null);
}
