import { expect, it, onTestFinished } from 'vitest';
import { messagesIn, wordsOf } from '../../e2e/support/seeing.ts';
import { connected, environmentFor, type LogLines, runBot } from '../../e2e/support/workplace.ts';
import { AUDIT_TRAIL, NORA } from '../../sandbox/cast.ts';
import { type Sandbox, startSandbox } from '../../sandbox/sandbox.ts';
import { databaseWithClock } from '../../support/postgres/clock.ts';

const HOUR = 3_600_000;
const LOOKING = { reports: { look: 10, again: 10, late: 6 * HOUR, askedAgain: HOUR } };
const SCHEDULED = { REPORT_SCHEDULE: '0 * * * *', CONFIRMATIONS_CHANNEL: AUDIT_TRAIL.id };
const PLANNED = 'the next report is planned';
const POSTED = 'the report was posted';

const times = (logs: readonly LogLines[], message: string) =>
  logs.flatMap(({ lines }) => lines).filter(({ msg }) => msg === message).length;

async function reports({ client }: Sandbox): Promise<string[]> {
  const messages = messagesIn(await client.as(NORA).sees(), AUDIT_TRAIL);
  return messages
    .map(({ blocks }) => wordsOf(blocks))
    .filter((words) => words.includes('in the Fastly account'));
}

it('one of three replicas plans the reports, and one posts each', async () => {
  const sandbox = await startSandbox();
  onTestFinished(() => sandbox.close());
  const { variables, pass } = await databaseWithClock();
  const environment = { ...environmentFor(sandbox, 'socket'), ...variables, ...SCHEDULED };
  const logs = [1, 2, 3].map(() => runBot(environment, LOOKING).log);
  for (const log of logs) await connected(sandbox, log, 'socket');
  await expect.poll(() => times(logs, PLANNED)).toBe(1);
  // So that the others look while a report is on its way.
  await sandbox.client.slackFaults({ delay: 100 });
  for (const posted of [1, 2, 3]) {
    await pass(HOUR);
    await expect.poll(() => times(logs, POSTED)).toBe(posted);
  }
  const told = await reports(sandbox);
  expect(told).toHaveLength(3);
  // Each is for an instant of its own.
  expect(new Set(told.map((words) => /report was due <!date\^(\d+)/.exec(words)?.[1])).size).toBe(3);
});

it('an instant that two schedules have, as during an upgrade, has one report', async () => {
  const sandbox = await startSandbox();
  onTestFinished(() => sandbox.close());
  const { variables, pass } = await databaseWithClock();
  const environment = { ...environmentFor(sandbox, 'socket'), ...variables, ...SCHEDULED };
  const changed = { ...environment, REPORT_TIMEZONE: 'Etc/UTC' };
  const old = runBot(environment, LOOKING);
  await old.log.until(PLANNED);
  const next = runBot(changed, LOOKING);
  await next.log.until(PLANNED);
  await next.stop();
  await pass(HOUR);
  await old.log.until(POSTED);
  const { log } = runBot(changed, LOOKING);
  await log.until('a report that is due was posted already');
  expect(await reports(sandbox)).toHaveLength(1);
  // Each goes on by its own.
  await pass(HOUR);
  await expect.poll(() => times([old.log, log], POSTED)).toBeGreaterThanOrEqual(2);
});

it('a bot that stops while Slack takes a report, and one that follows, post it once', async () => {
  const sandbox = await startSandbox();
  onTestFinished(() => sandbox.close());
  const { variables, pass } = await databaseWithClock();
  const environment = { ...environmentFor(sandbox, 'socket'), ...variables, ...SCHEDULED };
  const first = runBot(environment, LOOKING);
  await first.log.until(PLANNED);
  await sandbox.client.slackFaults({ delay: 200 });
  await pass(HOUR);
  await expect.poll(() => reports(sandbox)).toHaveLength(1);
  await first.stop();
  const { log } = runBot(environment, LOOKING);
  await connected(sandbox, log, 'socket');
  await pass(HOUR);
  await log.until(POSTED);
  expect(await reports(sandbox)).toHaveLength(2);
});
