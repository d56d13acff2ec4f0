import type { Outcome } from '../../control/protocol.ts';
import { eventPayload } from '../payload.ts';
import { Impossible } from '../refusal.ts';
import type { Slack } from '../slack.ts';

/** A member opens the app's Home tab. https://docs.slack.dev/reference/events/app_home_opened */
export async function openHome(slack: Slack, memberId: string): Promise<Outcome> {
  slack.workspace.member(memberId);
  const channel = slack.workspace.directMessage(memberId);
  if (!slack.manifest.homeTab || channel === undefined) {
    throw new Impossible(`There is no Home tab for ${memberId}.`);
  }
  if (!slack.manifest.events.has('app_home_opened')) return { acknowledged: true };
  const home = slack.views.home(memberId);
  const delivered = await slack.deliveries.sendEvent(
    eventPayload(slack, {
      type: 'app_home_opened',
      user: memberId,
      channel: channel.id,
      tab: 'home',
      event_ts: slack.workspace.newTs(),
      ...(home !== null && { view: slack.views.describe(home) }),
    }),
  );
  return 'acknowledged' in delivered
    ? { acknowledged: true, response: delivered.acknowledged }
    : { acknowledged: false, notice: 'The app did not take the event.' };
}
