import type { z } from 'zod';
import {
  FastlyDuplicate,
  type FastlyError,
  FastlyForbidden,
  FastlyInvalid,
  FastlyNotFound,
  FastlyUnauthorized,
} from './errors.ts';
import type { Redaction } from './redaction.ts';
import { readRefusal } from './refusal.ts';
import type { Answer, Call } from './transport.ts';

/** The error that an answer of 3xx or 4xx stands for, with what `redacted` leaves of Fastly's words. */
export function refusalOf({ operation }: Call, { status, body }: Answer, redacted: Redaction): FastlyError {
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
