import type { Change, ChangeKind, Settlement } from '../changes/change.ts';
import { changeGerund, checkText } from './change-text.ts';
import { code, type Sentence, say } from './kit/sentence.ts';
import { userText } from './user-text.ts';

/** Changes that can be looked for in Fastly. An unclear one may still take effect. */
const SHOWS_IN_FASTLY: readonly ChangeKind[] = ['create', 'invite', 'withdraw', 'update'];

/** What the caller is told when the bot was interrupted between the beginning and the end of a change. */
export function interruptedText({ kind, target, reference }: Change, settlement: Settlement): Sentence {
  const interrupted = say`The bot was interrupted while ${changeGerund(kind, userText(target))}.`;
  const ref = say`Reference ${code(reference)}.`;
  switch (settlement.kind) {
    case 'done':
      return say`✅ ${interrupted} It worked. ${ref}`;
    case 'failed':
      return say`⚠️ ${interrupted} ${failedText(kind)} ${ref}`;
    case 'unknown': {
      const seen = SHOWS_IN_FASTLY.includes(kind) ? say` A check doesn't show the full change.` : say``;
      return say`⚠️ ${interrupted} It's unclear whether it worked.${seen} ${checkText(kind)} ${ref}`;
    }
  }
}

function failedText(kind: ChangeKind): Sentence {
  return kind === 'withdraw'
    ? say`The invitation wasn't withdrawn: it had been accepted. Check the user with ${code('/fastly-user get')}.`
    : say`It didn't work. Try again.`;
}
