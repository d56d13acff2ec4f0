import { Agent, request } from 'undici';
import { User } from '../../../src/fastly/user.ts';
import { account, serveCalls } from './calls.ts';

/** What one would write by hand: undici, a time limit, and the same schema. */
const dispatcher = new Agent();

serveCalls(async (id) => {
  const { body } = await request(`${account.url}/user/${id}`, {
    headers: { 'fastly-key': account.token, accept: 'application/json' },
    dispatcher,
    signal: AbortSignal.timeout(10_000),
  });
  return User.parse(await body.json());
});
