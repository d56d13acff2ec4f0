import type { Acknowledge } from './acknowledge.ts';
import type { SlackClients } from './clients.ts';
import { type Caller, type Incoming, opensHome } from './incoming.ts';
import { context, type Message, message } from './message.ts';
import { noticeView } from './modal.ts';
import { finalRefusal } from './refusals.ts';
import { respond } from './response-url.ts';
import { code, type Sentence, say } from './sentence.ts';

/** Tells the caller, and nobody else, why nothing happened. */
export async function turnAway(
  slack: SlackClients,
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
        await respond(incoming.responseUrl, { kind: 'post', visibleTo: 'caller', message: told });
      } else if (incoming.place.kind === 'modal') {
        await slack.posting.views.update({ view_id: incoming.place.viewId, view });
      } else if (incoming.place.kind === 'home' && incoming.caller) {
        await showAtHome(slack, incoming.caller, told);
      }
      return;
    case 'event':
      if (opensHome(incoming) && incoming.caller) {
        await showAtHome(slack, incoming.caller, told);
      }
      return;
    case 'view-closed':
    case 'shortcut':
      return await acknowledge();
  }
}

async function showAtHome(slack: SlackClients, { memberId }: Caller, { blocks }: Message): Promise<void> {
  try {
    await slack.posting.views.publish({ user_id: memberId, view: { type: 'home', blocks } });
  } catch (error) {
    // Bots and people of other companies have no Home to be told in.
    if (finalRefusal(error) === null) throw error;
  }
}
