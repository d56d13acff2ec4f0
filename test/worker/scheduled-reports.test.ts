import { WebClient } from '@slack/web-api';
import { expect, it, onTestFinished } from 'vitest';
import { ChannelId } from '../../src/ids.ts';
import { createLogger } from '../../src/observability/log.ts';
import { Conversations } from '../../src/slack/connection/conversations.ts';
import { Posting } from '../../src/slack/connection/posting.ts';
import { ReportBook } from '../../src/store/reports.ts';
import { ScheduledReports, type ScheduledReportsOptions } from '../../src/worker/scheduled-reports.ts';
import { startDirectory } from '../directory/start.ts';
import { LogLines } from '../e2e/support/workplace.ts';
import { SQLITE } from '../store/both-databases.ts';
import { newNetwork } from '../support/network.ts';

const BROKEN = 'REPORT_SCHEDULE gives no later instant, so no report is planned';
const NAME = '0 9 * * 1 UTC';

/** Reports by a schedule that is asked again and again; `asked` counts how often it was. */
async function startReports(after: () => number, askedAgain: number) {
  const { store } = await SQLITE.open();
  const { client, directory } = await startDirectory();
  const lines = new LogLines();
  const log = createLogger('debug', lines.stream);
  const slack = new WebClient('xoxb-none');
  const stopping = new AbortController();
  const asked = { times: 0 };
  const looks = { times: 0 };
  const options: ScheduledReportsOptions = {
    schedule: {
      name: NAME,
      after: () => {
        asked.times += 1;
        return after();
      },
    },
    channel: ChannelId.parse('C0AUDIT01'),
    lease: 60_000,
    store,
    fastly: client,
    directory,
    promotions: { counted: async () => ({ all: 0, overdue: 0, toCheck: 0 }) },
    leavers: { counted: async () => null },
    conversations: new Conversations(slack, log),
    posting: new Posting(slack, newNetwork().dispatcher, log),
    metrics: { report: () => {} },
    disabled: new Set(),
    times: {
      workerInterval: 1,
      get reports() {
        looks.times += 1;
        return { look: 1, again: 1, late: 1, askedAgain };
      },
    },
    stopping: stopping.signal,
    log,
  };
  const ended = new ScheduledReports(options).follow();
  onTestFinished(async () => {
    stopping.abort();
    await ended;
  });
  return { lines, asked, looks, next: () => new ReportBook(store, NAME).next() };
}

const failing = () => {
  throw new Error('the parser is at its end');
};

it('a schedule that gives no instant is one line in the log, and is not asked again at once', async () => {
  const { lines, asked, looks, next } = await startReports(failing, 3_600_000);
  await lines.until(BROKEN);
  await expect.poll(() => looks.times).toBeGreaterThan(50);
  expect(asked.times).toBe(1);
  expect(lines.lines.filter(({ msg }) => msg === BROKEN)).toMatchObject([
    { level: 50, err: { message: 'the parser is at its end' } },
  ]);
  expect(await next()).toBeNull();
});

it('such a schedule is asked again later, and what it gives then is planned', async () => {
  let isMended = false;
  const { lines, next } = await startReports(() => (isMended ? 4_000_000_000_000 : failing()), 5);
  await lines.untilTimes(BROKEN, 3);
  isMended = true;
  await lines.until('the next report is planned');
  expect(await next()).toBe(4_000_000_000_000);
});
