import { describe, expect, it } from 'vitest';
import { askForDeletion, type RequestMessage } from '../../e2e/support/approving.ts';
import { messagesIn } from '../../e2e/support/seeing.ts';
import { NORA, TOMAS } from '../../sandbox/cast.ts';
import { ENGINEER } from '../../sandbox/fastly/people.ts';
import { ENGINES, type EngineName } from '../support/databases.ts';
import { untilShown } from '../support/deletion.ts';
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

/** The changes that reached Fastly, each as its status; null for one that was not answered. */
async function locks({ client }: CrashPlace): Promise<(number | null)[]> {
  const calls = await client.fastlyCalls();
  return calls.filter(({ method }) => method === 'PUT').map(({ status }) => status);
}

async function isLocked({ client }: CrashPlace): Promise<unknown> {
  return (await client.fastlyUsers()).find(({ id }) => id === ENGINEER.id)?.locked;
}

/** What Tomás was told in direct messages. */
async function told({ client }: CrashPlace): Promise<string[]> {
  return messagesIn(await client.as(TOMAS).sees(), 'direct').map(({ text }) => text);
}

/** A request about an engineer, whom one superuser may lock. */
async function askedFor(place: CrashPlace): Promise<RequestMessage> {
  const message = await askForDeletion(place.client, NORA, ENGINEER);
  await untilShown(place);
  return message;
}

async function lock({ client }: CrashPlace, message: RequestMessage): Promise<void> {
  await message.take(client.as(TOMAS), 'lock');
}

/** Has the bot die at the commit that writes `event`, and starts it again. */
async function crashedAt(
  engine: EngineName,
  when: 'before' | 'after',
  event: string,
): Promise<{ place: CrashPlace; message: RequestMessage }> {
  const place = await newCrashPlace(engine);
  const bot = await startBot(place, { point: dieAt(when, audited(event)) });
  const message = await askedFor(place);
  await lock(place, message);
  await died(bot);
  await restartBot(place);
  return { place, message };
}

/** The user is locked, the request says so, and an approval has what it says carried out. */
async function expectLocked(
  place: CrashPlace,
  message: RequestMessage,
  { calls, words }: { calls: (number | null)[]; words: string[] },
): Promise<void> {
  await untilNothingIsPendingButTheRequest(place);
  expect(await isLocked(place)).toBe(true);
  expect(await locks(place)).toEqual(calls);
  expect(await told(place)).toEqual(words.map((each) => expect.stringContaining(each)));
  const tomas = place.client.as(TOMAS);
  expect(message.thread(await tomas.sees())).toContainEqual(expect.stringContaining('locked'));
  expect(message.buttons(await tomas.sees())).toEqual(['approve', 'deny', 'cancel']);
  await message.take(tomas, 'approve');
  await untilNothingIsPending(place);
  const events = ['filed', 'begun', 'locked', 'done', 'approved', 'started', 'completed'];
  expect(await auditedEvents(place)).toEqual(events);
}

/** The user is not locked, which is what the caller was told and the request says. */
async function expectNotLocked(
  place: CrashPlace,
  message: RequestMessage,
  calls: (number | null)[],
): Promise<void> {
  await untilNothingIsPendingButTheRequest(place);
  expect(await isLocked(place)).toBe(false);
  expect(await locks(place)).toEqual(calls);
  expect(await told(place)).toEqual([expect.stringContaining("It didn't work. Try again.")]);
  expect(await auditedEvents(place)).toEqual(['filed', 'begun', 'failed']);
  expect(message.buttons(await place.client.as(TOMAS).sees())).toContain('lock');
}

/** Waits until the bot waits for nothing but people. */
async function untilNothingIsPendingButTheRequest(place: CrashPlace): Promise<void> {
  await expect
    .poll(() => pending(place), { timeout: PATIENCE_MILLISECONDS })
    .toEqual({ ...NOTHING_PENDING, steps: 1 });
}

const TOLD = ['It worked.'];

describe.each(ENGINES)('Lock now, on %s', PATIENT, (engine) => {
  it('was never begun when the bot dies before the commit of the intent', async () => {
    const { place, message } = await crashedAt(engine, 'before', 'begun');
    await lock(place, message);
    await message.until(place.client.as(TOMAS), '*Locked* yes');
    await expectLocked(place, message, { calls: [200], words: [] });
  });

  it('is looked up, told and not made when the bot dies after the commit of the intent', async () => {
    const { place, message } = await crashedAt(engine, 'after', 'begun');
    await expectNotLocked(place, message, []);
  });

  it('is looked up and noted when the bot dies before the commit of its end', async () => {
    const { place, message } = await crashedAt(engine, 'before', 'done');
    await expectLocked(place, message, { calls: [200], words: TOLD });
  });

  it('is noted, as recorded, when the bot dies after the commit of its end', async () => {
    const { place, message } = await crashedAt(engine, 'after', 'done');
    await expectLocked(place, message, { calls: [200], words: [] });
  });

  it.each(SIDES)(
    'is looked up, told and not made again when the bot dies while Fastly holds it, %s it is done',
    async (when) => {
      const place = await newCrashPlace(engine);
      const bot = await startBot(place);
      const message = await askedFor(place);
      await hold(place, holdFastly(when, 'PUT'));
      await lock(place, message);
      await killOnceHeld(place, bot, 'fastly');
      await restartBot(place);
      if (when === 'before') await expectNotLocked(place, message, [null]);
      else await expectLocked(place, message, { calls: [null], words: TOLD });
    },
  );
});
