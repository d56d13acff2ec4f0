import { Agent, request } from 'undici';
import { z } from 'zod';
import { serve } from '../worker.ts';

/** The least there is: the answer as it is, parsed and kept. */
const { FASTLY_URL, FASTLY_TOKEN, LIST } = z
  .object({ FASTLY_URL: z.string(), FASTLY_TOKEN: z.string(), LIST: z.string() })
  .parse(process.env);
const dispatcher = new Agent();
let kept: unknown = null;

serve(async () => {
  const begun = performance.now();
  const headers = { 'fastly-key': FASTLY_TOKEN };
  const { body } = await request(`${FASTLY_URL}${LIST}`, { headers, dispatcher });
  kept = await body.json();
  const milliseconds = performance.now() - begun;
  const users = z.array(z.unknown()).parse(kept);
  const { login } = z.object({ login: z.string() }).parse(users.at(-1));
  return { milliseconds, longestBlock: 0, users: users.length, last: login };
});
