import type { Json, JsonObject } from '../control/protocol.ts';
import type { Call } from './call.ts';
import { badRequest } from './errors.ts';

type Body = Pick<Call, 'contentType' | 'body'>;

/**
 * The form's parameters; none for an empty body.
 * @throws Refusal (400) for another content type, a repeated parameter or a broken percent-encoding.
 */
export function parseForm(request: Body): Map<string, string> {
  if (request.body === '') return new Map();
  if (mediaType(request) !== 'application/x-www-form-urlencoded') {
    throw badRequest(`Unsupported content type '${request.contentType}'`);
  }
  if (!isPercentEncoded(request.body)) throw badRequest('The form is not percent-encoded UTF-8');
  const pairs = [...new URLSearchParams(request.body)];
  const form = new Map(pairs);
  if (form.size < pairs.length) throw badRequest('A parameter was given twice');
  return form;
}

/** The parameter's boolean, undefined when not given. @throws Refusal (400) for all but `true` and `false`. */
export function formFlag(form: Map<string, string>, parameter: string): boolean | undefined {
  const value = form.get(parameter);
  if (value === undefined) return undefined;
  if (value !== 'true' && value !== 'false') throw badRequest(`'${parameter}' is not a boolean: '${value}'`);
  return value === 'true';
}

/** The fields for the record of calls, whatever became of the request: passwords are hidden. */
export function recordedFields(request: Body): JsonObject {
  const fields: JsonObject = mediaType(request).endsWith('json')
    ? jsonFields(request.body)
    : Object.fromEntries(new URLSearchParams(request.body));
  for (const secret of ['old_password', 'new_password', 'password']) {
    if (secret in fields) fields[secret] = '[redacted]';
  }
  return fields;
}

/** `Content-Type` in lower case and without parameters. */
export function mediaType(request: Body): string {
  return (request.contentType.split(';')[0] ?? '').trim().toLowerCase();
}

/** The value of a JSON text; null when it is none. */
export function parseJson(text: string): Json {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

function jsonFields(body: string): JsonObject {
  const value = parseJson(body);
  return value !== null && typeof value === 'object' && !Array.isArray(value) ? value : {};
}

function isPercentEncoded(text: string): boolean {
  try {
    decodeURIComponent(text);
    return true;
  } catch {
    return false;
  }
}
