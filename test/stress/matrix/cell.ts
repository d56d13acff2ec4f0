import { setTimeout as pause } from 'node:timers/promises';
import { z } from 'zod';
import { TIMES, type Times } from '../../../src/config/times.ts';
import { readyz } from '../../e2e/support/readyz.ts';
import { messagesIn, wordsOf } from '../../e2e/support/seeing.ts';
import {
  connected,
  type DeliveryMode,
  environmentFor,
  type RunningBot,
  runBot,
} from '../../e2e/support/workplace.ts';
import { CDN_TEAM, NORA } from '../../sandbox/cast.ts';
import type { SeenMessage } from '../../sandbox/control/protocol.ts';
import { PLUS_LOGIN } from '../../sandbox/fastly/people.ts';
import { type Sandbox, startSandbox } from '../../sandbox/sandbox.ts';
import { DEADLINE_MILLISECONDS, FASTLY_FAULTS, healFastly } from './fastly-faults.ts';
import { OPERATIONS, type Operation } from './operations.ts';
import type { Row } from './pairwise.ts';
import { healSlack, SLACK_FAULTS } from './slack-faults.ts';
import { type FaultyStore, STORE_FAULTS } from './store-faults.ts';
import { type End, endTold, filedSince, type Records, recordsIn, verdict } from './verdict.ts';
import { look, newWords } from './witness.ts';

/** `strikes`: when the store begins to fail. */
export const FACTORS = {
  operation: OPERATIONS.map(({ name }) => name),
  fastly: Object.keys(FASTLY_FAULTS),
  slack: Object.keys(SLACK_FAULTS),
  store: Object.keys(STORE_FAULTS),
  strikes: ['at once', 'once begun'],
  delivery: ['socket', 'http'],
} as const;
export type Cell = Row<typeof FACTORS>;
/** Why a cell is broken; empty where it held. */
/** `end`: how the change is told to have ended. */
export type Tried = { cell: Cell; problems: string[]; told: string[]; end: End | null };

/** The faults last longer than a call may take, so that each call to Fastly meets them. */
const FAULTS_MILLISECONDS = DEADLINE_MILLISECONDS + 500;
/** The lease of a change that nobody recorded the end of has to run out, on a machine that is busy. */
const PATIENCE_MILLISECONDS = 30_000;
const LOOK_AGAIN_MILLISECONDS = 300;
const ANSWER_MILLISECONDS = 10_000;

const WAITS: Partial<Times> = {
  fastlyAskedAgain: 200,
  drain: 5_000,
  socketMode: { ...TIMES.socketMode, firstPause: 100, longestPause: 1_000 },
};

/** Carries a change out with these faults around it, ends them, and looks what has become of it. */
export async function tryCell(cell: Cell): Promise<Tried> {
  const sandbox = await startSandbox();
  try {
    const store = await STORE_FAULTS[cell.store]?.();
    const operation = OPERATIONS.find(({ name }) => name === cell.operation);
    if (!store || !operation) throw new Error(`no such cell: ${JSON.stringify(cell)}`);
    const mode: DeliveryMode = cell.delivery === 'http' ? 'http' : 'socket';
    const variables = {
      ...environmentFor(sandbox, mode),
      DATABASE_URL: store.url,
      FASTLY_TIMEOUT: `${DEADLINE_MILLISECONDS}ms`,
      EXECUTION_LEASE: `${5 * DEADLINE_MILLISECONDS}ms`,
      LOG_LEVEL: 'info',
    };
    const bot = runBot(variables, WAITS);
    try {
      await connected(sandbox, bot.log, mode);
      return await tried(cell, operation, { sandbox, store, bot });
    } finally {
      await bot.stop();
    }
  } catch (error) {
    return {
      cell,
      problems: [`could not be tried: ${error instanceof Error ? error.message : error}`],
      told: [],
      end: null,
    };
  } finally {
    await sandbox.close();
  }
}

type Parts = { sandbox: Sandbox; store: FaultyStore; bot: RunningBot };

async function tried(cell: Cell, operation: Operation, parts: Parts): Promise<Tried> {
  const { sandbox, store, bot } = parts;
  const { client } = sandbox;
  const act = await operation.prepare(sandbox);
  await client.forgetFastlyCalls();
  const [sight, records] = [await look(client), await recordsIn(store)];
  const { faults = {}, meanwhile } = SLACK_FAULTS[cell.slack] ?? {};
  const strike = new Strike(store);
  if (cell.strikes === 'at once') await strike.now();
  else strike.onceBegun(bot);
  await client.slackFaults(faults);
  await client.fastlyFaults(FASTLY_FAULTS[cell.fastly]?.(operation.call) ?? {});
  const changes = async () =>
    (await client.fastlyCalls()).filter(({ method, path }) => `${method} ${path}`.startsWith(operation.call));
  const over = pause(FAULTS_MILLISECONDS);
  const acted = act();
  const met = meanwhile?.(sandbox, acted) ?? Promise.resolve();
  const [outcome] = await Promise.all([acted, met, over]);
  await untilNone(async () => {
    const isMet = (await changes()).length > 0 || newWords(sight, await look(client)).length > 0;
    return isMet ? [] : ['the faults are not met yet'];
  }, FAULTS_MILLISECONDS);
  await healFastly(sandbox);
  await healSlack(sandbox);
  await strike.over();
  const acknowledged = z.object({ acknowledged: z.boolean() }).safeParse(outcome).data?.acknowledged ?? true;

  let told: string[] = [];
  const judge = async () => {
    told = newWords(sight, await look(client));
    const now: Records = await recordsIn(store);
    const done = (await changes()).filter((each) => each.done).length;
    const made = operation.kind === 'asked' ? filedSince(records, now) : done;
    return [
      ...verdict({ cell, operation, acknowledged, before: records, now, told, made }),
      ...(await health(bot)),
    ];
  };
  const problems = await untilNone(judge);
  problems.push(...(await answersGet(sandbox)));
  // What holds goes on to hold.
  if (problems.length === 0) problems.push(...(await judge()));
  return { cell, problems, told, end: endTold(told, operation) };
}

/** Looks again until all is well, or patience has run out. */
async function untilNone(
  judge: () => Promise<string[]>,
  patience = PATIENCE_MILLISECONDS,
): Promise<string[]> {
  const end = performance.now() + patience;
  while (true) {
    const problems = await judge();
    if (problems.length === 0 || performance.now() > end) return problems;
    await pause(LOOK_AGAIN_MILLISECONDS);
  }
}

/** The fault of the store: it begins once, ends once, and does not begin after that. */
class Strike {
  readonly #store: FaultyStore;
  #begun: Promise<unknown> = Promise.resolve();
  #isOver = false;
  #failure: string | null = null;

  constructor(store: FaultyStore) {
    this.#store = store;
  }

  async now(): Promise<void> {
    if (this.#isOver) return;
    this.#begun = this.#store.strike().catch((error: unknown) => {
      // What the end has broken off is no fault of the test.
      if (!this.#isOver) this.#failure = `the store's fault did not begin: ${error}`;
    });
    await this.#begun;
  }

  /** Begins at the moment at which the bot has recorded that it begins. */
  onceBegun(bot: RunningBot): void {
    void untilBegun(bot).then(() => this.now());
  }

  async over(): Promise<void> {
    this.#isOver = true;
    await Promise.race([this.#begun, pause(FAULTS_MILLISECONDS)]);
    await this.#store.heal();
    await this.#begun;
    if (this.#failure !== null) throw new Error(this.#failure);
  }
}

async function untilBegun({ log }: RunningBot): Promise<void> {
  const Line = z.object({ audit: z.object({ event: z.string() }) });
  let known = log.lines.filter(({ msg }) => msg === 'audit').length;
  while (true) {
    known += 1;
    const line = (await log.untilTimes('audit', known))[known - 1];
    if (['begun', 'started', 'filed'].includes(Line.parse(line).audit.event)) return;
  }
}

async function health(bot: RunningBot): Promise<string[]> {
  const { status, body } = await readyz(bot);
  const { address } = await bot.log.until('serving /healthz and /readyz');
  const { port } = z.object({ port: z.number() }).parse(address);
  const alive = await fetch(`http://127.0.0.1:${port}/healthz`);
  const wrong = [...Object.values(body.missing), ...body.degraded.map(({ what }) => what)];
  return [
    ...(status === 200 && wrong.length === 0 ? [] : [`/readyz says ${status}: ${wrong.join('; ')}`]),
    ...(alive.status === 200 ? [] : ['/healthz says that the process does not live']),
  ];
}

async function answersGet({ client }: Sandbox): Promise<string[]> {
  const nora = client.as(NORA);
  const isCard = ({ blocks, text }: SeenMessage) => `${text} ${wordsOf(blocks)}`.includes(PLUS_LOGIN.login);
  return await untilNone(async () => {
    await nora.command(`get ${PLUS_LOGIN.id}`);
    // On a busy machine Fastly may take too long now and then, which is told, and typed again.
    const card = nora.until(
      (sees) => messagesIn(sees, CDN_TEAM).some(isCard),
      'the card',
      ANSWER_MILLISECONDS,
    );
    return await card.then(() => []).catch((error: unknown) => [`a get is not answered: ${error}`]);
  });
}
