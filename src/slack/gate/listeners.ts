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

/** What the bot listens for. The list feeds the gate, and the test that tries each as an outsider. */
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

/** A delivery that the gate let pass. */
type PassedDelivery = {
  /** The one whose kind and id the delivery has. */
  listener: Listener;
  interaction: Interaction;
  incoming: Incoming;
  acknowledge: Acknowledge;
  /** How many milliseconds of Slack's patience the gate has used. */
  waited: number;
};

/**
 * Hands a delivery to its listener, and counts what becomes of it. The gate alone calls this, so there is no other way to
 * a listener. Bolt would try each of its own listeners on every delivery, and the gate knows the one already.
 */
export async function hear(delivery: PassedDelivery): Promise<void> {
  const { measured } = delivery.interaction;
  try {
    await handOver(delivery);
  } catch (error) {
    measured.turnsOut('failed');
    throw error;
  } finally {
    measured.ended();
  }
}

async function handOver(delivery: PassedDelivery): Promise<void> {
  const { listener, interaction, incoming, acknowledge } = delivery;
  if (listener.kind === 'command' && incoming.kind === 'command') {
    await carryOut(delivery, () => listener.run(interaction, incoming));
  } else if (listener.kind === 'click' && incoming.kind === 'click') {
    await carryOut(delivery, () => listener.run(interaction, incoming));
  } else if (listener.kind === 'type-ahead' && incoming.kind === 'type-ahead') {
    const options = await listener.options(interaction, incoming.text);
    if (await acknowledge({ options })) interaction.measured.answered();
  } else if (listener.kind === 'submission' && incoming.kind === 'submission') {
    await answerSubmission({ form: listener.form, interaction, submitted: incoming }, delivery);
  } else if (listener.kind === 'event' && incoming.kind === 'event') {
    // An event asks for nothing, so a failure is logged and told to nobody.
    await listener.run(interaction, incoming);
  } else {
    throw new Error(`a ${incoming.kind} reached a listener for a ${listener.kind}`);
  }
}

async function carryOut(
  { interaction, acknowledge }: PassedDelivery,
  run: () => Promise<void>,
): Promise<void> {
  await acknowledge();
  try {
    await run();
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
