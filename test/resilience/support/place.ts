import { fileURLToPath } from 'node:url';
import { expect, onTestFinished } from 'vitest';
import { RequestId } from '../../../src/approvals/request.ts';
import { type Surface, surfacesOf } from '../../../src/approvals/surfaces.ts';
import { CrossChecker } from '../../../src/checks/cross-check.ts';
import { rowsOf, verify } from '../../../src/store/audit-log.ts';
import type { AuditRow } from '../../../src/store/tables.ts';
import { environmentFor } from '../../e2e/support/workplace.ts';
import { AUDIT_TRAIL } from '../../sandbox/cast.ts';
import type { FastlyFaults, SlackFaults } from '../../sandbox/control/protocol.ts';
import { type Sandbox, startSandbox } from '../../sandbox/sandbox.ts';
import { type BotProcess, startBotProcess } from './bot-process.ts';
import { type CrashPoint, STOPPED } from './crash-point.ts';
import { type CrashDatabase, type EngineName, newCrashDatabase } from './databases.ts';

const PRELOAD = new URL('crash-point.ts', import.meta.url).href;

/** Where the bots keep what Node compiled, as they start very often here. */
const COMPILE_CACHE = fileURLToPath(new URL('../../../node_modules/.cache/crash-tests', import.meta.url));

/** Each test starts two processes, which a busy machine takes its time for. */
export const PATIENT = { timeout: 120_000 };

/** How long something that the bot does by itself may take, in milliseconds. */
export const PATIENCE_MILLISECONDS = 30_000;

export type Hold =
  | { service: 'slack'; fault: NonNullable<SlackFaults['hold']> }
  | { service: 'fastly'; fault: NonNullable<FastlyFaults['hold']> };

/** A sandbox and a database in which one bot process follows the other. */
export type CrashPlace = Sandbox & { database: CrashDatabase };

export async function newCrashPlace(engine: EngineName): Promise<CrashPlace> {
  const sandbox = await startSandbox();
  onTestFinished(() => sandbox.close());
  return { ...sandbox, database: await newCrashDatabase(engine) };
}

type Start = { point?: CrashPoint; variables?: Record<string, string> };

/** Starts the bot and waits until it is ready; with a point it will not live long. */
export async function startBot(place: CrashPlace, start: Start = {}): Promise<BotProcess> {
  const bot = await startDyingBot(place, start);
  await bot.untilReadyz(200);
  return bot;
}

/** Starts a bot that may be dead before it is ready. */
export async function startDyingBot(
  place: CrashPlace,
  { point, variables = {} }: Start,
): Promise<BotProcess> {
  return await startBotProcess({
    ...environmentFor(place, 'socket'),
    NODE_COMPILE_CACHE: COMPILE_CACHE,
    DATABASE_URL: place.database.url,
    CONFIRMATIONS_CHANNEL: AUDIT_TRAIL.id,
    ...variables,
    ...(point && { NODE_OPTIONS: `--import=${PRELOAD}`, CRASH_POINT: JSON.stringify(point) }),
  });
}

/** Waits for the process to die at its point. */
export async function died(bot: BotProcess): Promise<void> {
  expect(await bot.ended).toBe('SIGKILL');
}

export async function kill(bot: BotProcess): Promise<void> {
  bot.child.kill('SIGKILL');
  await died(bot);
}

/** Kills the bot once one of its requests to that service is held. */
export async function killOnceHeld(
  { client }: CrashPlace,
  bot: BotProcess,
  service: Hold['service'],
): Promise<void> {
  await client.untilHeld(service, PATIENCE_MILLISECONDS);
  await kill(bot);
}

/** Has the next such request held open. */
export async function hold({ client }: CrashPlace, { service, fault }: Hold): Promise<void> {
  if (service === 'slack') await client.slackFaults({ hold: fault });
  else await client.fastlyFaults({ hold: fault });
}

/** Waits for the process to stop at its point, and has it go on when `meanwhile` is over. */
export async function whileStopped(bot: BotProcess, meanwhile: () => Promise<void>): Promise<void> {
  await bot.until((text) => text === STOPPED, `'${STOPPED}'`);
  await meanwhile();
  bot.child.stdin?.write('\n');
}

/** Starts the bot again after it died, when the leases it had are over. */
export async function restartBot(
  place: CrashPlace,
  variables: Record<string, string> = {},
): Promise<BotProcess> {
  await place.database.outlastLeases();
  return await startBot(place, { variables });
}

/** The audit log as it stands, once it is proven whole and to agree with the tables beside it; for a bot at rest. */
export async function auditLog({ database }: CrashPlace): Promise<AuditRow[]> {
  return await database.read(async (reader) => {
    expect(await verify(rowsOf(reader))).toMatchObject({ whole: true });
    const rows = await reader.selectFrom('audit_log').selectAll().orderBy('seq').execute();
    const checker = new CrossChecker();
    for (const row of rows) checker.add(row);
    expect((await checker.against(reader)).problems).toEqual([]);
    return rows;
  });
}

/** The events of the audit log in order, an attempt that was taken over counted as one. */
export async function auditedEvents(place: CrashPlace): Promise<string[]> {
  const events = (await auditLog(place)).map(({ event }) => event);
  return events.filter((event, index) => event !== 'started' || events[index - 1] !== 'started');
}

/** What the database still has to do, by kind. */
export async function pending({ database }: CrashPlace): Promise<Record<string, number>> {
  return await database.read(async (reader) => {
    const requests = await reader.selectFrom('approval_requests').selectAll().execute();
    const surfaces = await reader.selectFrom('surfaces').selectAll().execute();
    const intents = await reader.selectFrom('intents').selectAll().execute();
    const locks = await reader.selectFrom('account_lock').selectAll().execute();
    return {
      steps: requests.filter(({ due_at }) => due_at !== null).length,
      displays: requests.filter((row) => row.display_due_at !== null || row.display_claim !== null).length,
      surfaces: surfaces.filter(({ wanted, shown }) => wanted > shown).length,
      intents: intents.filter(({ state, due_at }) => state === 'open' || due_at !== null).length,
      locks: locks.filter(({ holder }) => holder !== null).length,
    };
  });
}

export const NOTHING_PENDING = { steps: 0, displays: 0, surfaces: 0, intents: 0, locks: 0 };

/** Waits until the bot has nothing left to do. */
export async function untilNothingIsPending(place: CrashPlace): Promise<void> {
  await expect.poll(() => pending(place), { timeout: PATIENCE_MILLISECONDS }).toEqual(NOTHING_PENDING);
}

/** What Slack is recorded to show of a request. */
export async function recordedSurfaces({ database }: CrashPlace, request: string): Promise<Surface[]> {
  return await database.read((reader) => surfacesOf(reader, RequestId.parse(request)));
}
