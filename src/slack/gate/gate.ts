import type { App } from '@slack/bolt';
import { type ChannelId, newReference } from '../../ids.ts';
import { code, type Sentence, say } from '../../messages/kit/sentence.ts';
import type { InFlight } from '../../observability/in-flight.ts';
import { type InteractionOutcome, MeasuredInteraction } from '../../observability/measured-interaction.ts';
import { trace } from '../../observability/trace.ts';
import { within } from '../../observability/within.ts';
import {
  type Caller,
  GROUP_CHANGED,
  type Incoming,
  type IncomingOf,
  MEMBER_CHANGED,
  readIncoming,
} from '../incoming.ts';
import { interactionOf } from '../replies/interaction.ts';
import { noticeView } from '../replies/modal.ts';
import type { Services } from '../replies/services.ts';
import {
  type AccessPolicy,
  type AskSlack,
  authorize,
  denial,
  type Verdict,
  whyOutside,
} from './authorization.ts';
import { acknowledgeOf, hear, type Listener } from './listeners.ts';
import { turnAway } from './turn-away.ts';

type Gate = {
  policy: AccessPolicy;
  listeners: readonly Listener[];
  services: Services;
  confirmsMembership: AskSlack['confirmsMembership'];
  inFlight: InFlight;
  /** Aborted when the bot stops. Work in progress is finished, nothing new starts. */
  stopping: AbortSignal;
};

/** Stands before every listener. Turns away who is not allowed and what has no listener, and says why. */
export function installGate(app: App, gate: Gate): void {
  const { policy, listeners, services, confirmsMembership, inFlight, stopping } = gate;
  const { metrics } = services;
  const repeats = new Repeats();
  const known = new Map(listeners.map((listener) => [`${listener.kind} ${listener.id}`, listener]));
  const asking = {
    patience: services.times.membershipWithin,
    isDirectMessage: (channel: ChannelId, caller: Caller) =>
      services.conversations.isDirectMessage(channel, caller),
    confirmsMembership,
  };
  app.use(async ({ next }) => {
    await inFlight.track(next());
  });
  app.use(async (args) => {
    const takenAt = performance.now();
    const incoming = readIncoming(args.body);
    // Most of them concern nobody, so nothing else is done for them.
    if (incoming?.kind === 'event' && incoming.id === MEMBER_CHANGED) {
      return heardOfMember(incoming, policy, services);
    }
    const reference = newReference();
    trace({ interaction: reference });
    const log = services.log.child(incoming === null ? {} : described(incoming));
    const ack = 'ack' in args ? args.ack : undefined;
    if (incoming === null) {
      log.warn('a delivery of an unknown form was refused');
      metrics.deliveryRefused('form');
      await acknowledgeOf(ack, log)();
      return;
    }
    if (incoming.kind === 'event' && incoming.id === GROUP_CHANGED) {
      return heardOfGroup(incoming, policy, services);
    }
    const listener = known.get(`${incoming.kind} ${incoming.id}`);
    trace({ request: listener?.requestIn?.(carriedBy(incoming)) ?? null });
    // What a command is for is not known before its words are read.
    const name = listener && incoming.kind !== 'command' ? incoming.id : 'unknown';
    const measured = new MeasuredInteraction(metrics, incoming.kind, name);
    const acknowledge = acknowledgeOf(ack, log, () => measured.acknowledged());
    const refuse = async (outcome: InteractionOutcome, why: Sentence) => {
      measured.turnedAway(outcome);
      await turnAway(services, incoming, { acknowledge, reference, measured }, why);
    };
    const first = await authorize(incoming, policy, asking);
    const verdict = first.allowed ? first : await exception(incoming, listener, first, { gate, asking });
    if (!verdict.allowed) {
      log.warn({ reason: verdict.reason }, 'denied');
      metrics.callerRefused(verdict.reason);
      return await refuse('denied', denial(verdict.reason, policy));
    }
    if (!listener) {
      log.warn('nobody listens for this');
      return await refuse('outdated', OUTDATED);
    }
    if (stopping.aborted) {
      log.info('not taken, the bot is stopping');
      return await refuse('stopping', RESTARTING);
    }
    if ('triggerId' in incoming && incoming.triggerId && repeats.isRepeat(incoming.triggerId)) {
      log.info('the same delivery once more is not carried out again');
      measured.turnedAway('repeated');
      await acknowledge(
        incoming.kind === 'submission' ? { response_action: 'update', view: UNDER_WAY } : undefined,
      );
      return;
    }
    log.info('taken');
    const interaction = interactionOf(services, incoming, { caller: verdict.caller, reference, measured });
    const waited = performance.now() - takenAt;
    await hear({ listener, interaction, incoming, acknowledge, waited });
  });
}

/**
 * A button may be for one more member, who belongs to the bot's workspace. Where Slack doesn't say who they are in time,
 * they are refused.
 */
async function exception(
  incoming: Incoming,
  listener: Listener | undefined,
  refused: Extract<Verdict, { allowed: false }>,
  { gate: { policy, services }, asking }: { gate: Gate; asking: AskSlack },
): Promise<Verdict> {
  const { sender } = incoming;
  if (refused.reason !== 'not-a-bot-admin' || sender === null) return refused;
  if (incoming.kind !== 'click' || listener?.kind !== 'click' || !listener.alsoFor) return refused;
  if ((await whyOutside(sender, policy, asking.confirmsMembership)) !== null) return refused;
  const { memberId } = sender;
  const allowed = listener.alsoFor(services, memberId, incoming.value);
  const isAllowed = (await within(allowed, asking.patience)) === true;
  return isAllowed ? { allowed: true, caller: { memberId } } : refused;
}

/** The door of what has no caller: it answers nobody, and changes nothing but how old an answer of Slack's may be. */
function heardOfGroup(
  { group, groupTeam }: IncomingOf<'event'>,
  { teamId }: AccessPolicy,
  { botAdmins, log }: Services,
): void {
  if (group === null || groupTeam !== teamId || !botAdmins.groupChanged(group)) return;
  log.info({ group }, 'a user group of bot admins has changed');
}

/** The same for what has changed about a member. */
function heardOfMember(
  { changed, team }: IncomingOf<'event'>,
  { teamId }: AccessPolicy,
  { leavers }: Services,
): void {
  if (changed === null || team !== teamId) return;
  const hasLeft = changed.deleted === true || changed.enterprise_user?.teams?.includes(teamId) === false;
  leavers.changed({ member: changed.id, hasLeft, address: changed.profile?.email ?? null });
}

const OUTDATED = say`This no longer works, or is disabled in this workspace. Start again with ${code('/fastly-user help')}.`;

const RESTARTING = say`The bot is restarting. Nothing was done. Try again in a minute.`;
const UNDER_WAY = noticeView('One moment', say`Already in progress. The result will appear shortly.`);

/** The parts of a delivery that may be logged. Never what was typed. */
function described(incoming: Incoming): object {
  return {
    delivery: incoming.kind,
    id: incoming.id,
    caller: incoming.sender?.memberId ?? null,
    team: incoming.sender?.teamId ?? null,
    ...(incoming.sender?.organisations.length && { organisations: incoming.sender.organisations }),
  };
}

function carriedBy(incoming: Incoming): string | null {
  if (incoming.kind === 'click') return incoming.value;
  return incoming.kind === 'submission' ? incoming.subject : null;
}

const MOST_REMEMBERED = 10_000;

/** Recognises by its `trigger_id` what Socket Mode delivers twice around a reconnect; in this process only. */
class Repeats {
  readonly #seen = new Set<string>();

  /** Whether this id was seen before. Remembers it. */
  isRepeat(triggerId: string): boolean {
    if (this.#seen.has(triggerId)) return true;
    this.#seen.add(triggerId);
    const [oldest] = this.#seen;
    if (this.#seen.size > MOST_REMEMBERED && oldest !== undefined) this.#seen.delete(oldest);
    return false;
  }
}
