import type { StepResult } from '../../approvals/approvals.ts';
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
import { formView, noticeView, openWhenReady } from '../../slack/replies/modal.ts';
import { givenReason, REASON, reasonInput } from '../inputs/reason.ts';
import { doneText, objectionText } from './answer-text.ts';
import { openRequests } from './approvals.ts';

const TITLE = 'Deny a request';

/** The listeners of a request's buttons, but for **Lock now**. */
export const decisions: readonly Listener[] = [
  requestButtonListener(APPROVE, async (click) => {
    const { services, caller } = click.interaction;
    await tellAnswer(click, await services.approvals.approve(click.id, caller.memberId));
  }),
  requestButtonListener(CANCEL, async (click) => {
    const { services, caller } = click.interaction;
    await tellAnswer(click, await services.approvals.cancel(click.id, caller.memberId));
  }),
  requestButtonListener(RETRY, async (click) => {
    const { services, caller } = click.interaction;
    await tellAnswer(click, await services.approvals.retry(click.id, caller.memberId));
  }),
  requestButtonListener(DENY, async ({ interaction, id }) => {
    await openWhenReady(interaction, TITLE, async () => {
      const objection = await objectionToDenying(interaction, id);
      return objection === null ? await denyForm(interaction, id) : noticeView(TITLE, objection);
    });
  }),
  {
    kind: 'submission',
    id: 'approvals.deny-form',
    form: {
      title: TITLE,
      mainBlockId: REASON,
      async work(interaction, { values, subject }) {
        const id = RequestId.safeParse(subject).data;
        if (!id) throw noLongerWorks('form', 'approvals');
        const { approvals } = interaction.services;
        const answer = await approvals.deny(id, interaction.caller.memberId, givenReason(values));
        if (answer.kind !== 'step') throw new Refusal(objectionText(answer, approvals.policy));
        const { channel } = answer.request;
        if (interaction.origin.channel === channel) return { kind: 'channel', channel };
        return await interaction.reply.privately(message(doneText(answer.request, approvals.policy)));
      },
      async again(interaction, { values, subject }, problem) {
        const id = RequestId.safeParse(subject).data;
        return id ? await denyForm(interaction, id, values[REASON], problem) : noticeView(TITLE, problem);
      },
    },
  },
];

/** Why the caller cannot deny the request, told before they write down a reason. */
async function objectionToDenying(
  { services, caller }: Interaction,
  id: RequestId,
): Promise<Sentence | null> {
  const { approvals } = services;
  const objection = await approvals.objectionToDenying(id, caller.memberId);
  return objection === null ? null : objectionText(objection, approvals.policy);
}

async function denyForm(
  interaction: Interaction,
  id: RequestId,
  reason: string | null = null,
  problem?: Sentence,
) {
  const open = await interaction.services.approvals.get(id);
  const about = open
    ? say`This closes the request to ${infinitive(verbOf(open.action), targetText(open))}.`
    : say`This closes the request.`;
  return formView({
    callbackId: 'approvals.deny-form',
    title: TITLE,
    submit: 'Deny',
    origin: interaction.origin,
    subject: id,
    blocks: [
      ...(problem ? [richText(say`⚠️ ${problem}`)] : []),
      richText(about),
      reasonInput('Reason', reason ?? null),
    ],
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
async function tellAnswer({ interaction, seenAt }: RequestClick, answer: StepResult): Promise<void> {
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
