import type { App } from '@slack/bolt';
import type { PlainTextOption } from '@slack/types';
import type { Logger } from 'pino';
import { z } from 'zod';
import { failureMessage, logFailure, RepeatedDelivery } from '../../messages/failure-text.ts';
import type { Incoming, IncomingOf } from '../incoming.ts';
import type { Interaction } from '../replies/interaction.ts';
import { answerSubmission, type SubmittedForm } from '../replies/submission.ts';

type Kind = Incoming['kind'];
type Run<K extends Kind> = (interaction: Interaction, incoming: IncomingOf<K>) => Promise<void>;
type Options = (interaction: Interaction, text: string) => Promise<PlainTextOption[]>;

/** What the bot listens for. The list feeds Bolt, the gate, and the test that tries each as an outsider. */
export type Listener = {
  /** The id of the approval request that a button's value or a form's subject names, for the log; null for none. */
  requestIn?(carried: string | null): string | null;
} & (
  | { kind: 'command'; id: `/${string}`; run: Run<'command'> }
  | { kind: 'click'; id: string; run: Run<'click'> }
  | { kind: 'type-ahead'; id: string; options: Options }
  | { kind: 'submission'; id: string; form: SubmittedForm }
  | { kind: 'event'; id: string; run: Run<'event'> }
);

/** A delivery that the gate let pass. It travels to its listener in Bolt's `context`. */
export class PassedDelivery {
  readonly interaction: Interaction;
  readonly incoming: Incoming;
  readonly acknowledge: Acknowledge;
  /** How many milliseconds of Slack's patience the gate has used. */
  readonly waited: number;

  constructor(interaction: Interaction, incoming: Incoming, acknowledge: Acknowledge, waited: number) {
    this.interaction = interaction;
    this.incoming = incoming;
    this.acknowledge = acknowledge;
    this.waited = waited;
  }
}

/** Bolt's `context`, as the gate fills it in. */
type Context = Readonly<Record<string, unknown>>;

/** Hands each listener to Bolt. What gets this far has been authorized. */
export function register(app: App, listeners: readonly Listener[]): void {
  for (const listener of listeners) {
    switch (listener.kind) {
      case 'command':
        app.command(listener.id, ({ context }) =>
          measured(context, 'command', (delivery) => carryOut(delivery, listener.run)),
        );
        break;
      case 'click':
        app.action(listener.id, ({ context }) =>
          measured(context, 'click', (delivery) => carryOut(delivery, listener.run)),
        );
        break;
      case 'type-ahead':
        app.options(listener.id, ({ context }) =>
          measured(context, 'type-ahead', async ({ interaction, incoming, acknowledge }) => {
            const options = await listener.options(interaction, incoming.text);
            if (await acknowledge({ options })) interaction.measured.answered();
          }),
        );
        break;
      case 'submission':
        app.view(listener.id, ({ context }) =>
          measured(context, 'submission', async ({ interaction, incoming: submitted, ...delivery }) => {
            await answerSubmission({ form: listener.form, interaction, submitted }, delivery);
          }),
        );
        break;
      case 'event':
        app.event(listener.id, ({ context }) =>
          // An event asks for nothing, so a failure is logged and told to nobody.
          measured(context, 'event', ({ interaction, incoming }) => listener.run(interaction, incoming)),
        );
        break;
    }
  }
}

type DeliveryOf<K extends Kind> = PassedDelivery & { incoming: IncomingOf<K> };

/** @throws when the delivery did not come through the gate: there is no other way to a listener */
function delivered<K extends Kind>({ delivery }: Context, kind: K): DeliveryOf<K> {
  if (delivery instanceof PassedDelivery && isOfKind(delivery, kind)) return delivery;
  throw new Error('a delivery reached a listener without passing the gate');
}

function isOfKind<K extends Kind>(delivery: PassedDelivery, kind: K): delivery is DeliveryOf<K> {
  return delivery.incoming.kind === kind;
}

/** Counts what becomes of a delivery. */
async function measured<K extends Kind>(
  context: Context,
  kind: K,
  work: (delivery: DeliveryOf<K>) => Promise<void>,
): Promise<void> {
  const delivery = delivered(context, kind);
  const { interaction } = delivery;
  try {
    await work(delivery);
  } catch (error) {
    interaction.measured.turnsOut('failed');
    throw error;
  } finally {
    interaction.measured.ended();
  }
}

/** A failure is told to the caller. */
async function carryOut<K extends Kind>(
  { interaction, incoming, acknowledge }: DeliveryOf<K>,
  run: Run<K>,
): Promise<void> {
  await acknowledge();
  try {
    await run(interaction, incoming);
  } catch (error) {
    logFailure(interaction, error);
    if (error instanceof RepeatedDelivery) return;
    const told = (kept: boolean) => failureMessage(error, interaction.reference, { kept });
    await interaction.reply.privately(told(false), told(true));
  }
}

/**
 * Tells Slack, within 3 seconds, that a delivery arrived, and answers it where it takes an answer. False where no
 * connection took it.
 */
export type Acknowledge = (response?: object) => Promise<boolean>;

const Ack = z.custom<(response?: unknown) => Promise<void>>((value) => typeof value === 'function');

/**
 * Bolt's `ack` for a delivery. Around a reconnect of Socket Mode it throws; the work goes on all the same, so that
 * is logged and nothing else. Events carry none: Bolt has acknowledged them.
 */
export function acknowledgeOf(ack: unknown, log: Logger, onAcknowledged: () => void = () => {}): Acknowledge {
  const parsed = Ack.safeParse(ack);
  if (!parsed.success) return async () => true;
  return async (response) => {
    try {
      await parsed.data(response);
      onAcknowledged();
      return true;
    } catch (error) {
      log.warn({ err: error }, 'a delivery could not be acknowledged');
      return false;
    }
  };
}
