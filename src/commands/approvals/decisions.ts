import { RequestId, verbOf } from '../../approvals/request.ts';
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
import { requestButtonListener, tellAnswer } from './request-button.ts';

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
