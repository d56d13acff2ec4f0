import { expect, it } from 'vitest';
import { askForDeletion, deletions } from '../../e2e/support/approving.ts';
import { DELIVERY, startWorkplace } from '../../e2e/support/workplace.ts';
import { NORA, PRIYA, TOMAS } from '../../sandbox/cast.ts';
import { ENGINEER } from '../../sandbox/fastly/people.ts';

const THREE = { SUPERUSERS: [NORA, TOMAS, PRIYA].map(({ id }) => id).join(',') };

it('an execution is put off while Slack does not say who asked for it', async () => {
  const { client } = await startWorkplace(DELIVERY, THREE);
  const nora = client.as(NORA);
  const request = await askForDeletion(client, NORA, ENGINEER);
  await client.slackFaults({
    refuse: { method: 'users.info', user: NORA.id, error: 'internal_error', times: 99 },
  });
  await request.take(client.as(TOMAS), 'approve');
  await request.until(nora, "Slack didn't confirm who asked for this and who approved it.");
  expect(await deletions(client)).toEqual([]);
  await client.slackFaults({ refuse: null });
  await request.until(nora, '✅ Deleted');
});
