import type { App } from '@slack/bolt';
import type { PlainTextOption } from '@slack/types';
import { type Acknowledge, acknowledgeOf } from './acknowledge.ts';
import type { Deliveries, Delivery } from './delivery.ts';
import { failureMessage, logFailure, RepeatedDelivery } from './failure.ts';
import type { Incoming } from './incoming.ts';
import type { Origin } from './origin.ts';
import { newRequest, type Request, type Services } from './request.ts';
import { answerSubmission, type SubmittedForm } from './submission.ts';

/**
 * Something the bot listens for, with an id of its own. The list of them feeds Bolt, the answer to what nobody
 * listens for, and the test that tries each as an outsider.
 */
export type Listener =
  | {
      kind: 'command';
      id: `/${string}`;
      run(delivery: Delivery<'command'>, services: Services): Promise<void>;
    }
  | { kind: 'click'; id: string; run(delivery: Delivery<'click'>, services: Services): Promise<void> }
  | { kind: 'type-ahead'; id: string; options(text: string, services: Services): Promise<PlainTextOption[]> }
  | { kind: 'submission'; id: string; form: SubmittedForm }
  | { kind: 'event'; id: string; run(delivery: Delivery<'event'>, services: Services): Promise<void> };

/** Hands each listener to Bolt. What gets this far has been authorized. */
export function register(
  app: App,
  listeners: readonly Listener[],
  deliveries: Deliveries,
  services: Services,
): void {
  for (const listener of listeners) {
    const run = async ({ body, ack }: { body: object; ack?: unknown }) => {
      const acknowledge = acknowledgeOf(ack, services.log);
      await take(listener, deliveries.of(body), acknowledge, services);
    };
    switch (listener.kind) {
      case 'command':
        app.command(listener.id, run);
        break;
      case 'click':
        app.action(listener.id, run);
        break;
      case 'type-ahead':
        app.options(listener.id, run);
        break;
      case 'submission':
        app.view(listener.id, run);
        break;
      case 'event':
        app.event(listener.id, run);
        break;
    }
  }
}

async function take(
  listener: Listener,
  delivery: Delivery,
  acknowledge: Acknowledge,
  services: Services,
): Promise<void> {
  const { incoming } = delivery;
  if (listener.kind === 'command' && incoming.kind === 'command') {
    await acknowledge();
    await withFailuresTold(delivery, services, () => listener.run({ ...delivery, incoming }, services));
  } else if (listener.kind === 'click' && incoming.kind === 'click') {
    await acknowledge();
    await withFailuresTold(delivery, services, () => listener.run({ ...delivery, incoming }, services));
  } else if (listener.kind === 'type-ahead' && incoming.kind === 'type-ahead') {
    await acknowledge({ options: await listener.options(incoming.text, services) });
  } else if (listener.kind === 'submission' && incoming.kind === 'submission') {
    const request = requestOf(delivery, services);
    await answerSubmission(listener.form, request, incoming, acknowledge);
  } else if (listener.kind === 'event' && incoming.kind === 'event') {
    // Nobody asked for anything: what goes wrong is logged, and told to nobody.
    await listener.run({ ...delivery, incoming }, services);
  }
}

async function withFailuresTold(
  delivery: Delivery,
  services: Services,
  work: () => Promise<void>,
): Promise<void> {
  try {
    await work();
  } catch (error) {
    const request = requestOf(delivery, services);
    logFailure(request, error);
    if (error instanceof RepeatedDelivery) return;
    await request.reply.privately(failureMessage(error, request.reference));
  }
}

/** The request as the delivery alone tells it; a subcommand makes its own where words or a button say more. */
function requestOf(delivery: Delivery, services: Services): Request {
  const { incoming } = delivery;
  const responseUrl = 'responseUrl' in incoming ? incoming.responseUrl : null;
  return newRequest(services, delivery, { origin: originOf(incoming), responseUrl });
}

function originOf(incoming: Incoming): Origin {
  switch (incoming.kind) {
    case 'command':
      return { channel: incoming.channel, private: true };
    case 'click':
      return originOfClick(incoming);
    case 'submission':
      // A form that does not say where it came from was not opened by this version of the bot.
      return incoming.origin ?? { channel: null, private: true };
    default:
      return { channel: null, private: true };
  }
}

/** Where a click started, its result being private until a button says otherwise. */
export function originOfClick({ place }: Extract<Incoming, { kind: 'click' }>): Origin {
  return { channel: place.kind === 'message' ? place.channel : null, private: true };
}
