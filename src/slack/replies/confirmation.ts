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
  const isThere = 'channel' in delivered && delivered.channel === confirmationsChannel;
  if (!isThere) await confirmElsewhere(interaction, confirmation);
  return delivered;
}

/**
 * Posts a confirmation in `CONFIRMATIONS_CHANNEL` only, because its result is already visible. While Slack does not take
 * it, the caller does not wait for it.
 */
export async function confirmElsewhere(interaction: Interaction, confirmation: Message): Promise<void> {
  const { outbox, confirmationsChannel: copyTo } = interaction.services;
  if (copyTo === null) return;
  const log = interaction.log.child({ copyTo });
  const attempt = async () => {
    const why = await postCopy(interaction, copyTo, withFootnote(confirmation, whereFrom(interaction)));
    if (why === null) return;
    log.error({ why }, 'a confirmation could not be copied');
    await interaction.reply.privately(message(say`The change was made. ${unconfirmed(copyTo)}`));
  };
  await outbox.send(copyTo, { attempt, log }).catch((error: unknown) => {
    log.error({ err: error }, 'a confirmation could not be copied');
  });
}

/** Why Slack does not take the copy, or who reads along that may not; null when it is posted. */
async function postCopy(
  { services: { conversations, posting } }: Interaction,
  copyTo: ChannelId,
  copy: Message,
): Promise<string | null> {
  const audience = await conversations.audienceOfChannel(copyTo);
  if (audience === 'other-companies' || audience === 'unknown') return `who reads along there: ${audience}`;
  const posted = await posting.post(copyTo, copy);
  return posted.kind === 'refused' ? posted.word : null;
}

/** Says that a confirmation is missing. @param channel `CONFIRMATIONS_CHANNEL`, which refused it */
export function unconfirmed(channel: ChannelId): Sentence {
  return say`The confirmation couldn't be posted in ${channelName(channel)}. Ask the bot's operator to check that the bot is in that channel and no other company is.`;
}

function whereFrom({ origin: { channel } }: Interaction): Sentence {
  if (channel === null) return say`Requested from the Home tab.`;
  return isDirect(channel) ? say`Requested in a direct message.` : say`Requested in ${channelName(channel)}.`;
}
