import { TEAM } from '../../cast.ts';
import type { Outcome } from '../../control/protocol.ts';
import { interaction } from '../payload.ts';
import { Impossible } from '../refusal.ts';
import type { Slack } from '../slack.ts';

/** A member uses a global shortcut. https://docs.slack.dev/reference/interaction-payloads/shortcuts-interaction-payload */
export async function useShortcut(slack: Slack, memberId: string, callbackId: string): Promise<Outcome> {
  const member = slack.workspace.member(memberId);
  if (!slack.manifest.globalShortcuts.has(callbackId) || member.teamId !== TEAM.id) {
    throw new Impossible(`There is no shortcut ${callbackId} for ${memberId}.`);
  }
  const delivered = await slack.deliveries.send(
    'interactive',
    {
      type: 'shortcut',
      ...interaction(slack, member),
      callback_id: callbackId,
      trigger_id: slack.triggers.issue({ memberId, viewId: null }),
      action_ts: slack.workspace.newTs(),
    },
    false,
  );
  if ('acknowledged' in delivered) return { acknowledged: true, response: delivered.acknowledged };
  const notice = 'We had some trouble connecting. Try again?';
  slack.workspace.tell(memberId, notice);
  return { acknowledged: false, notice };
}
