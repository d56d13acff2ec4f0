import type { TypeAheadAnswer, TypeAheadRequest } from '../../control/protocol.ts';
import { optionsOf } from '../block-kit/elements-of.ts';
import { isOptionsAnswer } from '../block-kit/validate.ts';
import { interaction, placeOf } from '../payload.ts';
import { Impossible } from '../refusal.ts';
import { offerKey, type Slack } from '../slack.ts';
import { findElement, placeFor } from './find-element.ts';

const NOT_LOADED = 'Something went wrong loading the options. Try again?';
const DEFAULT_MIN_QUERY_LENGTH = 3;

/** A member types into an external select. https://docs.slack.dev/reference/interaction-payloads/block_suggestion-payload */
export async function typeAhead(
  slack: Slack,
  memberId: string,
  request: TypeAheadRequest,
): Promise<TypeAheadAnswer> {
  const member = slack.workspace.member(memberId);
  const place = placeFor(slack, memberId, request);
  const { element, blockId, actionId } = findElement(place, request.actionId, request.blockId);
  if (element.type !== 'external_select' && element.type !== 'multi_external_select') {
    throw new Impossible(`${actionId} is no external select.`);
  }
  if (request.value.length < Number(element.min_query_length ?? DEFAULT_MIN_QUERY_LENGTH)) {
    return { acknowledged: true, options: [] };
  }
  const failed = (): TypeAheadAnswer => {
    slack.workspace.tell(memberId, NOT_LOADED);
    return { acknowledged: false, notice: NOT_LOADED };
  };
  if (!slack.manifest.interactivity || !slack.manifest.asksForOptions) return failed();
  const delivered = await slack.deliveries.send('interactive', {
    type: 'block_suggestion',
    ...interaction(slack, member),
    ...placeOf(slack, member, place),
    action_id: actionId,
    block_id: blockId,
    value: request.value,
  });
  if ('failed' in delivered || !isOptionsAnswer(delivered.acknowledged)) return failed();
  const options = optionsOf(delivered.acknowledged);
  slack.offered.set(offerKey(memberId, blockId, actionId), options);
  return { acknowledged: true, options };
}
