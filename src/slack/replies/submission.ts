import type { Button, ModalView } from '@slack/types';
import { explainWithReference, failureMessage, logFailure, Refusal } from '../../messages/failure-text.ts';
import { type Message, message } from '../../messages/kit/message.ts';
import { cut } from '../../messages/kit/plain.ts';
import {
  channel as channelName,
  code,
  link,
  plainText,
  type Sentence,
  say,
} from '../../messages/kit/sentence.ts';
import { within } from '../../observability/within.ts';
import type { IncomingOf } from '../incoming.ts';
import type { Interaction } from './interaction.ts';
import { noticeView } from './modal.ts';
import { OpenModal } from './open-modal.ts';
import type { Delivered } from './reply.ts';

/** A refusal about one field of a form: its block, and what is wrong. After a command, it is told like any refusal. */
export class FieldError extends Refusal {
  readonly blockId: string;

  constructor(blockId: string, sentence: Sentence, ways: { buttons?: readonly Button[] } = {}) {
    super(sentence, ways);
    this.blockId = blockId;
  }
}

export type SubmittedForm = {
  title: string;
  /** The block that shows errors about no particular field. */
  mainBlockId: string;
  /** The form as it was filled in, with the problem on top. */
  again(interaction: Interaction, submitted: Submitted, problem: Sentence): Promise<ModalView>;
  /** Carries the form out, or returns a form to follow. Errors are shown in the form. */
  work(interaction: Interaction, submitted: Submitted): Promise<Delivered | NextForm>;
};

/** A form that follows in the same modal. `orElse` is sent if the modal was closed. */
export type NextForm = { kind: 'next'; view: ModalView; orElse: Message };

/** What came with a submission: the fields, and what the form was opened about. */
export type Submitted = IncomingOf<'submission'>;

const FIELD_ERROR_LENGTH = 1_000;

/**
 * A view in an acknowledgement that is too large fails, and the bot is not told (unverified: Slack documents no limit;
 * slackapi/deno-slack-sdk#324 and slack-go/slack#1196 met it at some kilobytes). Larger ones are drawn with `views.update`.
 */
const MOST_ACKNOWLEDGED_BYTES = 2_000;

type Result = Delivered | NextForm | { kind: 'failed'; blockId: string; problem: Sentence; error: unknown };

type Submission = { form: SubmittedForm; interaction: Interaction; submitted: Submitted };

/**
 * Answers a submission within 2 seconds: closed when it is done, errors at the fields when it failed; else with a
 * 'working' view that later becomes the outcome, or the form again. If the modal was closed, a direct message follows.
 * An answer that no connection took is drawn the same way.
 *
 * @param delivery `waited`: how many of the milliseconds are over
 */
export async function answerSubmission(
  submission: Submission,
  delivery: { acknowledge: (response: object) => Promise<boolean>; waited: number },
): Promise<void> {
  const { form, interaction } = submission;
  const { acknowledge, waited } = delivery;
  const work = carryOut(submission);
  const answerWithin = Math.max(0, interaction.services.times.answerWithin - waited);
  const early = await within(work, answerWithin);
  if (early !== null) {
    const answer = earlyAnswer(submission, early);
    const small = Buffer.byteLength(JSON.stringify(answer)) <= MOST_ACKNOWLEDGED_BYTES;
    const taken = await acknowledge(
      small ? answer : { response_action: 'update', view: noticeView(form.title, say`One moment…`) },
    );
    if (small && taken) return interaction.measured.answered();
    return await showLate(submission, early);
  }
  const waiting = say`Working on it… You can close this form. You'll get a message with the result.`;
  await acknowledge({ response_action: 'update', view: noticeView(form.title, waiting) });
  await showLate(submission, await work);
}

async function carryOut({ form, interaction, submitted }: Submission): Promise<Result> {
  try {
    return await form.work(interaction, submitted);
  } catch (error) {
    logFailure(interaction, error);
    const blockId = error instanceof FieldError ? error.blockId : form.mainBlockId;
    return { kind: 'failed', blockId, problem: explainWithReference(error, interaction.reference), error };
  }
}

function earlyAnswer({ form, interaction, submitted: { blocks } }: Submission, result: Result): object {
  if (result.kind === 'channel') return { response_action: 'clear' };
  if (result.kind !== 'failed') {
    return { response_action: 'update', view: viewAfter(form, interaction, result) };
  }
  const { blockId, problem } = result;
  // A form that was drawn again may have its blocks numbered; Slack refuses an error at a block that is not there.
  const block =
    blocks.find((each) => each === blockId) ?? blocks.find((each) => each.startsWith(`${blockId} `));
  return block === undefined
    ? { response_action: 'update', view: noticeView(form.title, problem) }
    : { response_action: 'errors', errors: { [block]: cut(plainText(problem), FIELD_ERROR_LENGTH) } };
}

async function showLate(submission: Submission, result: Result): Promise<void> {
  const { form, interaction, submitted } = submission;
  const view =
    result.kind === 'failed'
      ? await formAgain(submission, result.problem)
      : viewAfter(form, interaction, result);
  const modal = new OpenModal(submitted.viewId, null);
  const { kind } = await modal.show(interaction, view);
  if (kind === 'shown') interaction.measured.answered();
  if (kind === 'shown' || kind === 'newer') return;
  const untold = untoldBy(result, interaction);
  if (untold !== null) await interaction.reply.privately(untold);
  if (kind !== 'refused') return;
  const elsewhere = say`Slack didn't accept what should be here. ${untold === null ? HAS_RESULT : SENT}`;
  await modal.show(interaction, noticeView(form.title, elsewhere));
}

const HAS_RESULT = say`It's done, and the result was posted.`;
const SENT = say`The bot sent it to you in a direct message.`;

/** The form as it was filled in. Only the problem, if the form can't be drawn because Fastly is away. */
async function formAgain(
  { form, interaction, submitted }: Submission,
  problem: Sentence,
): Promise<ModalView> {
  try {
    return await form.again(interaction, submitted, problem);
  } catch (error) {
    interaction.log.warn({ err: error }, 'a form could not be drawn again');
    return noticeView(form.title, problem);
  }
}

/** The message for a caller who closed the modal before the result. Null if the result has been posted, or nothing takes it. */
function untoldBy(result: Result, { reference }: Interaction): Message | null {
  switch (result.kind) {
    case 'failed':
      return failureMessage(result.error, reference, { kept: true });
    case 'next':
      return result.orElse;
    case 'elsewhere':
      return message(result.sentence);
    default:
      return null;
  }
}

function viewAfter(
  { title }: SubmittedForm,
  { reference }: Interaction,
  delivered: Delivered | NextForm,
): ModalView {
  return delivered.kind === 'next' ? delivered.view : noticeView(title, whereItIs(delivered, reference));
}

function whereItIs(delivered: Delivered, reference: string): Sentence {
  switch (delivered.kind) {
    case 'channel':
      return say`Done. The result is in the channel.`;
    case 'elsewhere':
      return delivered.sentence;
    case 'caller':
      return resultIn(null);
    case 'direct-message':
      return resultIn(delivered.link);
    case 'later':
      return delivered.channel === null
        ? say`Done. Slack isn't taking the result yet, so you get it a little later. Don't repeat it.`
        : say`Done. Slack isn't taking the result yet, so it's posted in ${channelName(delivered.channel)} a little later. Don't repeat it.`;
    case 'nowhere':
      return say`Done, but the result couldn't be posted. Don't repeat it. Reference ${code(reference)}.`;
  }
}

/** @param address of the direct message that has the result */
function resultIn(address: string | null): Sentence {
  const where = 'your direct messages with the bot';
  return say`Done. The result is in ${address === null ? where : link(where, address)}.`;
}
