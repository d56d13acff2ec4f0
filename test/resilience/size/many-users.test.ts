import { expect, it, onTestFinished } from 'vitest';
import { expectToFindEachOf } from '../../directory/start.ts';
import { PEOPLE } from '../../sandbox/fastly/people.ts';
import { startFastly } from '../../sandbox/fastly/server.ts';
import { CUSTOMER_ID } from '../../sandbox/fastly/user.ts';

it('the directory finds each of 50,000 users', async () => {
  await expectToFindEachOf(50_000);
});

it("the sandbox's Fastly lists 50,000 users", async () => {
  const fastly = await startFastly();
  onTestFinished(() => fastly.close());
  fastly.putUsers(Array.from({ length: 50_000 }, (_, index) => ({ name: `Person ${index}` })));
  const response = await fetch(`${fastly.url}/customer/${CUSTOMER_ID}/users`, {
    headers: { 'Fastly-Key': fastly.token },
  });
  expect(await response.json()).toHaveLength(50_000 + PEOPLE.length);
});
