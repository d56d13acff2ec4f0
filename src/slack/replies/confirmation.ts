import type { ChannelId } from '../../ids.ts';
import { type Message, message, withFootnote } from '../../messages/kit/message.ts';
import { channel as channelName, type Sentence, say } from '../../messages/kit/sentence.ts';
import { isDirect } from '../connection/conversations.ts';
import type { Interaction } from './interaction.ts';
import type { Delivered } from './reply.ts';

/**
 * Tells that a change was made: where the request's results go, and in `CONFIRMATIONS_CHANNEL`. The change has
 * happened by then, so a channel that does not take the copy is told to the caller and fails nothing.
 */
export async function confirm(interaction: Interaction, confirmation: Message): Promise<Delivered> {
  const delivered = await interaction.reply.result(confirmation);
  const { confirmationsChannel } = interaction.services;
  const there = delivered.kind === 'channel' && delivered.channel === confirmationsChannel;
  if (!there) await confirmElsewhere(interaction, confirmation);
  return delivered;
}

/** Tells of a change in `CONFIRMATIONS_CHANNEL` alone, where its result is to be seen already. */
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

/** What is said where a confirmation is missing. @param channel `CONFIRMATIONS_CHANNEL`, which did not take it */
export function unconfirmed(channel: ChannelId): Sentence {
  return say`The confirmation couldn't be posted in ${channelName(channel)}. Ask the bot's operator to check that the bot is in that channel and no other company is.`;
}

function whereFrom({ origin: { channel } }: Interaction): Sentence {
  if (channel === null) return say`Requested from the Home tab.`;
  return isDirect(channel) ? say`Requested in a direct message.` : say`Requested in ${channelName(channel)}.`;
}
