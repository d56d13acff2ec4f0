import { context, message } from '../../messages/kit/message.ts';
import { code, type Sentence, say } from '../../messages/kit/sentence.ts';
import type { Acknowledge } from '../acknowledge.ts';
import { type Incoming, opensHome } from '../incoming.ts';
import { noticeView } from '../replies/modal.ts';
import type { Services } from '../replies/services.ts';

/** Tells the caller, and nobody else, why nothing happened. */
export async function turnAway(
  { slack, posting }: Services,
  incoming: Incoming,
  acknowledge: Acknowledge,
  why: Sentence,
  reference: string,
): Promise<void> {
  const told = message(why);
  const underIt = say`Reference ${code(reference)}`;
  told.blocks.push(context(underIt));
  const view = noticeView('Not possible', why, underIt);
  switch (incoming.kind) {
    case 'command':
      return await acknowledge({ response_type: 'ephemeral', ...told });
    case 'type-ahead':
      return await acknowledge({ options: [] });
    case 'submission':
      return await acknowledge({ response_action: 'update', view });
    case 'click':
      await acknowledge();
      if (incoming.responseUrl !== null) {
        await posting.respond(incoming.responseUrl, { kind: 'post', visibleTo: 'caller', message: told });
      } else if (incoming.place.kind === 'modal') {
        await slack.posting.views.update({ view_id: incoming.place.viewId, view });
      } else if (incoming.place.kind === 'home' && incoming.caller) {
        await posting.publish(incoming.caller.memberId, { type: 'home', blocks: told.blocks });
      }
      return;
    case 'event':
      if (opensHome(incoming) && incoming.caller) {
        await posting.publish(incoming.caller.memberId, { type: 'home', blocks: told.blocks });
      }
      return;
    case 'view-closed':
    case 'shortcut':
      return await acknowledge();
  }
}
