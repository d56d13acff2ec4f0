import type { Answer } from '../../approvals/approvals.ts';
import { type ApprovalRequest, RequestId } from '../../approvals/request.ts';
import type { ChannelId } from '../../ids.ts';
import { message } from '../../messages/kit/message.ts';
import { noLongerWorks } from '../../slack/carried.ts';
import type { Listener } from '../../slack/gate/listeners.ts';
import type { Interaction } from '../../slack/replies/interaction.ts';
import { answerWords, successWords } from './answer-words.ts';
import { openRequests } from './approvals.ts';

/** A click on a button of an approval request. */
export type RequestClick = {
  request: Interaction;
  id: RequestId;
  /** The message it was on; null where only the caller sees that. */
  seenAt: { channel: ChannelId; ts: string } | null;
};

/** Listens for a button whose value is a request's id. Whatever the case is, the caller is told. */
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
        await act({ request: interaction, id: id.data, seenAt });
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

/** Tells the caller what came of their click. Where the request's own message shows it, that is enough. */
export async function tellAnswer({ request, seenAt }: RequestClick, answer: Answer): Promise<void> {
  if (answer.kind === 'step') {
    if (!isShown(seenAt, answer.request))
      await request.reply.privately(message(successWords(answer.request, request.services.approvals.policy)));
    return;
  }
  await request.reply.privately(message(answerWords(answer, request.services.approvals.policy)));
}

/** Whether the caller has the request's message, and with it its thread, before their eyes. */
export function isShown(seenAt: RequestClick['seenAt'], { channel }: ApprovalRequest): boolean {
  return seenAt !== null && seenAt.channel === channel;
}
