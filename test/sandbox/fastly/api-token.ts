import { z } from 'zod';
import type { JsonObject } from '../control/protocol.ts';
import { CUSTOMER_ID, newId } from './user.ts';

const time = z.iso.datetime().nullable().exactOptional();
const text = z.string().exactOptional();
const givenFields = z
  .object({
    id: text,
    user_id: z.string().nullable().exactOptional(),
    customer_id: text,
    name: text,
    scope: text,
    services: z.array(z.string()).exactOptional(),
    created_at: time,
    last_used_at: time,
    expires_at: time,
    ip: z.string().nullable().exactOptional(),
    user_agent: z.string().nullable().exactOptional(),
    sudo_expires_at: time,
  })
  .catchall(z.json());

/**
 * A token as the service tells of it: never the secret itself. `services` are ids, and empty for all of them; `ip` and
 * `user_agent` are of the client that used it last. Times are ISO 8601 in UTC.
 */
export type ApiToken = JsonObject & {
  id: string;
  user_id: string | null;
  customer_id: string;
  name: string;
  scope: string;
  services: string[];
  created_at: string | null;
  last_used_at: string | null;
  expires_at: string | null;
};

/**
 * The token of which only some fields are given; the others get believable values. One that never was used.
 * @throws ZodError when a field has another type.
 */
export function completeToken(given: JsonObject): ApiToken {
  const fields = givenFields.parse(given);
  const scope = fields.scope ?? 'global';
  return {
    customer_id: CUSTOMER_ID,
    services: [],
    created_at: '2025-01-14T10:05:00Z',
    last_used_at: null,
    expires_at: null,
    ip: null,
    user_agent: null,
    sudo_expires_at: null,
    scopes: scope.split(' '),
    ...fields,
    id: fields.id ?? newId(),
    user_id: fields.user_id ?? null,
    name: fields.name ?? 'token',
    scope,
  };
}

const BROWSER = 'Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0';

/** What the service's own web interface makes when somebody signs in; `now` in Unix milliseconds. */
export function browserSession(user_id: string, now: number): ApiToken {
  const at = (hours: number) => new Date(now + hours * 3_600_000).toISOString();
  return completeToken({
    user_id,
    name: 'manage.fastly.com browser session',
    created_at: at(-1),
    last_used_at: at(0),
    expires_at: at(11),
    ip: '203.0.113.7',
    user_agent: BROWSER,
  });
}
