import { describe, expect, it } from 'vitest';
import { openRequest, type RequestMessage, toldPrivately } from '../../e2e/support/approving.ts';
import { CDN_TEAM, NORA, TOMAS } from '../../sandbox/cast.ts';
import { ENGINEER } from '../../sandbox/fastly/people.ts';
import { ENGINES, type EngineName } from '../support/databases.ts';
import { untilShown } from '../support/deletion.ts';
import { statusesOf } from '../support/own-change.ts';
import {
  auditedEvents,
  type CrashPlace,
  died,
  hold,
  killOnceHeld,
  NOTHING_PENDING,
  newCrashPlace,
  PATIENCE_MILLISECONDS,
  PATIENT,
  pending,
  restartBot,
  startBot,
  untilNothingIsPending,
} from '../support/place.ts';
import { audited, dieAt, holdFastly, SIDES } from '../support/points.ts';

/** What makes a Fastly superuser: words, the call that they come to, and who stands in the request's message. */
type Promotion = { words: string; call: string; shown: string; done: string };

const LOGIN = 'grace.newcomb@example.com';
const CREATION: Promotion = {
  words: `create ${LOGIN} --name "Grace Newcomb" --role superuser`,
  call: 'POST /user',
  shown: LOGIN,
  done: 'created as a Fastly superuser',
};
const UPDATE: Promotion = {
  words: `update ${ENGINEER.id} --role superuser --name "Edda Sommer"`,
  call: `PUT /user/${ENGINEER.id}`,
  shown: ENGINEER.id,
  done: 'promoted to Fastly superuser',
};

async function isSuperuser({ client }: CrashPlace, { shown }: Promotion): Promise<boolean> {
  const users = await client.fastlyUsers();
  return users.some(({ id, login, role }) => [id, login].includes(shown) && role === 'superuser');
}

/** Nora asks, and waits until Slack shows it. */
async function ask(place: CrashPlace, { words, shown }: Promotion): Promise<RequestMessage> {
  const nora = place.client.as(NORA);
  await nora.command(words);
  const message = await nora.until((sees) => openRequest(sees, CDN_TEAM, { id: shown }), 'the request');
  await untilShown(place);
  return message;
}

/** Has the bot die while Fastly holds the call of a promotion that Tomás has approved, and starts it again. */
async function diedWhileHeld(
  engine: EngineName,
  when: 'before' | 'after',
  promotion: Promotion,
): Promise<{ place: CrashPlace; message: RequestMessage }> {
  const place = await newCrashPlace(engine);
  const bot = await startBot(place);
  const message = await ask(place, promotion);
  await hold(place, holdFastly(when, promotion.call));
  await message.take(place.client.as(TOMAS), 'approve');
  await killOnceHeld(place, bot, 'fastly');
  await restartBot(place);
  return { place, message };
}

/** Has the bot die at a commit of a promotion that Tomás approves, and starts it again. */
async function diedAt(
  engine: EngineName,
  point: { when: 'before' | 'after'; event: string },
  promotion: Promotion,
): Promise<{ place: CrashPlace; message: RequestMessage }> {
  const place = await newCrashPlace(engine);
  const bot = await startBot(place, { point: dieAt(point.when, audited(point.event)) });
  const message = await ask(place, promotion);
  await message.take(place.client.as(TOMAS), 'approve');
  await died(bot);
  await restartBot(place);
  return { place, message };
}

const ONCE = ['filed', 'approved', 'started', 'completed'];

async function expectCompleted(
  place: CrashPlace,
  message: RequestMessage,
  promotion: Promotion,
  { calls, found, events = ONCE }: { calls: (number | null)[]; found: boolean; events?: string[] },
): Promise<void> {
  await untilNothingIsPending(place);
  expect(await isSuperuser(place, promotion)).toBe(true);
  expect(await statusesOf(place, promotion.call)).toEqual(calls);
  expect(await auditedEvents(place)).toEqual(events);
  const sees = await place.client.as(NORA).sees();
  expect(message.words(sees)).toContain(`was ${promotion.done}`);
  expect(message.buttons(sees)).toEqual([]);
  const told = toldPrivately(sees, 'direct').filter((each) => each.includes(`was ${promotion.done}`));
  expect(told[0]?.includes('A check confirmed the change')).toBe(found);
}

/** A creation that nobody can tell the end of: said so, and left to people. */
async function expectUnclear(place: CrashPlace, message: RequestMessage, calls: null[]): Promise<void> {
  await expect
    .poll(() => pending(place), { timeout: PATIENCE_MILLISECONDS })
    .toEqual({ ...NOTHING_PENDING, steps: 1 });
  expect(await isSuperuser(place, CREATION)).toBe(false);
  expect(await statusesOf(place, CREATION.call)).toEqual(calls);
  expect(await auditedEvents(place)).toEqual(['filed', 'approved', 'started', 'failed']);
  const sees = await place.client.as(NORA).sees();
  expect(message.words(sees)).toContain(
    "It's unclear whether Grace Newcomb was created as a Fastly superuser",
  );
  expect(message.words(sees)).toContain('There is no such user. The change may still take effect.');
  expect(message.buttons(sees)).toEqual(['retry']);
}

describe.each(ENGINES)('a Fastly superuser, on %s, is created once', PATIENT, (engine) => {
  it('when the bot dies while Fastly holds the call, after it is done', async () => {
    const { place, message } = await diedWhileHeld(engine, 'after', CREATION);
    await expectCompleted(place, message, CREATION, { calls: [null], found: true });
  });

  it('and never twice, when the bot dies while Fastly holds the call, before it is done', async () => {
    const { place, message } = await diedWhileHeld(engine, 'before', CREATION);
    await expectUnclear(place, message, [null]);
    await message.click(place.client.as(NORA), 'retry');
    await expectCompleted(place, message, CREATION, {
      calls: [null, 200],
      found: false,
      events: ['filed', 'approved', 'started', 'failed', 'retried', 'started', 'completed'],
    });
  });

  it('or not at all, when the bot dies after the commit of the claim', async () => {
    const { place, message } = await diedAt(engine, { when: 'after', event: 'started' }, CREATION);
    await expectUnclear(place, message, []);
  });

  it.each(SIDES)('when the bot dies %s the commit of the outcome', async (when) => {
    const { place, message } = await diedAt(engine, { when, event: 'completed' }, CREATION);
    await expectCompleted(place, message, CREATION, { calls: [200], found: when === 'before' });
  });
});

describe.each(ENGINES)('a promotion, on %s, is made', PATIENT, (engine) => {
  it('once when the bot dies while Fastly holds the call, after it is done', async () => {
    const { place, message } = await diedWhileHeld(engine, 'after', UPDATE);
    await expectCompleted(place, message, UPDATE, { calls: [null], found: true });
  });

  it('by a second call, after a look, when the bot dies while Fastly holds it, before it is done', async () => {
    const { place, message } = await diedWhileHeld(engine, 'before', UPDATE);
    await expectCompleted(place, message, UPDATE, { calls: [null, 200], found: false });
    const lines = (await place.client.fastlyCalls()).map(({ method, path }) => `${method} ${path}`);
    const between = lines.slice(lines.indexOf(UPDATE.call) + 1, lines.lastIndexOf(UPDATE.call));
    expect(between).toContain(`GET /user/${ENGINEER.id}`);
  });

  it('by nobody when the user was changed before the bot is back', async () => {
    const place = await newCrashPlace(engine);
    const bot = await startBot(place);
    const message = await ask(place, UPDATE);
    await hold(place, holdFastly('before', UPDATE.call));
    await message.take(place.client.as(TOMAS), 'approve');
    await killOnceHeld(place, bot, 'fastly');
    await place.client.putFastlyUsers([{ ...ENGINEER, role: 'billing' }]);
    await restartBot(place);
    await untilNothingIsPending(place);
    expect(await statusesOf(place, UPDATE.call)).toEqual([null]);
    expect(await auditedEvents(place)).toEqual(['filed', 'approved', 'started', 'refused']);
    expect(message.words(await place.client.as(NORA).sees())).toContain('the role was engineer');
  });

  it.each(SIDES)('once when the bot dies %s the commit of the claim', async (when) => {
    const { place, message } = await diedAt(engine, { when, event: 'started' }, UPDATE);
    await expectCompleted(place, message, UPDATE, { calls: [200], found: false });
  });

  it.each(SIDES)('once when the bot dies %s the commit of the outcome', async (when) => {
    const { place, message } = await diedAt(engine, { when, event: 'completed' }, UPDATE);
    await expectCompleted(place, message, UPDATE, { calls: [200], found: when === 'before' });
  });
});
