import type { Member } from '../../cast.ts';
import type { JsonObject, Outcome } from '../../control/protocol.ts';
import { stateKey } from '../input-state.ts';
import { interaction, type Place, placeOf } from '../payload.ts';
import type { Slack } from '../slack.ts';
import type { Found } from './find-element.ts';

/** All Slack shows of a click nobody acknowledged. */
const WARNING_SIGN = '⚠️';

/** What an action repeats of its element. */
const REPEATED = [
  'text',
  'value',
  'url',
  'style',
  'placeholder',
  'initial_option',
  'initial_options',
  'initial_date',
  'initial_time',
  'confirm',
];

/** Tells the app of a click, a choice or dispatched input. https://docs.slack.dev/reference/interaction-payloads/block_actions-payload */
export async function sendBlockActions(
  slack: Slack,
  member: Member,
  place: Place,
  { element, blockId, actionId }: Found,
  state: JsonObject | undefined,
): Promise<Outcome> {
  const key = stateKey(element);
  const value = key === undefined ? state : { [key]: state?.[key] ?? null };
  const failed: Outcome = { acknowledged: false, notice: WARNING_SIGN };
  const delivered = !slack.manifest.interactivity
    ? { failed: 'unreachable' as const }
    : await slack.deliveries.send(
        'interactive',
        {
          type: 'block_actions',
          ...interaction(slack, member),
          ...placeOf(slack, member, place),
          trigger_id: slack.triggers.issue({
            memberId: member.id,
            viewId: 'view' in place && place.view.payload.type === 'modal' ? place.view.id : null,
          }),
          ...('message' in place && {
            response_url: slack.responseUrls.issue('actions', {
              memberId: member.id,
              conversation: place.conversation,
              message: place.message,
            }),
          }),
          actions: [
            {
              type: element.type ?? '',
              action_id: actionId,
              block_id: blockId,
              ...Object.fromEntries(REPEATED.flatMap((name) => pair(name, element))),
              ...value,
              action_ts: slack.workspace.newTs(),
            },
          ],
        },
        false,
      );
  if ('acknowledged' in delivered) return { acknowledged: true, response: delivered.acknowledged };
  slack.workspace.tell(member.id, failed.notice);
  return failed;
}

function pair(name: string, element: JsonObject): [string, JsonObject[string]][] {
  const value = element[name];
  return value === undefined ? [] : [[name, value]];
}
