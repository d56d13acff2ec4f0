import { Pool } from 'undici';
import { account, serveCalls } from './calls.ts';

/** The least there is: a pool of connections, no time limit and no schema. */
const pool = new Pool(account.url);

serveCalls(async (id) => {
  const { body } = await pool.request({
    method: 'GET',
    path: `/user/${id}`,
    headers: { 'fastly-key': account.token },
  });
  return await body.json();
});
