import type { KnownBlock, ModalView } from '@slack/types';
import { richText, type Sentence, say } from '../messages/kit/sentence.ts';
import type { Origin } from '../slack/carried.ts';
import type { Listener } from '../slack/gate/listeners.ts';
import { formView } from '../slack/replies/modal.ts';
import type { SubmittedForm } from '../slack/replies/submission.ts';

/** A form of a subcommand. `mainBlockId` is the block that shows errors about no particular field. */
export type Form = { id: string; title: string; submit: string; mainBlockId: string };

/** @param filled `subject` is what the form is about, if its fields don't say it; `onTop` a caution or an error */
export function viewOf(
  { id, title, submit }: Form,
  origin: Origin,
  filled: { subject?: string; onTop?: Sentence | null | undefined; blocks: KnownBlock[] },
): ModalView {
  const { onTop, blocks, ...about } = filled;
  const all = onTop ? [richText(say`⚠️ ${onTop}`), ...blocks] : blocks;
  return formView({ callbackId: id, title, submit, origin, ...about, blocks: all });
}

export function formListener(
  { id, title, mainBlockId }: Omit<Form, 'submit'>,
  answers: Pick<SubmittedForm, 'work' | 'again'>,
): Listener {
  return { kind: 'submission', id, form: { title, mainBlockId, ...answers } };
}
