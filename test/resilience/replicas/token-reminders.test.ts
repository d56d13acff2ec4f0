import { expect, it, onTestFinished } from 'vitest';
import { databaseInFile, toldPrivately, untilTold } from '../../e2e/support/approving.ts';
import { CI_PURGE, DAY, fromNow } from '../../e2e/support/tokens.ts';
import { connected, environmentFor, type LogLines, runBot } from '../../e2e/support/workplace.ts';
import { NORA, TOMAS } from '../../sandbox/cast.ts';
import { NORA_USER } from '../../sandbox/fastly/people.ts';
import { startSandbox } from '../../sandbox/sandbox.ts';
import { newDatabase } from '../../support/postgres/database.ts';

const LOOKING = { tokenReminders: { every: 50, again: 50, look: 10 } };
const LOOKED = 'the API tokens that expire soon were read';

const looks = (log: LogLines) => log.lines.filter(({ msg }) => msg === LOOKED).length;

it('one of two replicas tells that tokens expire soon, at each step', async () => {
  const sandbox = await startSandbox();
  onTestFinished(() => sandbox.close());
  const { client } = sandbox;
  const token = (days: number) => ({ ...CI_PURGE, user_id: null, expires_at: fromNow(days * DAY) });
  await client.putFastlyTokens([token(14)]);
  const environment = {
    ...environmentFor(sandbox, 'socket'),
    DATABASE_URL: await newDatabase(),
    TOKEN_REMINDERS: 'on',
  };
  const bots = [runBot(environment, LOOKING), runBot(environment, LOOKING)];
  for (const { log } of bots) await connected(sandbox, log, 'socket');
  // So that the other replica looks while a message is on its way.
  await client.slackFaults({ delay: 100 });
  for (const days of [14, 3, 1]) {
    await client.putFastlyTokens([token(days)]);
    for (const admin of [NORA, TOMAS]) {
      await untilTold(client.as(admin), `expires in ${days} day`, 'direct');
    }
    for (const { log } of bots) await log.untilTimes(LOOKED, looks(log) + 2);
  }
  for (const admin of [NORA, TOMAS]) {
    const told = toldPrivately(await client.as(admin).sees(), 'direct');
    expect(told.filter((each) => each.includes('ci-purge'))).toHaveLength(3);
  }
});

it('a bot that stops while Slack takes the message, and one that follows, send it once', async () => {
  const sandbox = await startSandbox();
  onTestFinished(() => sandbox.close());
  const { client } = sandbox;
  await client.putFastlyTokens([{ ...CI_PURGE, user_id: NORA_USER.id, expires_at: fromNow(3 * DAY) }]);
  await client.slackFaults({ delay: 200 });
  const environment = {
    ...environmentFor(sandbox, 'socket'),
    ...(await databaseInFile()),
    TOKEN_REMINDERS: 'on',
  };
  const first = runBot(environment, LOOKING);
  await untilTold(client.as(NORA), 'ci-purge', 'direct');
  await first.stop();
  const { log } = runBot(environment, LOOKING);
  await log.untilTimes(LOOKED, 2);
  const told = toldPrivately(await client.as(NORA).sees(), 'direct');
  expect(told.filter((each) => each.includes('ci-purge'))).toHaveLength(1);
});
