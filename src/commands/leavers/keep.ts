import type { ModalView } from '@slack/types';
import { Refusal } from '../../messages/failure-text.ts';
import { richText, type Sentence, say } from '../../messages/kit/sentence.ts';
import { userText } from '../../messages/user-text.ts';
import type { Listener } from '../../slack/gate/listeners.ts';
import { LeaverSubject } from '../../slack/leaver-buttons.ts';
import type { Interaction } from '../../slack/replies/interaction.ts';
import { openWhenReady } from '../../slack/replies/modal.ts';
import { FieldError } from '../../slack/replies/submission.ts';
import { formListener, viewOf } from '../form.ts';
import { REASON, reasonFromForm, reasonInput } from '../inputs/reason.ts';
import { leaverButtonListener, stillGone } from './leaver-button.ts';

const FORM = { id: 'leavers.keep-form', title: 'Keep a user', submit: 'Keep', mainBlockId: REASON };

/** The button that keeps the user of somebody who left, and its form. */
export const keepListeners: readonly Listener[] = [
  leaverButtonListener('keep', async (interaction, _whom, leaver) => {
    await openWhenReady(interaction, FORM.title, () => keepForm(interaction, leaver));
  }),
  formListener(FORM, {
    async work(interaction, { values, subject }) {
      const reason = reasonFromForm(values);
      if (reason === null) throw new FieldError(REASON, say`Enter a reason. Nothing was changed.`);
      const { services, caller, log } = interaction;
      const { leaver: id } = LeaverSubject.read(subject);
      const { name, login } = await stillGone(interaction, id);
      const user = userText({ name, login });
      if ((await services.leavers.keep(id, caller.memberId, reason)) === null) {
        throw new Refusal(say`Somebody else has just decided about ${user}. Nothing was changed.`);
      }
      log.info({ leaver: id }, 'the user of somebody who left is kept');
      return { kind: 'elsewhere', sentence: say`Kept. The message says so, with your reason.` };
    },
    again: async (interaction, { values, subject }, problem) =>
      keepForm(interaction, LeaverSubject.read(subject).leaver, {
        reason: values[REASON] ?? null,
        problem,
      }),
  }),
];

type Filled = { reason?: string | null; problem?: Sentence };

async function keepForm(
  interaction: Interaction,
  id: string,
  { reason = null, problem }: Filled = {},
): Promise<ModalView> {
  const { name, login } = await stillGone(interaction, id);
  const user = userText({ name, login });
  return viewOf(FORM, interaction.origin, {
    onTop: problem,
    subject: LeaverSubject.write({ leaver: id, private: false }),
    blocks: [
      richText(
        say`${user} stays in Fastly as they are. You aren't asked again unless they come back to Slack and leave once more.`,
      ),
      reasonInput('Reason', reason, { optional: false }),
    ],
  });
}
