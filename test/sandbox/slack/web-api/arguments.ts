import { z } from 'zod';
import type { Json, JsonObject } from '../../control/protocol.ts';
import { jsonObject, parseJson } from '../json.ts';
import { Refusal } from '../refusal.ts';

/** Arguments that are JSON inside a form field. */
const JSON_ARGUMENTS = new Set(['blocks', 'view', 'metadata', 'attachments']);

export type ReadCall = { token: string | undefined; args: JsonObject };

/** A Web API call's token and arguments, from a form or a JSON body. https://docs.slack.dev/apis/web-api#basics */
export function readCall(contentType: string, authorization: string | undefined, body: string): ReadCall {
  const given = contentType.startsWith('application/json')
    ? jsonObject.safeParse(parseJson(body || '{}')).data
    : Object.fromEntries(new URLSearchParams(body));
  if (given === undefined) throw new Refusal('invalid_json');
  const { token, ...rest } = given;
  const args = Object.fromEntries(Object.entries(rest).map(([name, value]) => [name, decoded(name, value)]));
  const bearer = /^Bearer (.+)$/i.exec(authorization ?? '')?.[1];
  return { token: bearer ?? (typeof token === 'string' ? token : undefined), args };
}

function decoded(name: string, value: Json): Json {
  return JSON_ARGUMENTS.has(name) && typeof value === 'string' ? (parseJson(value) ?? value) : value;
}

/** How many to answer with, as forms write it. */
export const limit = z.coerce.number().int().min(1).max(1000).default(1000);

/** The arguments as `schema` has them, or Slack's `invalid_arguments`. */
export function parseArguments<S extends z.ZodType>(schema: S, args: JsonObject): z.output<S> {
  const parsed = schema.safeParse(args);
  if (parsed.success) return parsed.data;
  const messages = parsed.error.issues.map((issue) => {
    const name = issue.path.join('/');
    return issue.message.includes('received undefined')
      ? `[ERROR] missing required field: ${name}`
      : `[ERROR] ${issue.message} [json-pointer:/${name}]`;
  });
  throw new Refusal('invalid_arguments', { response_metadata: { messages } });
}

/** A page of `items` and the cursor of the next one, '' after the last. */
export function page<T>(items: T[], size: number, cursor: string): { items: T[]; nextCursor: string } {
  const start = cursor === '' ? 0 : Number(Buffer.from(cursor, 'base64').toString());
  if (!Number.isInteger(start)) throw new Refusal('invalid_cursor');
  const end = start + size;
  return {
    items: items.slice(start, end),
    nextCursor: end < items.length ? Buffer.from(String(end)).toString('base64') : '',
  };
}
