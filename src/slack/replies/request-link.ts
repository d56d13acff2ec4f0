import type { ApprovalRequest } from '../../approvals/request.ts';
import type { ChannelId } from '../../ids.ts';
import { Refusal } from '../../messages/failure-text.ts';
import { channel as channelName, code, link, type Sentence, say } from '../../messages/kit/sentence.ts';
import { isDirect } from '../connection/conversations.ts';
import type { Interaction } from './interaction.ts';
import type { Services } from './services.ts';

/**
 * Where a request is shown to those who may approve it: `APPROVALS_CHANNEL`, else where it was asked for.
 *
 * @throws {Refusal} where no one else could see it, or people of another company could
 */
export async function approvalPlace(interaction: Interaction): Promise<ChannelId> {
  const { services, origin } = interaction;
  if (services.approvalsChannel !== null) return await unshared(services.approvalsChannel, interaction);
  const { channel } = origin;
  if (channel === null || isDirect(channel)) {
    throw new Refusal(
      say`Approvers can't see this conversation. Run the command in a channel they're in, or ask the bot's operator to set an approvals channel.`,
    );
  }
  if (origin.private) {
    throw new Refusal(
      say`Approvers can't see a private request. Leave ${code('--private')} out, or ask the bot's operator to set an approvals channel.`,
    );
  }
  return await unshared(channel, interaction);
}

/** A channel the bot is not in passes: whether it may post there, only posting tells. */
async function unshared(channel: ChannelId, { services, caller }: Interaction): Promise<ChannelId> {
  switch (await services.conversations.audience(channel, caller)) {
    case 'own-workspace':
    case 'hidden':
      return channel;
    case 'unknown':
      throw new Refusal(
        say`Slack didn't say who can read ${channelName(channel)}. Nothing was requested. Try again in a minute.`,
      );
    case 'other-companies':
      throw new Refusal(
        say`People of another company are in ${channelName(channel)}, so requests aren't posted there. Run the command in another channel, or ask the bot's operator to set an approvals channel without them.`,
      );
  }
}

/**
 * Where a request is shown that nobody has to approve: where its result would be, or to the caller alone.
 *
 * @throws {Refusal} where Slack does not say where that is
 */
export async function resultPlace(interaction: Interaction): Promise<ChannelId> {
  const { services, origin, caller } = interaction;
  const { approvalsChannel, conversations } = services;
  if (approvalsChannel !== null) return await unshared(approvalsChannel, interaction);
  const { channel } = origin;
  const shared = channel !== null && !origin.private;
  if (shared && (await conversations.audience(channel, caller)) === 'own-workspace') return channel;
  const direct = await conversations.directMessage(caller);
  if (direct === null) {
    throw new Refusal(
      say`Slack didn't open a direct message with you. Nothing was requested. Try again in a minute.`,
    );
  }
  return direct;
}

/** A request's id and channel, as a link once its message is known to be posted. */
export async function whereRequestIs(
  { approvals, conversations }: Pick<Services, 'approvals' | 'conversations'>,
  { id, channel }: ApprovalRequest,
): Promise<Sentence> {
  const where = isDirect(channel) ? say`direct messages` : say`${channelName(channel)}`;
  const plainly = say`${code(id)} in ${where}`;
  const place = await approvals.messageOf(id);
  const url = place && (await conversations.linkTo(place.channel, place.ts));
  return url ? say`${link(`request ${id}`, url)} in ${where}` : plainly;
}
