import type { KnownBlock, ModalView } from '@slack/types';
import { explainWithReference, logFailure, Refusal } from '../../messages/failure-text.ts';
import { label } from '../../messages/kit/plain.ts';
import { code, richText, type Sentence, say } from '../../messages/kit/sentence.ts';
import { Origin } from '../carried.ts';
import type { Interaction } from './interaction.ts';

/** Title, submit and close of a view hold 24 characters (docs.slack.dev, modal views). */
const TITLE_LENGTH = 24;

/** A form to fill in. Where it was opened from travels with it. */
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

/** A view without inputs. */
export function noticeView(title: string, ...sentences: readonly [Sentence, ...Sentence[]]): ModalView {
  return {
    type: 'modal',
    title: label(title, TITLE_LENGTH),
    close: label('Close', TITLE_LENGTH),
    blocks: [richText(...sentences)],
  };
}

/** Opens a modal and gives its id. @throws {Refusal} when Slack does not open it, in words for the caller */
export async function openModal(interaction: Interaction, view: ModalView): Promise<string> {
  try {
    const { slack } = interaction.services;
    const opened = await slack.quick.views.open({ trigger_id: interaction.triggerId, view });
    interaction.reply.formOpened();
    return opened.view?.id ?? '';
  } catch (error) {
    interaction.log.warn({ err: error }, 'a form could not be opened');
    throw new Refusal(
      say`Slack didn't open the form. Try again, or run ${code('/fastly-user help')} to see how to type the command.`,
    );
  }
}

/** Opens a modal that says 'One moment…', then shows the form, or why there is none. @throws {Refusal} as `openModal` */
export async function openWhenReady(
  interaction: Interaction,
  title: string,
  form: () => Promise<ModalView>,
): Promise<void> {
  const viewId = await openModal(interaction, noticeView(title, say`One moment…`));
  const view = await form().catch((error: unknown) => {
    logFailure(interaction, error);
    return noticeView(title, explainWithReference(error, interaction.reference));
  });
  if (await updateModal(interaction, viewId, view)) return;
  // Either the member closed it, or Slack refuses the form.
  const refused = say`Slack didn't accept the form. Reference ${code(interaction.reference)}.`;
  await updateModal(interaction, viewId, noticeView(title, refused));
}

/** Replaces a modal's view. Returns `false` when that fails, usually because the member closed the modal. */
export async function updateModal(
  interaction: Interaction,
  viewId: string,
  view: ModalView,
): Promise<boolean> {
  try {
    await interaction.services.slack.patient.views.update({ view_id: viewId, view });
    return true;
  } catch (error) {
    interaction.log.info({ err: error }, 'a modal could not be updated');
    return false;
  }
}
