import type { Outcome, Standing } from '../../control/protocol.ts';
import { eventPayload } from '../payload.ts';
import type { Slack } from '../slack.ts';
import { describeMember } from '../web-api/users.ts';

/**
 * An administrator changes what a member is. The app hears of it, if it listens, as it hears of each new status: a change
 * to what the member is already stands for that. https://docs.slack.dev/reference/events/user_change
 */
export async function changeMember(slack: Slack, memberId: string, standing: Standing): Promise<Outcome> {
  const { workspace } = slack;
  const member = workspace.member(memberId);
  workspace.setStanding(member, standing);
  if (!slack.manifest.events.has('user_change')) return { acknowledged: true };
  const delivered = await slack.deliveries.sendEvent(
    eventPayload(slack, {
      type: 'user_change',
      user: describeMember(slack, member),
      cache_ts: 1_700_000_000,
      event_ts: workspace.newTs(),
    }),
  );
  return 'acknowledged' in delivered
    ? { acknowledged: true, response: delivered.acknowledged }
    : { acknowledged: false, notice: 'The app did not take the event.' };
}
