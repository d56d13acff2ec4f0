import { Writable } from 'node:stream';
import { expect, onTestFinished } from 'vitest';
import { z } from 'zod';
import { Bot } from '../../../src/bot.ts';
import { readConfig } from '../../../src/config/config.ts';
import { TIMES, type Times } from '../../../src/config/times.ts';
import { createLogger } from '../../../src/observability/log.ts';
import { SUPERUSERS } from '../../sandbox/cast.ts';
import { type Sandbox, type SandboxOptions, startSandbox } from '../../sandbox/sandbox.ts';

export type DeliveryMode = 'socket' | 'http';

/** How Slack delivers where that makes no difference. `npm run test:resilience` has it over HTTP, too. */
export const DELIVERY: DeliveryMode = process.env.DELIVERY === 'http' ? 'http' : 'socket';

/** For what is tested both ways, as the two differ in it. */
export const DELIVERY_MODES: readonly DeliveryMode[] = DELIVERY === 'http' ? ['http'] : ['socket', 'http'];

/**
 * What a bot waits for in tests. How long an answer may take stays as it is, as a shorter time would be over by
 * chance on a busy machine: a test of slow answers sets `times.answerWithin` to `SHORT_ANSWER` while it needs that,
 * and has Fastly take `SLOW_MILLISECONDS`.
 */
const QUICK: Times = {
  ...TIMES,
  workerInterval: 200,
  runShown: 0,
  homesGathered: 100,
  firstRetry: 50,
  slowRetry: 200,
  overdueLook: 200,
  stillTaking: 0,
  // Whatever else a test counts, it doesn't count these calls.
  checkedAfter: 2 ** 31 - 1,
  botAdminsLook: { after: 2 ** 31 - 1, every: 2 ** 31 - 1 },
};
export const SHORT_ANSWER = 300;
export const SLOW_MILLISECONDS = 1_000;

/** The bot's log, as whoever runs it would read it. */
export class LogLines {
  readonly lines: Record<string, unknown>[] = [];
  readonly #watchers = new Set<() => void>();

  readonly stream = new Writable({
    write: (chunk: Buffer, _encoding, done) => {
      for (const line of chunk
        .toString()
        .split('\n')
        .filter((text) => text !== '')) {
        const parsed: Record<string, unknown> = JSON.parse(line);
        this.lines.push(parsed);
      }
      for (const watcher of this.#watchers) watcher();
      done();
    },
  });

  /** Resolves with the first line whose message is this, past or to come. */
  async until(message: string): Promise<Record<string, unknown>> {
    return (await this.untilTimes(message, 1))[0] ?? {};
  }

  /** Resolves with the lines whose message is this, once there are so many. */
  async untilTimes(message: string, times: number): Promise<Record<string, unknown>[]> {
    const find = () => this.lines.filter((line) => line.msg === message);
    while (find().length < times) {
      await new Promise<void>((resolve) => {
        const watcher = () => {
          this.#watchers.delete(watcher);
          resolve();
        };
        this.#watchers.add(watcher);
      });
    }
    return find();
  }

  get text(): string {
    return this.lines.map((line) => JSON.stringify(line)).join('\n');
  }
}

/** A bot in this process. It reads `times` whenever it waits, so a test may change them. */
export type RunningBot = {
  times: Times;
  log: LogLines;
  ended: Promise<unknown>;
  /** Stops it before the test ends. */
  stop(): Promise<void>;
};
export type Workplace = Sandbox & RunningBot;

/** The variables of a bot that works in this sandbox. */
export function environmentFor(
  { slack, fastly }: Pick<Sandbox, 'slack' | 'fastly'>,
  mode: DeliveryMode,
): Record<string, string> {
  return {
    SLACK_API_URL: slack.apiUrl,
    SLACK_BOT_TOKEN: slack.botToken,
    ...(mode === 'socket'
      ? { SLACK_APP_TOKEN: slack.appToken }
      : { SLACK_SIGNING_SECRET: slack.signingSecret }),
    SUPERUSERS: SUPERUSERS.map(({ id }) => id).join(','),
    FASTLY_API_URL: fastly.url,
    FASTLY_API_TOKEN: fastly.token,
    DATABASE_URL: 'file::memory:',
    HOST: '127.0.0.1',
    PORT: '0',
    HEALTH_PORT: '0',
    LOG_LEVEL: 'debug',
  };
}

/** A sandbox with the bot connected to it; both end with the test. */
export async function startWorkplace(
  mode: DeliveryMode = DELIVERY,
  variables: Record<string, string> = {},
  options: SandboxOptions = {},
  times: Partial<Times> = {},
): Promise<Workplace> {
  const sandbox = await startSandbox(options);
  onTestFinished(() => sandbox.close());
  const running = runBot({ ...environmentFor(sandbox, mode), ...variables }, times);
  await connected(sandbox, running.log, mode);
  return { ...sandbox, ...running };
}

/** Runs a bot in this process; it stops with the test. */
export function runBot(environment: Record<string, string>, waits: Partial<Times> = {}): RunningBot {
  const config = readConfig(environment);
  const log = new LogLines();
  const times = { ...QUICK, ...waits };
  const bot = new Bot(config, createLogger(config.LOG_LEVEL, log.stream), times);
  const ended = bot.run().catch((error: unknown) => error);
  let stopped: Promise<void> | null = null;
  const stop = () => {
    stopped ??= bot.stop();
    return stopped;
  };
  onTestFinished(async () => {
    const failed = await stop().catch((error: unknown) => error);
    if (failed !== undefined && failed !== (await ended)) throw failed;
  });
  return { times, log, ended, stop };
}

export async function connected({ client }: Sandbox, log: LogLines, mode: DeliveryMode): Promise<void> {
  await log.until('database ready');
  await log.until('Fastly token accepted');
  if (mode === 'socket') {
    await log.until('connected to Slack');
    return;
  }
  const { address } = await log.until("taking Slack's requests at /slack/events");
  const { port } = z.object({ port: z.number() }).parse(address);
  await client.setRequestUrl(`http://127.0.0.1:${port}/slack/events`);
}

/** Forgets the calls to Fastly that a start makes. The last one asks when the token expires. */
export async function forgetStart({ client }: Pick<Sandbox, 'client'>): Promise<void> {
  await expect
    .poll(async () => (await client.fastlyCalls()).map(({ path }) => path), { interval: 5 })
    .toContain('/tokens/self');
  await client.forgetFastlyCalls();
}
