import { expect, it } from 'vitest';
import { askForDeletion, databaseInFile, deletions, openRequest } from '../../e2e/support/approving.ts';
import { readyz } from '../../e2e/support/readyz.ts';
import { environmentFor, runBot, startWorkplace } from '../../e2e/support/workplace.ts';
import { CDN_TEAM, NORA, TOMAS } from '../../sandbox/cast.ts';
import { ENGINEER } from '../../sandbox/fastly/people.ts';

it('a bot that starts again while Fastly is away shows what waits, and carries it out once the account is known', async () => {
  const variables = await databaseInFile();
  const place = await startWorkplace('socket', variables);
  const { client } = place;
  const request = await askForDeletion(client, NORA, ENGINEER);
  await place.stop();
  await client.fastlyFaults({ down: true });
  const { log } = runBot({ ...environmentFor(place, 'socket'), ...variables });
  await log.until('database ready');
  await log.until('connected to Slack');
  expect((await readyz({ log })).status).toBe(200);
  await request.take(client.as(TOMAS), 'approve');
  await request.until(client.as(NORA), 'Starting…');
  expect(openRequest(await client.as(TOMAS).sees(), CDN_TEAM, ENGINEER)).toBeUndefined();
  await client.fastlyFaults({ down: false });
  await request.until(client.as(NORA), '✅ Deleted');
  expect(await deletions(client)).toEqual([`/user/${ENGINEER.id}`]);
});
