import { z } from 'zod';
import type { Secret } from '../config/secret.ts';
import {
  FastlyDuplicate,
  type FastlyError,
  FastlyForbidden,
  FastlyInvalid,
  FastlyNotFound,
  FastlyUnauthorized,
  FastlyUnavailable,
  type RefusalWords,
} from './errors.ts';
import type { Call, Refused } from './transport.ts';

/** A field of another type, or an empty one, says nothing; it does not hide the others. */
const text = z
  .string()
  .transform((value) => value.trim() || null)
  .nullish()
  .catch(null);
const Problem = z.object({ title: text, detail: text });
const ErrorBody = z.object({
  msg: text,
  title: text,
  detail: text,
  errors: z.array(Problem).nullish().catch(null),
});

/**
 * Fastly's words out of an error's body. There are three shapes of it, and the content type does not tell which:
 * `{msg, detail}`, `{errors: [{title, detail}]}` and `{title, detail, errors: null}`. An empty body or a proxy's
 * page has none. They can quote what was sent, secrets among it.
 */
function readRefusal(body: string): RefusalWords {
  const parsed = ErrorBody.safeParse(parseJson(body));
  if (!parsed.success) return { msg: null, detail: null };
  const { msg, title, detail, errors } = parsed.data;
  const first = errors?.[0];
  return { msg: msg ?? title ?? first?.title ?? null, detail: detail ?? first?.detail ?? null };
}

const OwnBody = z.union([
  z.object({ msg: z.string().min(1) }),
  z.object({ title: z.string().min(1) }),
  z.object({ errors: z.array(z.unknown()).min(1) }),
]);

/**
 * Whether an answer of 3xx or 4xx is one of Fastly's. The bot concludes much from these: that the token is wrong, that a
 * user is gone, that users are not created directly. So it believes only an answer with one of the fields that Fastly's
 * errors have; a proxy's page, or no body at all, says nothing.
 */
function isOfFastly({ body }: Refused): boolean {
  return OwnBody.safeParse(parseJson(body)).success;
}

/** The body as JSON, or `undefined` where it is none. */
export function parseJson(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return undefined;
  }
}

/**
 * The error that an answer of 3xx or 4xx stands for, with what `redacted` leaves of Fastly's words. What does not come
 * from Fastly itself, but from a proxy for example, passes as an outage does.
 */
export function refusalOf({ operation, kind }: Call, answer: Refused, redacted: Redaction): FastlyError {
  const { status, body } = answer;
  if (!isOfFastly(answer)) return new FastlyUnavailable(operation, status, kind !== 'read');
  const words = readRefusal(body);
  const refusal = redacted(words);
  if (status === 401) return new FastlyUnauthorized(operation, status);
  if (status === 403) return new FastlyForbidden(operation, status, refusal);
  if (status === 404) return new FastlyNotFound(operation, status, refusal);
  if (status === 409 || words.msg === 'Duplicate record')
    return new FastlyDuplicate(operation, status, refusal);
  return new FastlyInvalid(operation, status, refusal);
}

/** Which fields were not as expected; never their values, which could be anything. */
export function problemOf(error: z.ZodError): string {
  const fields = error.issues.map((issue) => issue.path.join('.') || 'the whole body');
  return `the answer is not what this operation answers (${[...new Set(fields)].slice(0, 5).join(', ')})`;
}

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
