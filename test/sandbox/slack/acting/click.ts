import type { ClickRequest, FillRequest, JsonObject, Outcome } from '../../control/protocol.ts';
import { optionsOf } from '../block-kit/elements-of.ts';
import { filled, stateKey } from '../input-state.ts';
import { stringOf } from '../json.ts';
import type { Place } from '../payload.ts';
import { Impossible } from '../refusal.ts';
import { offerKey, type Slack } from '../slack.ts';
import { sendBlockActions } from './block-actions.ts';
import { type Found, findElement, latestWith, placeFor } from './find-element.ts';

/** A member clicks a button, or chooses in a menu. A confirm dialog answered with no sends nothing. */
export async function click(slack: Slack, memberId: string, request: ClickRequest): Promise<Outcome> {
  const member = slack.workspace.member(memberId);
  const place =
    'view' in request || request.ts !== undefined
      ? placeFor(slack, memberId, request)
      : latestWith(slack, memberId, request.channel, request.actionId);
  const found = findElement(place, request.actionId, request.blockId);
  if (found.element.confirm !== undefined && request.confirm === 'no') return { acknowledged: true };
  if (stateKey(found.element) !== undefined) {
    return choose(slack, memberId, place, found, request.option ?? null);
  }
  if (found.element.type === 'overflow') {
    const chosen = optionsOf(found.element).find((each) => each.value === request.option);
    if (chosen === undefined) throw new Impossible(`${request.actionId} has no option ${request.option}.`);
    openLink(slack, memberId, chosen);
    return sendBlockActions(slack, member, place, found, { selected_option: chosen });
  }
  openLink(slack, memberId, found.element);
  return sendBlockActions(slack, member, place, found, undefined);
}

/** A member fills in a field of the top modal. Only an input that dispatches tells the app. */
export function fill(slack: Slack, memberId: string, request: FillRequest): Promise<Outcome> {
  const place = placeFor(slack, memberId, { view: 'modal' });
  const found = findElement(place, request.actionId, request.blockId);
  return choose(slack, memberId, place, found, request.value);
}

/** Puts a value where an element keeps it, in the view or in the member's sight of the message. */
export function setValue(
  slack: Slack,
  memberId: string,
  place: Place,
  { element, blockId, actionId }: Found,
  value: string | string[] | null,
): JsonObject {
  const offered = slack.offered.get(offerKey(memberId, blockId, actionId)) ?? [];
  const state = filled(element, value, offered);
  if ('view' in place) {
    slack.views.setValue(place.view, blockId, actionId, state);
  } else {
    const { chosen } = place.message;
    const before = chosen.get(memberId) ?? {};
    chosen.set(memberId, { ...before, [blockId]: { ...before[blockId], [actionId]: state } });
  }
  return state;
}

async function choose(
  slack: Slack,
  memberId: string,
  place: Place,
  found: Found,
  value: string | string[] | null,
): Promise<Outcome> {
  const state = setValue(slack, memberId, place, found, value);
  if (found.block.type === 'input' && found.block.dispatch_action !== true) return { acknowledged: true };
  return sendBlockActions(slack, slack.workspace.member(memberId), place, found, state);
}

function openLink(slack: Slack, memberId: string, element: JsonObject): void {
  const url = stringOf(element.url);
  if (url !== '') slack.workspace.tell(memberId, `Opened ${url}`);
}
