import { expect, it, onTestFinished } from 'vitest';
import { ReportSchedule } from '../../../src/config/report-schedule.ts';
import { messagesIn, wordsOf } from '../../e2e/support/seeing.ts';
import { environmentFor } from '../../e2e/support/workplace.ts';
import { AUDIT_TRAIL, NORA } from '../../sandbox/cast.ts';
import { startSandbox } from '../../sandbox/sandbox.ts';
import { administer, newDatabase } from '../../support/postgres/database.ts';
import { startBotProcess } from '../support/bot-process.ts';
import { PATIENCE_MILLISECONDS } from '../support/place.ts';

const [PATTERN, ZONE] = ['30 8 * * *', 'Europe/Berlin'];

it('reports are due at the same instants whatever the time zones of the database and the process are', async () => {
  const sandbox = await startSandbox();
  onTestFinished(() => sandbox.close());
  const url = await newDatabase();
  await administer(url, `alter database ${new URL(url).pathname.slice(1)} set timezone = 'America/St_Johns'`);
  const environment = {
    ...environmentFor(sandbox, 'socket'),
    DATABASE_URL: url,
    TZ: 'Asia/Tokyo',
    CONFIRMATIONS_CHANNEL: AUDIT_TRAIL.id,
    REPORT_SCHEDULE: PATTERN,
    REPORT_TIMEZONE: ZONE,
  };
  const schedule = new ReportSchedule(PATTERN, ZONE);
  const before = schedule.after(Date.now());
  const first = await startBotProcess(environment);
  const { due } = await first.log('the next report is planned');
  expect([before, schedule.after(Date.now())]).toContain(Date.parse(String(due)));
  first.child.kill('SIGTERM');
  await first.ended;

  const past = Date.now() - 1_000;
  await administer(url, `update report_schedules set due_at = ${past}, try_at = ${past}`);
  const second = await startBotProcess(environment);
  await second.log('the report was posted');
  const words = await sandbox.client
    .as(NORA)
    .until(
      (sees) => messagesIn(sees, AUDIT_TRAIL).map(({ blocks }) => wordsOf(blocks))[0],
      'the report',
      PATIENCE_MILLISECONDS,
    );
  const next = schedule.after(past) / 1_000;
  expect(words).toContain(`This report was due <!date^${Math.floor(past / 1_000)}^`);
  expect(words).toContain(`The next report is due <!date^${next}^`);
});
