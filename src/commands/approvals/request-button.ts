import type { Answer } from '../../approvals/approvals.ts';
import { type ApprovalRequest, RequestId } from '../../approvals/request.ts';
import type { ChannelId } from '../../ids.ts';
import { message } from '../../messages/kit/message.ts';
import { noLongerWorks } from '../../slack/carried.ts';
import type { Listener } from '../../slack/gate/listeners.ts';
import type { Interaction } from '../../slack/replies/interaction.ts';
import { doneText, objectionText } from './answer-text.ts';
import { openRequests } from './approvals.ts';

/** A click on a button of an approval request. */
export type RequestClick = {
  interaction: Interaction;
  id: RequestId;
  /** The message it was on; null where only the caller sees that. */
  seenAt: { channel: ChannelId; ts: string } | null;
};

/** Listens for a button whose value is a request's id. */
export function requestButtonListener(
  actionId: string,
  act: (click: RequestClick) => Promise<void>,
): Listener {
  return {
    kind: 'click',
    id: actionId,
    run: async (interaction, { value, place }) => {
      const id = RequestId.safeParse(value);
      if (!id.success) throw noLongerWorks('button', 'approvals');
      const seenAt =
        place.kind === 'message' && place.ts !== null ? { channel: place.channel, ts: place.ts } : null;
      try {
        await act({ interaction: interaction, id: id.data, seenAt });
        // What only the caller sees is the list of requests, which would show what was.
        if (place.kind === 'message' && place.ts === null) {
          await interaction.reply.replaceOriginal(await openRequests(interaction));
        }
      } finally {
        if (seenAt !== null) await interaction.services.approvals.seenAt(id.data, seenAt);
      }
    },
  };
}

/** Tells the caller what their click did, unless the request's message shows it to them. */
export async function tellAnswer({ interaction, seenAt }: RequestClick, answer: Answer): Promise<void> {
  if (answer.kind === 'step') {
    if (!isShown(seenAt, answer.request))
      await interaction.reply.privately(
        message(doneText(answer.request, interaction.services.approvals.policy)),
      );
    return;
  }
  await interaction.reply.privately(message(objectionText(answer, interaction.services.approvals.policy)));
}

/** Whether the click was on the request's message, which shows what the click did, and its thread as well. */
export function isShown(seenAt: RequestClick['seenAt'], { channel }: ApprovalRequest): boolean {
  return seenAt !== null && seenAt.channel === channel;
}
