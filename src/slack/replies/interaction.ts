import type { Logger } from 'pino';
import { z } from 'zod';
import { ChannelId } from '../../ids.ts';
import type { MeasuredInteraction } from '../../observability/measured-interaction.ts';
import type { Origin } from '../carried.ts';
import type { Caller, Incoming } from '../incoming.ts';
import { ReadUsers } from './read-users.ts';
import { Reply } from './reply.ts';
import type { Services } from './services.ts';

/** What an interaction is made of. */
type Parts = {
  /** Names this interaction in the log, as `interaction`, and in what the caller is told. */
  reference: string;
  /** The same when Slack delivers the same command, click or form twice: a change is made once for each. */
  deliveryKey: string;
  /** Opens one modal, within 3 seconds (docs.slack.dev, modals); empty where the delivery has none. */
  triggerId: string;
  caller: Caller;
  origin: Origin;
  users: ReadUsers;
  measured: MeasuredInteraction;
  services: Services;
};

/** One delivery of an authorized caller: who asks, where, and the way to answer. The gate makes it, once. */
export type Interaction = Readonly<Parts> & {
  readonly reply: Reply;
  readonly log: Logger;
  /** The message whose button was clicked; null where nothing was clicked. */
  readonly original: Original | null;
  /** The same interaction, which replaces a message that was clicked before. */
  replacing(original: Original): Interaction;
  /** The same interaction, with its result for the caller alone or for the channel. */
  shownTo(origin: Pick<Origin, 'private'>): Interaction;
};

/** A message that a click's response URL replaces, and the channel that it is in. */
export const Original = z.object({ responseUrl: z.url(), channel: ChannelId });
export type Original = z.infer<typeof Original>;

function interactionFrom(parts: Parts, responseUrl: string | null): Interaction {
  const { services, caller, origin } = parts;
  const { channel } = origin;
  const log = services.log.child({ caller: caller.memberId, channel });
  return {
    ...parts,
    reply: new Reply(services, log, { ...parts, responseUrl }),
    log,
    original: responseUrl === null || channel === null ? null : { responseUrl, channel },
    replacing: (original) =>
      interactionFrom({ ...parts, origin: { ...origin, channel: original.channel } }, original.responseUrl),
    shownTo: ({ private: alone }) =>
      interactionFrom({ ...parts, origin: { ...origin, private: alone } }, responseUrl),
  };
}

/** Its result is for the caller alone, until a flag or a button says otherwise; a form brings its origin along. */
export function interactionOf(
  services: Services,
  incoming: Incoming,
  { caller, reference, measured }: Pick<Interaction, 'caller' | 'reference' | 'measured'>,
): Interaction {
  const triggerId = ('triggerId' in incoming && incoming.triggerId) || '';
  const parts = {
    services,
    reference,
    // A view can be submitted once; its trigger_id differs when Slack delivers the submission again.
    deliveryKey: (incoming.kind === 'submission' ? incoming.viewId : triggerId) || reference,
    triggerId,
    caller,
    measured,
    origin: originOf(incoming),
    users: new ReadUsers(services.fastly, services.directory, services.liveTokensOf),
  };
  return interactionFrom(parts, 'responseUrl' in incoming ? incoming.responseUrl : null);
}

function originOf(incoming: Incoming): Origin {
  // A form that does not say where it came from was not opened by this version of the bot.
  if (incoming.kind === 'submission' && incoming.origin) return incoming.origin;
  const place = incoming.kind === 'click' ? incoming.place : incoming;
  return { channel: 'channel' in place ? place.channel : null, private: true };
}
