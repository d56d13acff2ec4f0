import { expect, it } from 'vitest';
import { ChangeKind, type Settlement } from '../../src/changes/change.ts';
import { interruptedText } from '../../src/messages/change-text.ts';
import { ENGINEER, NORA } from '../approvals/people.ts';
import { read } from './read.ts';

const GRACE = '*Grace Example* (`grace@example.com`)';

/** What the bot was doing, and what to do where it is unclear whether it worked. */
const CHANGES: Record<ChangeKind, { doing: string; unclear: string }> = {
  create: {
    doing: `creating ${GRACE}`,
    unclear: "A check doesn't show the full change. Check with `/fastly-user get` before you try again.",
  },
  invite: {
    doing: `inviting ${GRACE}`,
    unclear:
      "A check doesn't show the full change. Check with `/fastly-user invitations` before you try again.",
  },
  withdraw: {
    doing: `withdrawing the invitation of ${GRACE}`,
    unclear:
      "A check doesn't show the full change. Check with `/fastly-user invitations` before you try again.",
  },
  update: {
    doing: `updating ${GRACE}`,
    unclear: "A check doesn't show the full change. Check with `/fastly-user get` before you try again.",
  },
  reset: {
    doing: `sending a password reset to ${GRACE}`,
    unclear: 'Ask the user whether the email arrived before you try again.',
  },
  lock: {
    doing: `locking ${GRACE}`,
    unclear: 'Check with `/fastly-user get` before you try again.',
  },
  'end-sessions': {
    doing: `ending the browser sessions of ${GRACE}`,
    unclear: 'Try again: what has ended already is left alone.',
  },
  password: {
    doing: `changing the password of ${GRACE}`,
    unclear: 'Check which of the two passwords works before you go on.',
  },
};

function told(kind: ChangeKind, settlement: Settlement['kind']): string {
  const change = { kind, target: ENGINEER, reference: 'AAAA-1111', deliveryKey: 'x', caller: NORA };
  return read(interruptedText(change, { kind: settlement }));
}

it.each(ChangeKind.options)('an interrupted %s is told with what became of it, and what to do', (kind) => {
  const { doing, unclear } = CHANGES[kind];
  const begin = `The bot was interrupted while ${doing}.`;
  const failed =
    kind === 'withdraw'
      ? "The invitation wasn't withdrawn: it had been accepted. Check the user with `/fastly-user get`."
      : "It didn't work. Try again.";
  expect(told(kind, 'done')).toBe(`✅ ${begin} It worked. Reference \`AAAA-1111\`.`);
  expect(told(kind, 'failed')).toBe(`⚠️ ${begin} ${failed} Reference \`AAAA-1111\`.`);
  expect(told(kind, 'unknown')).toBe(
    `⚠️ ${begin} It's unclear whether it worked. ${unclear} Reference \`AAAA-1111\`.`,
  );
});
