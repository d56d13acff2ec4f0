import { describe, expect, it } from 'vitest';
import { type RequestMessage, toldPrivately } from '../../e2e/support/approving.ts';
import {
  clickOn,
  idlers,
  lockedNow,
  openForm,
  puts,
  submitTicked,
  untilRequested,
} from '../../e2e/support/idle.ts';
import { NORA, TOMAS } from '../../sandbox/cast.ts';
import { ENGINES, type EngineName } from '../support/databases.ts';
import { untilShown } from '../support/deletion.ts';
import {
  auditLog,
  type CrashPlace,
  died,
  hold,
  kill,
  killOnceHeld,
  newCrashPlace,
  PATIENCE_MILLISECONDS,
  PATIENT,
  restartBot,
  startBot,
  untilNothingIsPending,
} from '../support/place.ts';
import { audited, dieAt, holdFastly, SIDES } from '../support/points.ts';
import { wrote } from '../support/takeover.ts';

const SIX = idlers(6);
const ALL = SIX.map(({ id }) => id);
const [, , THIRD = '', , , LAST = ''] = ALL;

/** The transaction that writes this about the lock of a user into the audit log. */
const ofLock = (event: string, user: string) => ({
  statement: '^insert into "audit_log"',
  values: ['lock', event, user],
});

/** The transaction that keeps how far the request is, which holds its claim for another lease. */
const REACHED = {
  statement: '^update "approval_requests" set "state" = \\S+ "due_at" = \\S+ where',
  values: [],
};

async function placeWithIdlers(engine: EngineName): Promise<CrashPlace> {
  const place = await newCrashPlace(engine);
  await place.client.putFastlyUsers(SIX);
  return place;
}

/** Nora asks for six to be locked, and waits until Slack shows it. */
async function ask(place: CrashPlace): Promise<RequestMessage> {
  await openForm(place.client);
  await submitTicked(place.client, SIX);
  const message = await untilRequested(place.client);
  await untilShown(place);
  return message;
}

/** Whose lock the audit log says was done, in order. */
async function recorded(place: CrashPlace): Promise<(string | null)[]> {
  const entries = await auditLog(place);
  return entries
    .filter(({ change, event }) => change === 'lock' && event === 'done')
    .map(({ target }) => target);
}

/** All six are locked, each once, and it is told. @param calls whom Fastly was asked to lock, in order */
async function expectLocked(place: CrashPlace, message: RequestMessage, calls = ALL): Promise<void> {
  await untilNothingIsPending(place);
  await message.until(place.client.as(NORA), '✅ 6 of 6 locked.');
  expect(await puts(place.client)).toEqual(calls);
  expect(await lockedNow(place.client)).toEqual(ALL);
  expect(await recorded(place)).toEqual(ALL);
  const told = toldPrivately(await place.client.as(NORA).sees(), 'direct');
  expect(told.filter((words) => words.includes('interrupted'))).toEqual([]);
}

const COMMITS = [
  { what: 'the start', point: audited('started') },
  { what: 'how far it is', point: REACHED },
  { what: 'the intent of the third', point: ofLock('begun', THIRD) },
  { what: 'the lock of the third', point: ofLock('done', THIRD) },
  { what: 'the lock of the last', point: ofLock('done', LAST) },
  { what: 'the end', point: audited('completed') },
].flatMap((each) => SIDES.map((when) => ({ ...each, when })));

describe.each(ENGINES)('several users, on %s, are each locked once', PATIENT, (engine) => {
  it.each(COMMITS)('when the bot dies $when the commit of $what', async ({ point, when }) => {
    const place = await placeWithIdlers(engine);
    const bot = await startBot(place, { point: dieAt(when, point) });
    const message = await ask(place);
    await message.take(place.client.as(TOMAS), 'approve');
    await died(bot);
    await restartBot(place);
    await expectLocked(place, message);
  });

  it.each([
    { when: 'before', calls: [...ALL.slice(0, 3), ...ALL.slice(2)] },
    { when: 'after', calls: ALL },
  ] as const)('when the bot dies while Fastly holds the third, $when it is done', async ({ when, calls }) => {
    const place = await placeWithIdlers(engine);
    const bot = await startBot(place);
    const message = await ask(place);
    await hold(place, holdFastly(when, `PUT /user/${THIRD}`));
    await message.take(place.client.as(TOMAS), 'approve');
    await killOnceHeld(place, bot, 'fastly');
    await restartBot(place);
    await expectLocked(place, message, [...calls]);
  });

  it.each(SIDES)('and no further after a stop, when the bot dies %s the commit of the stop', async (when) => {
    const place = await placeWithIdlers(engine);
    const bot = await startBot(place, { point: dieAt(when, audited('stopped')) });
    const message = await ask(place);
    await hold(place, holdFastly('before', `PUT /user/${THIRD}`));
    await message.take(place.client.as(TOMAS), 'approve');
    await place.client.untilHeld('fastly', PATIENCE_MILLISECONDS);
    await message.until(place.client.as(NORA), 'locked');
    await clickOn(place.client, message, 'stop', TOMAS);
    await died(bot);
    await restartBot(place);
    await untilNothingIsPending(place);
    if (when === 'before') {
      // The stop was never recorded.
      await expectLocked(place, message, [...ALL.slice(0, 3), ...ALL.slice(2)]);
      return;
    }
    await message.until(place.client.as(NORA), '✅ 2 of 6 locked.');
    expect(await puts(place.client)).toEqual(ALL.slice(0, 3));
    expect(await recorded(place)).toEqual(ALL.slice(0, 2));
  });
});

describe.each(ENGINES)('Unlock these, on %s, unlocks each once', PATIENT, (engine) => {
  it.each(SIDES)('when the bot dies %s the commit of the third, by another click', async (when) => {
    const place = await placeWithIdlers(engine);
    const { client } = place;
    const first = await startBot(place);
    const message = await ask(place);
    await message.take(client.as(TOMAS), 'approve');
    await expectLocked(place, message);
    await kill(first);
    await place.database.outlastLeases();
    const point = { statement: '^insert into "audit_log"', values: ['update', 'done', THIRD] };
    const bot = await startBot(place, { point: dieAt(when, point) });
    await clickOn(client, message, 'unlock-several', TOMAS);
    await died(bot);
    await restartBot(place);
    await untilNothingIsPending(place);
    await clickOn(client, message, 'unlock-several', TOMAS);
    await message.untilInThread(client.as(NORA), 'unlocked 6 users.');
    await untilNothingIsPending(place);
    expect(await lockedNow(client)).toEqual([]);
    expect((await puts(client)).slice(ALL.length)).toEqual(ALL);
    expect(message.buttons(await client.as(NORA).sees())).toEqual([]);
  });
});

it('of two bots, the one that lives goes on where the other one died', PATIENT, async () => {
  const place = await placeWithIdlers('PostgreSQL');
  const bots = [await startBot(place), await startBot(place)];
  const message = await ask(place);
  await hold(place, holdFastly('after', `PUT /user/${THIRD}`));
  await message.take(place.client.as(TOMAS), 'approve');
  await place.client.untilHeld('fastly', PATIENCE_MILLISECONDS);
  const dying = bots.find((bot) => wrote(bot, 'started'));
  if (!dying) throw new Error('no bot carries it out');
  await kill(dying);
  await place.database.outlastLeases();
  await expectLocked(place, message);
});

it('of two bots, one locks each', PATIENT, async () => {
  const place = await placeWithIdlers('PostgreSQL');
  await Promise.all([startBot(place), startBot(place)]);
  const message = await ask(place);
  await message.take(place.client.as(TOMAS), 'approve');
  await expectLocked(place, message);
});
