import type { Secret } from '../config/secret.ts';
import type { RefusalWords } from './errors.ts';

/** What of Fastly's words may be repeated, to people and in logs. */
export type Redaction = (words: RefusalWords) => RefusalWords;

/** Everything but the token, which is written alike wherever it is quoted, having no marks but `-` and `_`. */
export function withoutToken(token: Secret): Redaction {
  const clean = (text: string | null) => text?.replaceAll(token.reveal(), '[redacted]') ?? null;
  return ({ msg, detail }) => ({ msg: clean(msg), detail: clean(detail) });
}

/** Why a password is not changed, as far as Fastly's words can be understood. */
export const PASSWORD_REFUSALS = {
  reused: 'the new password was in use before',
  current: 'the current password is wrong',
  weak: 'the new password is too weak',
} as const;

/** The first that fits counts. */
const MEANINGS: readonly (readonly [words: RegExp, meaning: string])[] = [
  [
    /\bdiffer|\bsame\b|\bre-?us|used (before|already)|already (been )?used|(recently|previously) used|(recent|previous) passwords|not be the (current|old)/i,
    PASSWORD_REFUSALS.reused,
  ],
  // Names the current password before any other: not 'the new password must not match the current password'.
  [/^((?!password).)*(old|current)[ _]password/is, PASSWORD_REFUSALS.current],
  [
    /^(?=.*password).*(weak|easy|guess|short|at least|contain|include|letter|digit|number|symbol|special|common|breach|compromis|strong|strength|complex|simple)/is,
    PASSWORD_REFUSALS.weak,
  ],
];

/**
 * Nothing of Fastly's words where passwords were sent, as it could quote one in any way of writing: what they mean in
 * words of our own, or none.
 */
export const inOurWords: Redaction = ({ msg, detail }) => {
  const told = `${msg ?? ''} ${detail ?? ''}`;
  return { msg: MEANINGS.find(([words]) => words.test(told))?.[1] ?? null, detail: null };
};
