import { expect, it } from 'vitest';
import { deletions, openRequest } from '../../e2e/support/approving.ts';
import { DAY, fromNow } from '../../e2e/support/tokens.ts';
import { DELIVERY, startWorkplace } from '../../e2e/support/workplace.ts';
import { CDN_TEAM, NORA, TOMAS } from '../../sandbox/cast.ts';
import { ENGINEER } from '../../sandbox/fastly/people.ts';

const TOKENS = Array.from({ length: 20 }, (_, index) => ({
  id: `token${index}`,
  user_id: ENGINEER.id,
  name: `token-${index}`,
  created_at: fromNow(-30 * DAY),
  last_used_at: fromNow(-index * 60_000),
}));

it('are revoked at one go, also where that takes longer than a lease', async () => {
  const { client } = await startWorkplace(DELIVERY, { FASTLY_TIMEOUT: '1s', EXECUTION_LEASE: '5s' });
  await client.putFastlyTokens(TOKENS);
  await client.fastlyFaults({ delay: { match: 'DELETE /tokens/', milliseconds: 400 } });
  await client.as(NORA).command(`revoke ${ENGINEER.id} --tokens all`);
  const request = await client
    .as(TOMAS)
    .until((sees) => openRequest(sees, CDN_TEAM, ENGINEER), 'the request');
  await request.take(client.as(TOMAS), 'approve');
  const words = await request.until(client.as(NORA), '✅ Revoked', 60_000);
  expect(words).not.toContain('reply was lost');
  expect(await deletions(client)).toHaveLength(TOKENS.length);
});
