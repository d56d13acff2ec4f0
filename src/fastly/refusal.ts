import { z } from 'zod';
import type { RefusalWords } from './errors.ts';

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
export function readRefusal(body: string): RefusalWords {
  const parsed = ErrorBody.safeParse(parseJson(body));
  if (!parsed.success) return { msg: null, detail: null };
  const { msg, title, detail, errors } = parsed.data;
  const first = errors?.[0];
  return { msg: msg ?? title ?? first?.title ?? null, detail: detail ?? first?.detail ?? null };
}

/** The body as JSON, or `undefined` where it is none. */
export function parseJson(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return undefined;
  }
}
