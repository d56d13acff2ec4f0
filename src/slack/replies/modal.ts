import type { KnownBlock, ModalView } from '@slack/types';
import { explainWithReference, failureMessage, logFailure, Refusal } from '../../messages/failure-text.ts';
import { message } from '../../messages/kit/message.ts';
import { label } from '../../messages/kit/plain.ts';
import { code, richText, type Sentence, say } from '../../messages/kit/sentence.ts';
import { within } from '../../observability/within.ts';
import { Origin } from '../carried.ts';
import type { Interaction } from './interaction.ts';
import { OpenModal } from './open-modal.ts';

/** Title, submit and close of a view hold 24 characters (docs.slack.dev, modal views). */
const TITLE_LENGTH = 24;

export type Form = {
  callbackId: string;
  title: string;
  submit: string;
  origin: Origin;
  /** What the form is about, if its fields don't say it. */
  subject?: string;
  blocks: KnownBlock[];
};

export function formView(form: Form): ModalView {
  return {
    type: 'modal',
    callback_id: form.callbackId,
    title: label(form.title, TITLE_LENGTH),
    submit: label(form.submit, TITLE_LENGTH),
    close: label('Cancel', TITLE_LENGTH),
    private_metadata: Origin.write(form.origin, form.subject),
    blocks: form.blocks,
  };
}

export function noticeView(title: string, ...sentences: readonly [Sentence, ...Sentence[]]): ModalView {
  return {
    type: 'modal',
    title: label(title, TITLE_LENGTH),
    close: label('Close', TITLE_LENGTH),
    blocks: [richText(...sentences)],
  };
}

/** Opens a modal. @throws {Refusal} when Slack does not open it, in words for the caller */
export async function openModal(interaction: Interaction, view: ModalView): Promise<OpenModal> {
  const modal = await open(interaction, view);
  interaction.measured.answered();
  return modal;
}

async function open(interaction: Interaction, view: ModalView): Promise<OpenModal> {
  try {
    const { slack } = interaction.services;
    const opened = await slack.quick.views.open({ trigger_id: interaction.triggerId, view });
    interaction.reply.formOpened();
    return new OpenModal(opened.view?.id ?? '', opened.view?.hash ?? null);
  } catch (error) {
    interaction.log.warn({ err: error }, 'a form could not be opened');
    throw new Refusal(
      say`Slack didn't open the form. Try again, or run ${code('/fastly-user help')} to see how to type the command.`,
    );
  }
}

/**
 * Opens a modal that says 'One moment…' while the form is made, then shows the form, or why there is none. It says so
 * when that takes longer than `answerWithin`. What Slack does not show in the modal is told in a private message.
 *
 * @throws {Refusal} as `openModal`
 */
export async function openWhenReady(
  interaction: Interaction,
  title: string,
  form: () => Promise<ModalView>,
): Promise<void> {
  const opening = open(interaction, noticeView(title, say`One moment…`));
  const ready = form().then(
    (view) => ({ view, error: null }),
    (error: unknown) => {
      logFailure(interaction, error);
      return { view: noticeView(title, explainWithReference(error, interaction.reference)), error };
    },
  );
  const modal = await opening;
  if ((await within(ready, interaction.services.times.answerWithin)) === null) {
    await modal.show(interaction, noticeView(title, say`This takes longer than usual. ${WAY_ON}`));
  }
  const { view, error } = await ready;
  const { kind } = await modal.show(interaction, view);
  if (kind === 'shown') interaction.measured.answered();
  if (kind === 'shown' || kind === 'newer') return;
  if (error !== null) return await tellFailure(interaction, error);
  // Whoever closes a form before it is there does not want it, and nothing was done.
  if (kind === 'closed') return;
  if (kind === 'refused') {
    const refused = say`Slack didn't accept the form. ${WITHOUT_FORM} Reference ${code(interaction.reference)}.`;
    const notice = await modal.show(interaction, noticeView(title, refused));
    if (notice.kind !== 'shown') await interaction.reply.privately(message(refused));
    return;
  }
  await interaction.reply.privately(message(say`Slack isn't showing the form yet. ${WAY_ON}`));
}

const WITHOUT_FORM = say`Run ${code('/fastly-user help')} for commands that need no form.`;
const WAY_ON = say`You can wait, or close the form and try again. ${WITHOUT_FORM}`;

async function tellFailure({ reply, reference }: Interaction, error: unknown): Promise<void> {
  const told = (kept: boolean) => failureMessage(error, reference, { kept });
  await reply.privately(told(false), told(true));
}
