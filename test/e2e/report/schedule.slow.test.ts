import { rename } from 'node:fs/promises';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { expect, it, onTestFinished } from 'vitest';
import type { Times } from '../../../src/config/times.ts';
import { AUDIT_TRAIL, CDN_TEAM, NORA } from '../../sandbox/cast.ts';
import { ENGINEER } from '../../sandbox/fastly/people.ts';
import { startSandbox } from '../../sandbox/sandbox.ts';
import { temporaryFolder } from '../../store/both-databases.ts';
import { databaseWithClock } from '../../support/postgres/clock.ts';
import { untilTold } from '../support/approving.ts';
import { metricsOf } from '../support/metrics.ts';
import { messagesIn, messageWith, wordsOf } from '../support/seeing.ts';
import {
  connected,
  DELIVERY,
  environmentFor,
  runBot,
  startWorkplace,
  type Workplace,
} from '../support/workplace.ts';

const HOUR = 3_600_000;
const LOOKING = { reports: { look: 10, again: 10, late: 6 * HOUR, askedAgain: HOUR } };
const DAILY = { REPORT_SCHEDULE: '0 9 * * *', CONFIRMATIONS_CHANNEL: AUDIT_TRAIL.id };
const PLANNED = 'the next report is planned';
const POSTED = 'the report was posted';
const PUT_OFF = 'the report could not be posted, trying again later';
const LEFT_OUT = 'a report is left out, as it was due too long ago';

type Scheduled = Workplace & {
  /** Sets the database's clock to so many milliseconds after the instant that is planned. */
  passTo(late: number): Promise<void>;
};

/** A bot that has planned its first report. */
async function startScheduled(
  variables: Record<string, string> = {},
  times: Partial<Times> = LOOKING,
): Promise<Scheduled> {
  const sandbox = await startSandbox();
  onTestFinished(() => sandbox.close());
  const database = await databaseWithClock();
  const running = runBot(
    { ...environmentFor(sandbox, DELIVERY), ...DAILY, ...database.variables, ...variables },
    times,
  );
  await connected(sandbox, running.log, DELIVERY);
  const { due } = await running.log.until(PLANNED);
  const planned = Date.parse(String(due));
  let ahead = 0;
  return {
    ...sandbox,
    ...running,
    passTo: async (late) => {
      const wanted = planned + late - Date.now();
      await database.pass(wanted - ahead);
      ahead = wanted;
    },
  };
}

const reports = async ({ client }: Pick<Workplace, 'client'>) =>
  messagesIn(await client.as(NORA).sees(), AUDIT_TRAIL).filter(({ blocks }) =>
    wordsOf(blocks).includes('users in the Fastly account'),
  );

it('a report is posted at each instant, with what has changed since the one before', async () => {
  const workplace = await startScheduled();
  const { client, log } = workplace;
  await client.as(NORA).command(`reset ${ENGINEER.id}`);
  await client.as(NORA).until((sees) => messageWith(sees, CDN_TEAM, 'a password reset'), 'the reset');
  await client.as(NORA).command(`update ${ENGINEER.id} --role billing --for 10d`);
  await client.as(NORA).until((sees) => messageWith(sees, CDN_TEAM, 'billing until'), 'the update');
  await workplace.passTo(1_000);
  await log.until(POSTED);
  await workplace.passTo(24 * HOUR);
  await log.untilTimes(POSTED, 2);
  const [first, second, ...more] = (await reports(workplace)).map(({ blocks }) => wordsOf(blocks));
  expect(more).toEqual([]);
  expect(first).toMatch(/Changed through the bot since .*: 1 password reset /);
  expect(second).toMatch(/Changed through the bot since .*: nothing /);
  for (const words of [first, second]) {
    expect(words).toMatch(/This report was due <!date\^\d+\^.*The next report is due <!date\^\d+\^/);
    expect(words).not.toContain(ENGINEER.login);
  }
  expect(first).toContain('*Roles that end* 1');
  expect(first).not.toBe(second);
  const exposition = await metricsOf(workplace);
  expect(exposition.value('fastly_user_bot_reports_total', { result: 'posted' })).toBe(2);
});

it('the command says when the next report is due', async () => {
  const { client } = await startScheduled();
  await client.as(NORA).command('report');
  const shown = await client
    .as(NORA)
    .until((sees) => messageWith(sees, CDN_TEAM, 'users in the Fastly account'), 'the report');
  expect(wordsOf(shown.blocks)).toMatch(
    /The next report is due <!date\^\d+\^[^|]*\|\d{4}-\d\d-\d\d 09:00 UTC>/,
  );
});

it('a report is posted up to six hours late, and later left out and logged', async () => {
  const workplace = await startScheduled();
  const { log } = workplace;
  await workplace.passTo(6 * HOUR - 60_000);
  await log.until(POSTED);
  expect(await reports(workplace)).toHaveLength(1);
  // The next instant is 24 hours after it.
  await workplace.passTo(24 * HOUR + 6 * HOUR);
  await log.until(LEFT_OUT);
  expect(await reports(workplace)).toHaveLength(1);
  const exposition = await metricsOf(workplace);
  expect(exposition.value('fastly_user_bot_reports_total', { result: 'left-out' })).toBe(1);
});

it('of the instants of a long absence, those of the last six hours are made up for', async () => {
  const workplace = await startScheduled({ REPORT_SCHEDULE: '0 */4 * * *' });
  await workplace.passTo(9 * HOUR);
  await workplace.log.until(LEFT_OUT);
  await workplace.log.untilTimes(POSTED, 2);
  expect(await reports(workplace)).toHaveLength(2);
});

it.each([
  ['Slack refuses it', { refuse: { method: 'chat.postMessage', error: 'is_archived', times: 2 } }, 'refused'],
  ['Slack is in trouble', { fail: { method: 'chat.postMessage', status: 503, times: 2 } }, 'failed'],
] as const)('a report is tried again while %s', async (_what, faults, result) => {
  const workplace = await startScheduled();
  const { client, log } = workplace;
  await client.slackFaults(faults);
  await workplace.passTo(1_000);
  await log.untilTimes(PUT_OFF, 2);
  await log.until(POSTED);
  expect(await reports(workplace)).toHaveLength(1);
  const exposition = await metricsOf(workplace);
  expect(exposition.value('fastly_user_bot_reports_total', { result })).toBe(2);
});

it('a report waits for Fastly', async () => {
  const workplace = await startScheduled();
  const { client, log } = workplace;
  await client.fastlyFaults({ fail: { match: 'GET /customer/', status: 503, times: 1_000 } });
  await workplace.passTo(1_000);
  await log.until(PUT_OFF);
  await client.fastlyFaults({ fail: null });
  await log.until(POSTED);
  expect(await reports(workplace)).toHaveLength(1);
});

it('a report is never posted where another company reads along', async () => {
  const workplace = await startScheduled();
  const { client, log } = workplace;
  await client.share(AUDIT_TRAIL.id);
  await workplace.passTo(1_000);
  const [line] = await log.untilTimes(PUT_OFF, 2);
  expect(line).toMatchObject({ why: 'who reads along there: other-companies' });
  expect(await reports(workplace)).toEqual([]);
});

it('what is below a posted report is for whoever clicks, where commands do not work, too', async () => {
  const workplace = await startScheduled({ COMMAND_CHANNELS: CDN_TEAM.id });
  const { client } = workplace;
  await workplace.passTo(1_000);
  await workplace.log.until(POSTED);
  const [posted] = await reports(workplace);
  const nora = client.as(NORA);
  await nora.click({ channel: AUDIT_TRAIL.id, ts: String(posted?.ts), actionId: 'report.locked' });
  await untilTold(nora, '2 of', AUDIT_TRAIL);
  await nora.command('report', AUDIT_TRAIL);
  await untilTold(nora, "Commands aren't enabled in this channel", AUDIT_TRAIL);
});

it('a report that Slack has is recorded once the database is back, and not posted again', async () => {
  const path = join(await temporaryFolder(), 'bot.db');
  const variables = { DATABASE_URL: `file:${path}`, ...DAILY };
  const first = await startWorkplace(DELIVERY, variables, {}, LOOKING);
  await first.log.until(PLANNED);
  await first.stop();
  const database = new DatabaseSync(path);
  const due = Date.now() - 1_000;
  database.exec(`update report_schedules set due_at = ${due}, try_at = ${due}`);
  database.close();
  await first.client.slackFaults({ delay: 500 });
  const { log } = runBot({ ...environmentFor(first, DELIVERY), ...variables }, LOOKING);
  await expect.poll(() => reports(first)).toHaveLength(1);
  await rename(path, `${path}.elsewhere`);
  await log.until(POSTED);
  await first.client.slackFaults({ delay: 0 });
  await rename(`${path}.elsewhere`, path);
  const recorded = () => {
    const reader = new DatabaseSync(path, { readOnly: true });
    const rows = reader.prepare('select due_at from reports').all();
    reader.close();
    return rows;
  };
  await expect.poll(recorded).toEqual([{ due_at: due }]);
  expect(await reports(first)).toHaveLength(1);
});
