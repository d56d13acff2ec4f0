import type { App } from '@slack/bolt';
import type { PlainTextOption } from '@slack/types';
import type { Logger } from 'pino';
import { z } from 'zod';
import type { SubcommandName } from '../../config/subcommand-names.ts';
import type { MemberId } from '../../ids.ts';
import { failureMessage, logFailure, RepeatedDelivery } from '../../messages/failure-text.ts';
import type { Incoming, IncomingOf } from '../incoming.ts';
import type { Interaction } from '../replies/interaction.ts';
import type { Services } from '../replies/services.ts';
import { answerSubmission, type SubmittedForm } from '../replies/submission.ts';

type Kind = Incoming['kind'];
type Run<K extends Kind> = (interaction: Interaction, incoming: IncomingOf<K>) => Promise<void>;
type Options = (interaction: Interaction, text: string) => Promise<PlainTextOption[]>;

/** What the bot listens for. The list feeds Bolt, the gate, and the test that tries each as an outsider. */
export type Listener = {
  /** The id of the approval request that a button's value or a form's subject names, for the log; null for none. */
  requestIn?(carried: string | null): string | null;
  /** The subcommand whose work it does, where it is not one of that subcommand's own. */
  needs?: SubcommandName;
} & (
  | { kind: 'command'; id: `/${string}`; run: Run<'command'> }
  | {
      kind: 'click';
      id: string;
      run: Run<'click'>;
      /** Whether a member who is no bot admin may click this button with this value, too. Asked of Slack at this moment. */
      alsoFor?(services: Services, member: MemberId, value: string | null): Promise<boolean>;
    }
  | { kind: 'type-ahead'; id: string; options: Options }
  | { kind: 'submission'; id: string; form: SubmittedForm }
  | { kind: 'event'; id: string; run: Run<'event'> }
);

/** Listeners that do the work of a subcommand, for where they stand elsewhere: they are switched off with it. */
export function needing(needs: SubcommandName, listeners: readonly Listener[]): Listener[] {
  return listeners.map((listener) => ({ ...listener, needs }));
}

/** A delivery that the gate let pass. It travels to its listener in Bolt's `context`. */
export class PassedDelivery {
  /** The one whose kind and id the delivery has. */
  readonly listener: Listener;
  readonly interaction: Interaction;
  readonly incoming: Incoming;
  readonly acknowledge: Acknowledge;
  /** How many milliseconds of Slack's patience the gate has used. */
  readonly waited: number;

  constructor(
    listener: Listener,
    interaction: Interaction,
    incoming: Incoming,
    acknowledge: Acknowledge,
    waited: number,
  ) {
    this.listener = listener;
    this.interaction = interaction;
    this.incoming = incoming;
    this.acknowledge = acknowledge;
    this.waited = waited;
  }
}

/** Bolt's `context`, as the gate fills it in. */
type Context = Readonly<Record<string, unknown>>;

/**
 * Has Bolt hand over all that got this far, which has been authorized. Bolt would try each of its listeners on every
 * delivery, and the gate knows the one already.
 */
export function register(app: App): void {
  const handOver = async ({ context }: { context: Context }) => {
    if (!(context.delivery instanceof PassedDelivery)) throw new Error(UNGATED);
    await hear(context.delivery.listener, context);
  };
  app.command(ANY, handOver);
  app.action(ANY, handOver);
  app.options(ANY, handOver);
  app.view(ANY, handOver);
  app.event(ANY, handOver);
}

const ANY = /^/;
const UNGATED = 'a delivery reached a listener without passing the gate';

async function hear(listener: Listener, context: Context): Promise<void> {
  switch (listener.kind) {
    case 'command':
      return await measured(context, 'command', (delivery) => carryOut(delivery, listener.run));
    case 'click':
      return await measured(context, 'click', (delivery) => carryOut(delivery, listener.run));
    case 'type-ahead':
      return await measured(context, 'type-ahead', async ({ interaction, incoming, acknowledge }) => {
        const options = await listener.options(interaction, incoming.text);
        if (await acknowledge({ options })) interaction.measured.answered();
      });
    case 'submission':
      return await measured(
        context,
        'submission',
        async ({ interaction, incoming: submitted, ...delivery }) => {
          await answerSubmission({ form: listener.form, interaction, submitted }, delivery);
        },
      );
    case 'event':
      // An event asks for nothing, so a failure is logged and told to nobody.
      return await measured(context, 'event', ({ interaction, incoming }) =>
        listener.run(interaction, incoming),
      );
  }
}

type DeliveryOf<K extends Kind> = PassedDelivery & { incoming: IncomingOf<K> };

/** @throws when the delivery did not come through the gate: there is no other way to a listener */
function delivered<K extends Kind>({ delivery }: Context, kind: K): DeliveryOf<K> {
  if (delivery instanceof PassedDelivery && isOfKind(delivery, kind)) return delivery;
  throw new Error(UNGATED);
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
