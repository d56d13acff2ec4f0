import { z } from 'zod';
import type { JsonObject, Outcome, SubmitRequest } from '../../control/protocol.ts';
import { interactiveElements } from '../block-kit/elements-of.ts';
import { refusalToSubmit } from '../input-state.ts';
import { jsonObject, objectsOf, stringOf } from '../json.ts';
import { interaction } from '../payload.ts';
import { Impossible, Refusal } from '../refusal.ts';
import type { Slack } from '../slack.ts';
import type { View } from '../views.ts';
import { setValue } from './click.ts';
import { findElement, placeFor } from './find-element.ts';

const TROUBLE = 'We had some trouble connecting. Try again?';

/** https://docs.slack.dev/surfaces/modals#response_actions; an empty answer closes the view. */
const submissionAnswer = z.union([
  z.strictObject({ response_action: z.undefined().optional() }),
  z.discriminatedUnion('response_action', [
    z.object({ response_action: z.literal('errors'), errors: z.record(z.string(), z.string().min(1)) }),
    z.object({ response_action: z.literal('update'), view: jsonObject }),
    z.object({ response_action: z.literal('push'), view: jsonObject }),
    z.object({ response_action: z.literal('clear') }),
  ]),
]);
type SubmissionAnswer = z.infer<typeof submissionAnswer>;

/** A member submits the top modal. Fields Slack itself refuses never reach the app. */
export async function submit(slack: Slack, memberId: string, request: SubmitRequest): Promise<Outcome> {
  const member = slack.workspace.member(memberId);
  const place = placeFor(slack, memberId, { view: 'modal' });
  if (!('view' in place)) throw new Impossible(`${memberId} has no modal open.`);
  const { view } = place;
  if (view.payload.submit === undefined) throw new Impossible('The modal has no submit button.');
  for (const [actionId, value] of Object.entries(request.values ?? {})) {
    setValue(slack, memberId, place, findElement(place, actionId), value);
  }
  const errors = refusedFields(view);
  const [refusal] = Object.values(errors);
  if (refusal !== undefined) {
    slack.views.setErrors(view, errors);
    return { acknowledged: false, notice: refusal };
  }
  slack.views.setErrors(view, {});

  const delivered = await slack.deliveries.send('interactive', {
    type: 'view_submission',
    ...interaction(slack, member),
    trigger_id: slack.triggers.issue({ memberId, viewId: view.id }),
    view: slack.views.describe(view),
    response_urls: [],
  });
  const trouble = (): Outcome => {
    slack.workspace.tell(memberId, TROUBLE);
    return { acknowledged: false, notice: TROUBLE };
  };
  if ('failed' in delivered) return trouble();
  const answer = submissionAnswer.safeParse(delivered.acknowledged);
  try {
    if (!answer.success || !follow(slack, view, answer.data)) return trouble();
  } catch (error) {
    if (error instanceof Refusal) return trouble();
    throw error;
  }
  return { acknowledged: true, response: delivered.acknowledged };
}

/** Does what the acknowledgement says with the member's modals; false when Slack cannot. */
function follow(slack: Slack, view: View, answer: SubmissionAnswer): boolean {
  const { views } = slack;
  const memberId = view.member.id;
  switch (answer.response_action) {
    case undefined:
      views.remove(view);
      return true;
    case 'clear':
      views.clear(memberId);
      return true;
    case 'errors': {
      const inputs = objectsOf(view.payload.blocks).filter((block) => block.type === 'input');
      const ids = Object.keys(answer.errors);
      if (ids.length === 0 || !ids.every((id) => inputs.some((block) => block.block_id === id))) return false;
      views.setErrors(view, answer.errors);
      return true;
    }
    case 'update':
      refuseTooLarge(answer.view);
      views.check(answer.view, 'modal', view);
      views.update(view, answer.view);
      return true;
    case 'push':
      refuseTooLarge(answer.view);
      views.check(answer.view, 'modal');
      views.push(view.member, answer.view);
      return true;
  }
}

/**
 * Unverified: Slack documents no limit for a view in an acknowledgement. It is lower than that of `views.update`, by
 * reports of views of a few kilobytes that failed (slackapi/deno-slack-sdk#324, slack-go/slack#1196).
 */
const MOST_ACKNOWLEDGED_BYTES = 3_000;

function refuseTooLarge(view: JsonObject): void {
  if (Buffer.byteLength(JSON.stringify(view)) > MOST_ACKNOWLEDGED_BYTES) throw new Refusal('view_too_large');
}

function refusedFields(view: View): { [blockId: string]: string } {
  const errors: { [blockId: string]: string } = {};
  for (const block of objectsOf(view.payload.blocks).filter((each) => each.type === 'input')) {
    const blockId = stringOf(block.block_id);
    for (const element of interactiveElements(block)) {
      const state: JsonObject = view.values[blockId]?.[stringOf(element.action_id)] ?? {};
      const refusal = refusalToSubmit(block, element, state);
      if (refusal !== null) errors[blockId] = refusal;
    }
  }
  return errors;
}
