import type { JsonObject, Surface } from '../../control/protocol.ts';
import { interactiveElements } from '../block-kit/elements-of.ts';
import { objectsOf, stringOf } from '../json.ts';
import type { Place } from '../payload.ts';
import { Impossible } from '../refusal.ts';
import type { Slack } from '../slack.ts';
import type { Message } from '../workspace.ts';

export type Found = { block: JsonObject; blockId: string; element: JsonObject; actionId: string };

/** The message, or the member's own view, that `surface` names. */
export function placeFor(slack: Slack, memberId: string, surface: Surface): Place {
  if ('view' in surface) {
    const view = surface.view === 'modal' ? slack.views.stack(memberId).at(-1) : slack.views.home(memberId);
    if (!view) throw new Impossible(`${memberId} has no ${surface.view} open.`);
    return { view };
  }
  const conversation = slack.workspace.conversation(surface.channel, memberId);
  const message = conversation.messages.find(
    (each) => each.ts === surface.ts && (each.visibleTo ?? memberId) === memberId,
  );
  if (message === undefined) throw new Impossible(`${memberId} sees no message ${surface.ts} there.`);
  return { conversation, message };
}

/** The latest message there that has something with this action id. */
export function latestWith(slack: Slack, memberId: string, channel: string, actionId: string): Place {
  const conversation = slack.workspace.conversation(channel, memberId);
  const has = (message: Message) =>
    message.blocks.flatMap(interactiveElements).some((element) => element.action_id === actionId);
  const message = conversation.messages.findLast(
    (each) => (each.visibleTo ?? memberId) === memberId && has(each),
  );
  if (message === undefined) throw new Impossible(`${memberId} sees no message with ${actionId} there.`);
  return { conversation, message };
}

export function blocksIn(place: Place): JsonObject[] {
  return 'view' in place ? objectsOf(place.view.payload.blocks) : place.message.blocks;
}

/** The one element with this action id, in the block named where several have it. */
export function findElement(place: Place, actionId: string, blockId?: string): Found {
  const all = blocksIn(place).flatMap((block) =>
    interactiveElements(block).map((element) => ({
      block,
      blockId: stringOf(block.block_id),
      element,
      actionId: stringOf(element.action_id),
    })),
  );
  const found = all.filter(
    (each) => each.actionId === actionId && (blockId === undefined || each.blockId === blockId),
  );
  const [first] = found;
  if (first === undefined) {
    const known = all.map((each) => `${each.actionId} in ${each.blockId}`).join(', ') || 'nothing';
    throw new Impossible(`There is no ${actionId} to use there, only: ${known}.`);
  }
  if (found.length > 1) {
    const blocks = found.map((each) => each.blockId).join(', ');
    throw new Impossible(`${actionId} is in several blocks: ${blocks}. Name one.`);
  }
  return first;
}
