import { type ApprovalRequest, RequestId, verbOf } from '../../approvals/request.ts';
import type { ChannelId } from '../../ids.ts';
import { APPROVE, CANCEL, DENY, RETRY } from '../../messages/approval-message.ts';
import { targetText } from '../../messages/approval-text.ts';
import { Refusal } from '../../messages/failure-text.ts';
import { message } from '../../messages/kit/message.ts';
import { richText, type Sentence, say } from '../../messages/kit/sentence.ts';
import { infinitive } from '../../messages/verb-text.ts';
import { noLongerWorks } from '../../slack/carried.ts';
import type { Listener } from '../../slack/gate/listeners.ts';
import type { Interaction } from '../../slack/replies/interaction.ts';
import { noticeView, openWhenReady } from '../../slack/replies/modal.ts';
import { formListener, viewOf } from '../form.ts';
import { REASON, reasonFromForm, reasonInput } from '../inputs/reason.ts';
import { refuseWhoItIsAbout } from './about-you.ts';
import { doneText, objectionText } from './answer-text.ts';
import { openRequests } from './approvals.ts';

const DENIAL = { id: 'approvals.deny-form', title: 'Deny a request', submit: 'Deny', mainBlockId: REASON };

/** The listeners of a request's buttons, but for **Lock now**. */
export const decisions: readonly Listener[] = [
  stepListener(APPROVE, 'approve'),
  stepListener(CANCEL, 'cancel'),
  stepListener(RETRY, 'retry'),
  requestButtonListener(DENY, async ({ interaction, id }) => {
    const { approvals } = interaction.services;
    await openWhenReady(interaction, DENIAL.title, async () => {
      await refuseWhoItIsAbout(interaction, id);
      // Who cannot deny the request is told so before they write down a reason.
      const objection = await approvals.objectionToDenying(id, interaction.caller.memberId);
      return objection === null
        ? await denyForm(interaction, id)
        : noticeView(DENIAL.title, objectionText(objection, approvals.policy));
    });
  }),
  formListener(DENIAL, {
    async work(interaction, { values, subject }) {
      const id = RequestId.safeParse(subject).data;
      if (!id) throw noLongerWorks('form', 'approvals');
      const { approvals } = interaction.services;
      await refuseWhoItIsAbout(interaction, id);
      const answer = await approvals.deny(id, interaction.caller.memberId, reasonFromForm(values));
      if (answer.kind !== 'step') throw new Refusal(objectionText(answer, approvals.policy));
      const { channel } = answer.request;
      if (interaction.origin.channel === channel) return { kind: 'channel', channel };
      return await interaction.reply.privately(message(doneText(answer.request, approvals.policy)));
    },
    async again(interaction, { values, subject }, problem) {
      const id = RequestId.safeParse(subject).data;
      return id
        ? await denyForm(interaction, id, values[REASON], problem)
        : noticeView(DENIAL.title, problem);
    },
  }),
];

async function denyForm(
  interaction: Interaction,
  id: RequestId,
  reason: string | null = null,
  problem?: Sentence,
) {
  const open = await interaction.services.approvals.get(id);
  const about = open ? say` to ${infinitive(verbOf(open.action), targetText(open))}` : say``;
  const blocks = [richText(say`This closes the request${about}.`), reasonInput('Reason', reason)];
  return viewOf(DENIAL, interaction.origin, { subject: id, onTop: problem, blocks });
}

/** Takes a step, and tells the caller what it did, unless the request's message shows it to them. */
function stepListener(actionId: string, step: 'approve' | 'cancel' | 'retry'): Listener {
  return requestButtonListener(actionId, async ({ interaction, id, seenAt }) => {
    const { approvals } = interaction.services;
    if (step !== 'cancel') await refuseWhoItIsAbout(interaction, id);
    const answer = await approvals[step](id, interaction.caller.memberId);
    if (answer.kind !== 'step') {
      await interaction.reply.privately(message(objectionText(answer, approvals.policy)));
    } else if (!isShown(seenAt, answer.request)) {
      await interaction.reply.privately(message(doneText(answer.request, approvals.policy)));
    }
  });
}

/** A click on a button of an approval request. */
type RequestClick = {
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
        await act({ interaction, id: id.data, seenAt });
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

/** Whether the click was on the request's message, which shows what the click did, and its thread as well. */
export function isShown(seenAt: RequestClick['seenAt'], { channel }: ApprovalRequest): boolean {
  return seenAt !== null && seenAt.channel === channel;
}
