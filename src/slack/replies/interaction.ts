import type { Logger } from 'pino';
import { z } from 'zod';
import { ChannelId } from '../../ids.ts';
import type { MeasuredInteraction } from '../../observability/measured-interaction.ts';
import type { Origin } from '../carried.ts';
import type { Caller, Incoming } from '../incoming.ts';
import { ReadUsers } from './read-users.ts';
import { Reply } from './reply.ts';
import type { Services } from './services.ts';

/** One delivery of an authorized caller: who asks, where, and the way to answer. The gate makes it, once. */
export class Interaction {
  /** Names this interaction in the log, as `interaction`, and in what the caller is told. */
  readonly reference: string;
  /** The same when Slack delivers the same command, click or form twice: a change is made once for each. */
  readonly deliveryKey: string;
  /** Opens one modal, within 3 seconds (docs.slack.dev, modals); empty where the delivery has none. */
  readonly triggerId: string;
  readonly caller: Caller;
  readonly origin: Origin;
  readonly reply: Reply;
  readonly users: ReadUsers;
  readonly services: Services;
  readonly measured: MeasuredInteraction;
  readonly log: Logger;
  readonly #parts: Parts;

  constructor(services: Services, parts: Parts) {
    this.#parts = parts;
    this.reference = parts.reference;
    this.deliveryKey = parts.deliveryKey;
    this.triggerId = parts.triggerId;
    this.caller = parts.caller;
    this.origin = parts.origin;
    this.users = parts.users;
    this.measured = parts.measured;
    this.services = services;
    const { caller, origin } = parts;
    this.log = services.log.child({ caller: caller.memberId, channel: origin.channel });
    this.reply = new Reply(services, this.log, parts);
  }

  /** The message whose button was clicked; null where nothing was clicked. */
  get original(): Original | null {
    const { responseUrl } = this.#parts;
    const { channel } = this.origin;
    return responseUrl === null || channel === null ? null : { responseUrl, channel };
  }

  /** The same interaction, which replaces a message that was clicked before. */
  replacing({ responseUrl, channel }: Original): Interaction {
    return new Interaction(this.services, {
      ...this.#parts,
      responseUrl,
      origin: { ...this.origin, channel },
    });
  }

  /** The same interaction, with its result for the caller alone or for the channel. */
  shownTo({ private: alone }: Pick<Origin, 'private'>): Interaction {
    return new Interaction(this.services, { ...this.#parts, origin: { ...this.origin, private: alone } });
  }
}

/** A message that a click's response URL replaces, and the channel that it is in. */
export const Original = z.object({ responseUrl: z.url(), channel: ChannelId });
export type Original = z.infer<typeof Original>;

type Parts = Pick<
  Interaction,
  'reference' | 'deliveryKey' | 'triggerId' | 'caller' | 'origin' | 'users' | 'measured'
> & {
  responseUrl: string | null;
};

/** Its result is for the caller alone, until a flag or a button says otherwise; a form brings its origin along. */
export function interactionOf(
  services: Services,
  incoming: Incoming,
  { caller, reference, measured }: Pick<Interaction, 'caller' | 'reference' | 'measured'>,
): Interaction {
  const triggerId = ('triggerId' in incoming && incoming.triggerId) || '';
  return new Interaction(services, {
    reference,
    // A view can be submitted once; its trigger_id differs when Slack delivers the submission again.
    deliveryKey: (incoming.kind === 'submission' ? incoming.viewId : triggerId) || reference,
    triggerId,
    caller,
    measured,
    origin: originOf(incoming),
    users: new ReadUsers(services.fastly, services.directory, services.liveTokensOf),
    responseUrl: 'responseUrl' in incoming ? incoming.responseUrl : null,
  });
}

function originOf(incoming: Incoming): Origin {
  // A form that does not say where it came from was not opened by this version of the bot.
  if (incoming.kind === 'submission' && incoming.origin) return incoming.origin;
  const place = incoming.kind === 'click' ? incoming.place : incoming;
  return { channel: 'channel' in place ? place.channel : null, private: true };
}
