import type { KnownBlock, ModalView } from '@slack/types';
import { z } from 'zod';
import { tokensKey } from '../../approvals/action.ts';
import { mayDecide } from '../../approvals/approvers.ts';
import type { ApprovalPolicy } from '../../approvals/policy.ts';
import { type ApprovalRequest, RequestId } from '../../approvals/request.ts';
import type { Message } from '../../messages/kit/message.ts';
import { label } from '../../messages/kit/plain.ts';
import { richText, type Sentence } from '../../messages/kit/sentence.ts';
import { within } from '../../observability/within.ts';
import { codecFor, readJson } from '../../slack/carried.ts';
import type { Listener } from '../../slack/gate/listeners.ts';
import type { FormValues } from '../../slack/incoming.ts';
import type { Interaction } from '../../slack/replies/interaction.ts';
import { noticeView, openModal, openWhenReady } from '../../slack/replies/modal.ts';
import type { Delivered } from '../../slack/replies/reply.ts';
import { formListener, viewOf } from '../form.ts';
import { REASON, reasonFromForm, reasonInput } from '../inputs/reason.ts';
import { isShown, type RequestClick, requestButtonListener, showListAgain } from './request-button.ts';

/** A step of a request that a button opens a form for: the form says what will happen, and takes a comment. */
export type StepForm = {
  actionId: string;
  title: string;
  submit: string;
  close: string;
  comment: string;
  says(request: ApprovalRequest, policy: ApprovalPolicy): readonly [Sentence, ...Sentence[]];
  /** What else the form has. @param values what was filled in, where it is drawn again */
  more?(interaction: Interaction, request: ApprovalRequest, values: FormValues): Promise<KnownBlock[]>;
  /** Asked at the click, with the request as it stands. @throws {Refusal} where the caller can't take the step */
  check(interaction: Interaction, id: RequestId): Promise<ApprovalRequest>;
  /**
   * Checks everything again and takes the step. `seen`: the tokens that the form showed, as `tokensKey`.
   *
   * @throws {Refusal}
   */
  take(
    interaction: Interaction,
    id: RequestId,
    filled: { comment: string | null; seen: string; values: FormValues },
  ): Promise<Taken>;
};

/**
 * The request after a step, and what the caller is told unless they see its message, which shows the step. `delivered`:
 * they have been told.
 */
type Taken = { request: ApprovalRequest } & ({ told: Message; isShown: boolean } | { delivered: Delivered });

/** The request a form is about, and where its button was. It comes back as input. */
const AboutSchema = z.object({
  request: RequestId,
  /** Whether the button was on the request's message. */
  shown: z.boolean(),
  listUrl: z.url().nullable(),
  /** The tokens that the form shows, as `tokensKey`. */
  tokens: z.string().max(64).default(''),
});
type About = z.infer<typeof AboutSchema>;
const About = codecFor('form', AboutSchema, 'approvals');

export function stepListeners(step: StepForm): Listener[] {
  const form = { id: `${step.actionId}-form`, title: step.title, mainBlockId: REASON };
  const submission = formListener(form, {
    async work(interaction, { values, subject }) {
      const about = About.read(subject);
      try {
        const comment = reasonFromForm(values, step.comment.toLowerCase());
        const taken = await step.take(interaction, about.request, { comment, seen: about.tokens, values });
        return await answer(interaction, about, taken);
      } finally {
        if (about.listUrl !== null) await showListAgain(interaction, about.listUrl);
      }
    },
    async again(interaction, { values, subject }, problem) {
      const about = About.read(subject);
      const request = await interaction.services.approvals.get(about.request);
      return request
        ? await formOf(step, interaction, { about, request, values, problem })
        : noticeView(step.title, problem);
    },
  });
  return [
    requestButtonListener(step.actionId, (click) => openForm(step, click)),
    { ...submission, requestIn: (subject) => readJson(AboutSchema, subject)?.request ?? null },
  ];
}

/**
 * Checks the click, then opens the form. A refusal is private as long as the `trigger_id` surely lives; where the check
 * takes longer than that, a waiting form is opened and becomes the form, or says why there is none.
 */
async function openForm(step: StepForm, { interaction, id, seenAt, listUrl }: RequestClick): Promise<'form'> {
  const { times } = interaction.services;
  const checked = step.check(interaction, id).then(async (request) => {
    const tokens = tokensKey(request.action);
    const about = { request: id, shown: isShown(seenAt, request), listUrl, tokens };
    return await formOf(step, interaction, { about, request, values: {} });
  });
  const inTime = await within(checked, times.answerWithin / 2);
  if (inTime !== null) await openModal(interaction, inTime);
  else await openWhenReady(interaction, step.title, () => checked);
  return 'form';
}

async function formOf(
  { actionId, title, submit, close, comment: commentLabel, says, more }: StepForm,
  interaction: Interaction,
  filled: { about: About; request: ApprovalRequest; values: FormValues; problem?: Sentence },
): Promise<ModalView> {
  const { about, request, values, problem } = filled;
  const { policy } = interaction.services.approvals;
  const further = (await more?.(interaction, request, values)) ?? [];
  const view = viewOf({ id: `${actionId}-form`, title, submit, mainBlockId: REASON }, interaction.origin, {
    subject: About.write(about),
    onTop: problem,
    blocks: [
      richText(...says(request, policy)),
      ...further,
      reasonInput(commentLabel, values[REASON] ?? null),
    ],
  });
  return { ...view, close: label(close, CLOSE_LENGTH) };
}

/** docs.slack.dev, modal views. */
const CLOSE_LENGTH = 24;

/**
 * Where the request's message shows the step, the form closes; a list takes the answer beside it. Where people of another
 * company read along by now, that message shows nothing any more; approvers see the step in their direct messages.
 */
async function answer(interaction: Interaction, about: About, taken: Taken): Promise<Delivered> {
  const { services, caller, origin } = interaction;
  if ('delivered' in taken) return taken.delivered;
  const { request, told } = taken;
  if (about.shown && taken.isShown && origin.channel !== null) {
    const audience = await services.conversations.audience(origin.channel, caller);
    const seesDirectly = mayDecide(request, services.approvals.policy).includes(caller.memberId);
    if (audience === 'own-workspace' || seesDirectly) return { kind: 'channel', channel: request.channel };
  }
  if (about.listUrl !== null && (await toldBesideList(interaction, about.listUrl, told))) {
    return { kind: 'channel', channel: request.channel };
  }
  return await interaction.reply.privately(told);
}

/** `false` where the list's response URL takes no more: it does for 30 minutes (docs.slack.dev). */
async function toldBesideList(interaction: Interaction, listUrl: string, told: Message): Promise<boolean> {
  try {
    const post = { kind: 'post', visibleTo: 'caller', message: told } as const;
    await interaction.services.posting.respond(listUrl, post);
    return true;
  } catch (error) {
    interaction.log.warn({ err: error }, 'a response URL failed, the direct message is used');
    return false;
  }
}
