import type { App } from '@slack/bolt';
import type { ModalView } from '@slack/types';
import { type ChannelId, newReference } from '../../ids.ts';
import { type Message, message, withFootnote } from '../../messages/kit/message.ts';
import { code, type Sentence, say } from '../../messages/kit/sentence.ts';
import type { InFlight } from '../../observability/in-flight.ts';
import { type InteractionOutcome, MeasuredInteraction } from '../../observability/measured-interaction.ts';
import { trace } from '../../observability/trace.ts';
import {
  type Caller,
  GROUP_CHANGED,
  type Incoming,
  type IncomingOf,
  MEMBER_CHANGED,
  opensHome,
  readIncoming,
  type Sender,
} from '../incoming.ts';
import { withinAnswerTime } from '../replies/answer-time.ts';
import { type Interaction, interactionOf } from '../replies/interaction.ts';
import { noticeView } from '../replies/modal.ts';
import { OpenModal } from '../replies/open-modal.ts';
import type { Services } from '../replies/services.ts';
import {
  type AccessPolicy,
  type AskSlack,
  authorize,
  denial,
  type Verdict,
  whyOutside,
} from './authorization.ts';
import { type Acknowledge, acknowledgeOf, type Listener, PassedDelivery } from './listeners.ts';

export type Gate = {
  policy: AccessPolicy;
  listeners: readonly Listener[];
  services: Services;
  confirmsMembership: AskSlack['confirmsMembership'];
  inFlight: InFlight;
  /** Aborted when the bot stops. Work in progress is finished, nothing new starts. */
  stopping: AbortSignal;
};

/** Runs before every listener. Turns away who is not allowed and what has no listener, and says why. */
export function installGate(app: App, gate: Gate): void {
  const { policy, listeners, services, confirmsMembership, inFlight, stopping } = gate;
  const { metrics } = services;
  const repeats = new Repeats();
  const known = new Map(listeners.map((listener) => [`${listener.kind} ${listener.id}`, listener]));
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
    const isKnown = listener !== undefined;
    trace({ request: listener?.requestIn?.(carriedBy(incoming)) ?? null });
    // What a command is for is not known before its words are read.
    const name = isKnown && incoming.kind !== 'command' ? incoming.id : 'unknown';
    const measured = new MeasuredInteraction(metrics, incoming.kind, name);
    const acknowledge = acknowledgeOf(ack, log, () => measured.acknowledged());
    const refuse = async (outcome: InteractionOutcome, why: Sentence) => {
      measured.turnedAway(outcome);
      await turnAway(services, incoming, { acknowledge, reference, measured }, why);
    };
    const asking = {
      within: services.times.membershipWithin,
      isDirectMessage: (channel: ChannelId, caller: Caller) =>
        services.conversations.isDirectMessage(channel, caller),
      confirmsMembership,
    };
    const first = await authorize(incoming, policy, asking);
    const verdict = first.allowed ? first : await exception(incoming, listener, first, { gate, asking });
    if (!verdict.allowed) {
      log.warn({ reason: verdict.reason }, 'denied');
      metrics.callerRefused(verdict.reason);
      return await refuse('denied', denial(verdict.reason, policy));
    }
    if (!isKnown) {
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
    args.context.delivery = new PassedDelivery(
      listener,
      interaction,
      incoming,
      acknowledge,
      performance.now() - takenAt,
    );
    await args.next();
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
  const isAllowed = (await withinAnswerTime(allowed, { answerWithin: asking.within })) === true;
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

/** What a button or a form brings back. */
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

type Refused = Pick<Interaction, 'reference' | 'measured'> & { acknowledge: Acknowledge };

/** Tells only the caller why nothing happened. */
async function turnAway(
  services: Services,
  incoming: Incoming,
  { acknowledge, reference, measured }: Refused,
  why: Sentence,
): Promise<void> {
  const underIt = say`Reference ${code(reference)}`;
  const told = withFootnote(message(why), underIt);
  const view = noticeView('Not possible', why, underIt);
  switch (incoming.kind) {
    case 'command':
      await acknowledge({ response_type: 'ephemeral', ...told });
      return;
    case 'type-ahead':
      await acknowledge({ options: [] });
      return;
    case 'submission':
      await acknowledge({ response_action: 'update', view });
      return;
    case 'click':
      await acknowledge();
      return await turnClickAway(services, incoming, { told, view, why, reference, measured });
    case 'event': {
      const { sender, hash } = incoming;
      if (sender && opensHome(incoming)) await showAtHome(services, sender, hash, { told, why });
      return;
    }
    case 'view-closed':
    case 'shortcut':
      await acknowledge();
      return;
  }
}

/** A click is answered where it was. A view that has changed since or is closed stays; then there is a direct message. */
async function turnClickAway(
  services: Services,
  click: IncomingOf<'click'>,
  {
    told,
    view,
    why,
    ...delivery
  }: { told: Message; view: ModalView; why: Sentence } & Pick<Interaction, 'reference' | 'measured'>,
): Promise<void> {
  const { sender, place, responseUrl } = click;
  if (sender === null) {
    const response = { kind: 'post', visibleTo: 'caller', message: told } as const;
    if (responseUrl !== null) await services.posting.respond(responseUrl, response);
    return;
  }
  const interaction = interactionOf(services, click, { caller: sender, ...delivery });
  if (responseUrl === null) {
    if (place.kind === 'home' && (await showAtHome(services, sender, place.hash, { told, why }))) return;
    if (place.kind === 'modal') {
      const shown = await new OpenModal(place.viewId, place.hash).show(interaction, view);
      if (shown.kind === 'shown') return;
    }
  }
  await interaction.reply.privately(told);
}

/** False where the Home shows something newer by now, or Slack does not take it. */
async function showAtHome(
  { posting, log }: Services,
  { memberId }: Sender,
  hash: string | null,
  { told, why }: { told: Message; why: Sentence },
): Promise<boolean> {
  try {
    const published = await posting.publish(memberId, { type: 'home', blocks: told.blocks }, why, hash);
    return published.kind === 'shown';
  } catch (error) {
    log.info({ member: memberId, err: error }, 'a Home was left as it is');
    return false;
  }
}
