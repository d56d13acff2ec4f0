import type { Button } from '@slack/types';
import type { ChannelId } from '../../ids.ts';
import { type Message, message, withButtons, withFootnote } from '../../messages/kit/message.ts';
import { channel as channelName, type Sentence, say } from '../../messages/kit/sentence.ts';
import { isDirect } from '../connection/conversations.ts';
import type { Interaction } from './interaction.ts';
import type { Delivered } from './reply.ts';

/**
 * Posts the confirmation of a change where the interaction's results go, and in `CONFIRMATIONS_CHANNEL`. The change is
 * made by then, so a failed copy is only reported to the caller.
 *
 * @param buttons what it offers; a copy offers nothing
 */
export async function confirm(
  interaction: Interaction,
  confirmation: Message,
  buttons: readonly Button[] = [],
): Promise<Delivered> {
  const delivered = await interaction.reply.result(withButtons(confirmation, buttons));
  const { confirmationsChannel } = interaction.services;
  const there = delivered.kind === 'channel' && delivered.channel === confirmationsChannel;
  if (!there) await confirmElsewhere(interaction, confirmation);
  return delivered;
}

/** Posts a confirmation in `CONFIRMATIONS_CHANNEL` only, because its result is already visible. */
export async function confirmElsewhere(interaction: Interaction, confirmation: Message): Promise<void> {
  const { conversations, posting, confirmationsChannel: copyTo } = interaction.services;
  if (copyTo === null) return;
  try {
    const audience = await conversations.audienceOfChannel(copyTo);
    if (audience === 'other-companies' || audience === 'unknown') {
      throw new Error(`who reads along in CONFIRMATIONS_CHANNEL: ${audience}`);
    }
    const copy = withFootnote(confirmation, whereFrom(interaction));
    const posted = await posting.post(copyTo, copy);
    if (posted.kind === 'refused') throw new Error(posted.word);
  } catch (error) {
    interaction.log.error({ err: error, copyTo }, 'a confirmation could not be copied');
    await interaction.reply.privately(message(say`The change was made. ${unconfirmed(copyTo)}`));
  }
}

/** Says that a confirmation is missing. @param channel `CONFIRMATIONS_CHANNEL`, which refused it */
export function unconfirmed(channel: ChannelId): Sentence {
  return say`The confirmation couldn't be posted in ${channelName(channel)}. Ask the bot's operator to check that the bot is in that channel and no other company is.`;
}

function whereFrom({ origin: { channel } }: Interaction): Sentence {
  if (channel === null) return say`Requested from the Home tab.`;
  return isDirect(channel) ? say`Requested in a direct message.` : say`Requested in ${channelName(channel)}.`;
}
