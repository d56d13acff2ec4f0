import type { CloseRequest, Outcome } from '../../control/protocol.ts';
import { interaction } from '../payload.ts';
import { Impossible } from '../refusal.ts';
import type { Slack } from '../slack.ts';

/** A member closes the top modal, or the whole stack. https://docs.slack.dev/surfaces/modals#closing_views */
export async function closeModal(slack: Slack, memberId: string, request: CloseRequest): Promise<Outcome> {
  const member = slack.workspace.member(memberId);
  const stack = slack.views.stack(memberId);
  const top = stack.at(-1);
  if (top === undefined) throw new Impossible(`${memberId} has no modal open.`);
  const all = request.all === true || top.payload.clear_on_close === true;
  const closed = all ? stack.toReversed() : [top];
  const payloads = closed
    .filter((view) => view.payload.notify_on_close === true)
    .map((view) => ({
      type: 'view_closed',
      ...interaction(slack, member),
      view: slack.views.describe(view),
      is_cleared: all,
    }));
  if (all) slack.views.clear(memberId);
  else slack.views.remove(top);
  for (const payload of payloads) await slack.deliveries.send('interactive', payload, false);
  return { acknowledged: true };
}
