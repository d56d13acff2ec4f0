import { expect, it } from 'vitest';
import { CDN_TEAM, NORA, TOMAS } from '../../sandbox/cast.ts';
import { ENGINEER } from '../../sandbox/fastly/people.ts';
import { askForDeletion, databaseInFile, deletions, startAnother } from '../support/approving.ts';
import { elementsOf, messageWith } from '../support/seeing.ts';
import { DELIVERY, startWorkplace } from '../support/workplace.ts';

it('a request goes on elsewhere once another company reads along in its channel, and names nobody there', async () => {
  const database = await databaseInFile();
  const workplace = await startWorkplace(DELIVERY, database);
  const { client } = workplace;
  const [nora, tomas] = [client.as(NORA), client.as(TOMAS)];
  const request = await askForDeletion(client, NORA, ENGINEER);
  await client.share(CDN_TEAM.id);
  // A bot that was started since has no earlier answer of who reads along.
  await startAnother(workplace, database);
  await request.take(tomas, 'approve');
  const words = await request.until(nora, "isn't shown here any more");
  expect(words).not.toContain(ENGINEER.name);
  expect(elementsOf(request.in(await nora.sees())?.blocks)).toEqual([]);
  expect(request.thread(await nora.sees())).toEqual([]);
  await nora.until((sees) => messageWith(sees, 'direct', 'was deleted'), 'the outcome, alone');
  expect(await deletions(client)).toHaveLength(1);
});
