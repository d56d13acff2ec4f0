import type { App } from '@slack/bolt';
import type { Logger } from 'pino';
import type { InFlight } from '../observability/in-flight.ts';
import { type Acknowledge, acknowledgeOf } from './acknowledge.ts';
import { authorize, denial, type Policy } from './authorization.ts';
import type { SlackClients } from './clients.ts';
import type { Conversations } from './conversations.ts';
import { Deliveries } from './delivery.ts';
import { type Incoming, readIncoming } from './incoming.ts';
import type { Listener } from './listeners.ts';
import { context, message } from './message.ts';
import { noticeView } from './modal.ts';
import { newReference } from './reference.ts';
import { respond } from './response-url.ts';
import { code, type Sentence, say } from './sentence.ts';

export type Gate = {
  policy: Policy;
  listeners: readonly Listener[];
  slack: SlackClients;
  conversations: Conversations;
  inFlight: InFlight;
  log: Logger;
};

/**
 * Stands in front of every listener. Who is not known to be allowed gets no further and is told so, in the way
 * that fits; so does an allowed caller of something nobody listens for, such as a button of an older version.
 */
export function installGate(app: App, gate: Gate): Deliveries {
  const deliveries = new Deliveries();
  const { policy, listeners, conversations, inFlight } = gate;
  const known = new Set(listeners.map(({ kind, id }) => `${kind} ${id}`));
  app.use(async ({ next }) => {
    await inFlight.track(next());
  });
  app.use(async (args) => {
    const incoming = readIncoming(args.body);
    const reference = newReference();
    const log = gate.log.child({ reference, ...(incoming && described(incoming)) });
    const acknowledge = acknowledgeOf('ack' in args ? args.ack : undefined, log);
    if (incoming === null) {
      log.warn('a delivery of an unknown form was refused');
      return await acknowledge();
    }
    const verdict = await authorize(incoming, policy, (channel, caller) =>
      conversations.isDirectMessage(channel, caller),
    );
    if (!verdict.allowed) {
      log.warn({ reason: verdict.reason }, 'denied');
      return await answer(gate, incoming, acknowledge, denial(verdict.reason, policy), reference);
    }
    if (!known.has(`${incoming.kind} ${idOf(incoming)}`)) {
      log.warn('nobody listens for this');
      return await answer(gate, incoming, acknowledge, OUTDATED, reference);
    }
    log.info('taken');
    deliveries.pass(args.body, { incoming, caller: verdict.caller, reference });
    await args.next();
  });
  return deliveries;
}

const OUTDATED = say`This belongs to an older version of the bot and does nothing any more. Start again with ${code('/fastly-user help')}.`;

/** Tells the caller, and nobody else, why nothing happened. */
async function answer(
  gate: Gate,
  incoming: Incoming,
  acknowledge: Acknowledge,
  why: Sentence,
  reference: string,
): Promise<void> {
  const { slack } = gate;
  const told = message(why);
  told.blocks.push(context(say`Reference ${code(reference)}`));
  switch (incoming.kind) {
    case 'command':
      return await acknowledge({ response_type: 'ephemeral', ...told });
    case 'type-ahead':
      return await acknowledge({ options: [] });
    case 'submission':
      return await acknowledge({ response_action: 'update', view: noticeView('Not possible', why) });
    case 'click':
      await acknowledge();
      if (incoming.responseUrl !== null) {
        await respond(incoming.responseUrl, { kind: 'post', visibleTo: 'caller', message: told });
      } else if (incoming.place.kind === 'modal') {
        await slack.posting.views.update({
          view_id: incoming.place.viewId,
          view: noticeView('Not possible', why),
        });
      } else if (incoming.place.kind === 'home' && incoming.caller) {
        await slack.posting.views.publish({
          user_id: incoming.caller.memberId,
          view: { type: 'home', blocks: told.blocks },
        });
      }
      return;
    case 'event':
      if (incoming.type === 'app_home_opened' && incoming.caller) {
        await slack.posting.views.publish({
          user_id: incoming.caller.memberId,
          view: { type: 'home', blocks: told.blocks },
        });
      }
      return;
    case 'view-closed':
    case 'shortcut':
      return await acknowledge();
  }
}

function idOf(incoming: Incoming): string {
  switch (incoming.kind) {
    case 'command':
      return incoming.command;
    case 'click':
    case 'type-ahead':
      return incoming.actionId;
    case 'submission':
    case 'view-closed':
    case 'shortcut':
      return incoming.callbackId;
    case 'event':
      return incoming.type;
  }
}

/** What the log may hold of a delivery: who, what and where, never what was typed. */
function described(incoming: Incoming): object {
  return {
    delivery: incoming.kind,
    id: idOf(incoming),
    caller: incoming.caller?.memberId ?? null,
    team: incoming.caller?.teamId ?? null,
  };
}
