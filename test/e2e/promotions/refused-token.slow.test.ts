import { expect, it } from 'vitest';
import { CDN_TEAM, NORA } from '../../sandbox/cast.ts';
import { ENGINEER } from '../../sandbox/fastly/people.ts';
import { inFastly } from '../support/altering.ts';
import { databaseInFile, untilTold } from '../support/approving.ts';
import { SHORT, untilSaid } from '../support/promotions.ts';
import { readyz } from '../support/readyz.ts';
import { connected, DELIVERY, environmentFor, runBot, startWorkplace } from '../support/workplace.ts';

const REFUSED = { error: 'invalid_auth', times: 100_000 };

it('a bot whose token Slack refuses at the start takes back what is due, and tells it once Slack takes the token', async () => {
  const database = await databaseInFile();
  const workplace = await startWorkplace(DELIVERY, database, {}, SHORT);
  const { client } = workplace;
  const nora = client.as(NORA);
  await nora.command(`update ${ENGINEER.id} --role billing --for 2s`);
  await untilSaid(nora, 'Role engineer → billing', CDN_TEAM);
  await workplace.stop();
  await client.slackFaults({ refuse: { method: ['auth.test', 'chat.postMessage'], ...REFUSED } });
  const bot = runBot({ ...environmentFor(workplace, DELIVERY), ...database }, SHORT);
  await bot.log.until('a promotion is over');
  expect(await inFastly(client, ENGINEER)).toMatchObject({ role: 'engineer' });
  const { status, body } = await readyz(bot);
  expect(status).toBe(503);
  expect(JSON.stringify(body)).toContain('Slack refuses SLACK_BOT_TOKEN');
  await client.slackFaults({ refuse: null });
  await connected(workplace, bot.log, DELIVERY);
  await untilTold(nora, 'Ended: Edda Morton', 'direct');
});

it('a bot whose token Slack refuses at the start ends where no role is to end', async () => {
  const workplace = await startWorkplace();
  await workplace.stop();
  await workplace.client.slackFaults({ refuse: { method: 'auth.test', ...REFUSED } });
  const bot = runBot({ ...environmentFor(workplace, DELIVERY), ...(await databaseInFile()) });
  expect(await bot.ended).toMatchObject({
    message: expect.stringContaining('Slack rejected SLACK_BOT_TOKEN'),
  });
});
