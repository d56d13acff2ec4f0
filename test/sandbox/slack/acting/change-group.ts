import { TEAM } from '../../cast.ts';
import type { GroupChange, Outcome } from '../../control/protocol.ts';
import { eventPayload } from '../payload.ts';
import { Impossible } from '../refusal.ts';
import type { Slack } from '../slack.ts';

/**
 * Somebody edits a user group. The app hears who was added and removed, if it listens.
 * https://docs.slack.dev/reference/events/subteam_members_changed
 */
export async function changeGroup(
  slack: Slack,
  { group: id, members, disabled, plan }: GroupChange,
): Promise<Outcome> {
  const { workspace } = slack;
  const group = workspace.userGroups.get(id);
  if (group === undefined) throw new Impossible(`There is no user group ${id}.`);
  const before = group.members;
  workspace.hasUserGroups = plan ?? workspace.hasUserGroups;
  group.disabled = disabled ?? group.disabled;
  group.members = members ?? before;
  workspace.changed();
  const added = group.members.filter((each) => !before.includes(each));
  const removed = before.filter((each) => !group.members.includes(each));
  if (added.length + removed.length === 0 || !slack.manifest.events.has('subteam_members_changed')) {
    return { acknowledged: true };
  }
  const delivered = await slack.deliveries.sendEvent(
    eventPayload(slack, {
      type: 'subteam_members_changed',
      subteam_id: id,
      team_id: TEAM.id,
      date_previous_update: 1_700_000_000,
      date_update: 1_700_000_001,
      added_users: added,
      added_users_count: added.length,
      removed_users: removed,
      removed_users_count: removed.length,
    }),
  );
  return 'acknowledged' in delivered
    ? { acknowledged: true, response: delivered.acknowledged }
    : { acknowledged: false, notice: 'The app did not take the event.' };
}
