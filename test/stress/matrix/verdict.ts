import { State } from '../../../src/approvals/request.ts';
import { fromStored } from '../../../src/approvals/stored.ts';
import { CrossChecker } from '../../../src/checks/cross-check.ts';
import { rowsOf, verify } from '../../../src/store/audit-log.ts';
import type { Cell } from './cell.ts';
import type { Operation } from './operations.ts';
import { type FaultyStore, HEALTHY_STORES } from './store-faults.ts';

/** What the store and the audit log hold. `problems`: where the log is not whole or disagrees with the tables. */
export type Records = {
  intents: readonly { key: string; state: string; untold: boolean }[];
  requests: readonly State[];
  problems: readonly string[];
};

export async function recordsIn(store: FaultyStore): Promise<Records> {
  return await store.read(async (database) => {
    const checker = new CrossChecker();
    const whole = await verify(
      (async function* () {
        for await (const row of rowsOf(database)) {
          checker.add(row);
          yield row;
        }
      })(),
    );
    const { problems } = await checker.against(database);
    const intents = await database
      .selectFrom('intents')
      .select(['delivery_key', 'state', 'due_at'])
      .execute();
    const requests = await database.selectFrom('approval_requests').select('state').execute();
    return {
      intents: intents.map(({ delivery_key: key, state, due_at }) => ({
        key,
        state,
        untold: due_at !== null,
      })),
      requests: requests.map(({ state }) => State.parse(fromStored(state))),
      problems: [...(whole.whole ? [] : ['the chain of the audit log is broken']), ...problems],
    };
  });
}

const UNCLEAR = /may still|unclear|outcome is unknown|hasn't confirmed|didn't confirm|lost its database/i;
const DENIES = /Nothing was (changed|done|sent|requested)|wasn't|weren't applied|It didn't work/;
const IN_THE_DARK = /Something went wrong/;

type Evidence = {
  cell: Cell;
  operation: Operation;
  /** Whether the bot took the command, click or form. */
  acknowledged: boolean;
  before: Records;
  now: Records;
  /** What bot admins are shown that they were not before. */
  told: readonly string[];
  /** How often the change was made: in Fastly, or by filing a request that was not cancelled. */
  made: number;
};

export type End = 'done' | 'unclear' | 'not done';

/** What bot admins take for the end of the change by what they are told. */
export function endTold(told: readonly string[], operation: Operation): End {
  if (told.some((each) => isDone(each, operation))) return 'done';
  return told.some((each) => UNCLEAR.test(each)) ? 'unclear' : 'not done';
}

/** How many requests were filed since and not cancelled. A cancelled one is told as not posted. */
export function filedSince(before: Records, now: Records): number {
  return now.requests.filter(({ kind }) => kind !== 'cancelled').length - before.requests.length;
}

/** What is wrong, when the faults are over. */
export function verdict(evidence: Evidence): string[] {
  return [...wrongInFastly(evidence), ...wrongInWords(evidence), ...wrongInStore(evidence)];
}

function wrongInFastly({ cell, operation, acknowledged, made }: Evidence): string[] {
  if (made > 1) return [`Fastly made the change ${made} times`];
  const nothingInTheWay =
    cell.fastly === 'healthy' &&
    HEALTHY_STORES.includes(cell.store) &&
    ['healthy', 'envelope twice', 'lost after', 'connection asked to move'].includes(cell.slack);
  return nothingInTheWay && acknowledged && made === 0
    ? [`nothing was in the way of ${operation.name}, and it was not made`]
    : [];
}

function wrongInWords({ operation, acknowledged, told, made }: Evidence): string[] {
  const unclear = told.some((each) => UNCLEAR.test(each));
  const done = told.some((each) => isDone(each, operation));
  const denied = told.find((each) => DENIES.test(each) && !UNCLEAR.test(each));
  const dark = told.find((each) => IN_THE_DARK.test(each));
  const problems = dark === undefined ? [] : [`the caller learns nothing: ${dark}`];
  if (made === 0 && done) problems.push('told as done, and Fastly did not do it');
  // Slack itself says so where the bot did not take it, and nothing came of it.
  if (told.length === 0 && (acknowledged || made > 0)) problems.push('nobody was told anything');
  else if (made > 0 && !done && !unclear)
    problems.push('Fastly made the change, and nobody was told that it did or may have');
  if (made > 0 && denied !== undefined && !(operation.kind === 'approved' && done))
    problems.push(`Fastly made the change, and somebody was told: ${denied}`);
  return problems;
}

function isDone(words: string, { done }: Operation): boolean {
  if (UNCLEAR.test(words)) return false;
  return done.test(words) || /It worked\.|A check confirmed|was already done/.test(words);
}

function wrongInStore({ before, now, made, operation }: Evidence): string[] {
  const known = new Set(before.intents.map(({ key }) => key));
  const own = now.intents.filter(({ key }) => !known.has(key));
  const problems = [...now.problems];
  for (const { key, state, untold } of own) {
    if (state === 'open') problems.push(`the change ${key} is still open`);
    if (untold) problems.push(`the change ${key} (${state}) is still to be told`);
    if (state === 'done' && made !== 1) problems.push('recorded as done, and Fastly did not do it');
    if (state === 'failed' && made === 1) problems.push('recorded as failed, and Fastly did it');
  }
  if (operation.kind === 'own' && made === 1 && own.length === 0)
    problems.push('Fastly did it, and nothing is recorded');
  if (operation.kind === 'approved')
    for (const state of now.requests) problems.push(...wrongInRequest(state, made));
  return problems;
}

function wrongInRequest(state: State, made: number): string[] {
  switch (state.kind) {
    case 'executing':
      return ['a request is still being carried out'];
    case 'approved':
      return state.notBefore > Date.now() + 5 * 60_000 ? [] : ['an approved request still waits'];
    case 'completed':
      return made === 1 ? [] : ['a request is completed, and Fastly did not do it'];
    case 'failed':
      return made === 1 && !state.unclear ? ['a request has failed, and Fastly did it'] : [];
    default:
      return made === 1 ? [`a request is ${state.kind}, and Fastly did it`] : [];
  }
}
