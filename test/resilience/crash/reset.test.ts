import { describe, expect, it } from 'vitest';
import { messageWith } from '../../e2e/support/seeing.ts';
import { CDN_TEAM, NORA } from '../../sandbox/cast.ts';
import { ENGINEER } from '../../sandbox/fastly/people.ts';
import { type BotProcess, logLine } from '../support/bot-process.ts';
import { ENGINES } from '../support/databases.ts';
import {
  auditedEvents,
  type CrashPlace,
  died,
  hold,
  killOnceHeld,
  newCrashPlace,
  PATIENT,
  restartBot,
  startBot,
  untilNothingIsPending,
} from '../support/place.ts';
import { audited, dieAt, holdFastly, holdSlack, SIDES } from '../support/points.ts';

/** What the log says of a delivery that comes again: to the process that took it on, or to another one. */
const AS_REPEAT = ['the same delivery once more is not carried out again', 'refused'];

const INTERRUPTED = 'The bot was interrupted while sending a password reset';

/** The password resets that reached Fastly, each as its status; null for one that was not answered. */
async function resets({ client }: CrashPlace): Promise<(number | null)[]> {
  const calls = await client.fastlyCalls();
  return calls.filter(({ path }) => path.endsWith('/request_reset')).map(({ status }) => status);
}

async function reset({ client }: CrashPlace): Promise<void> {
  await client.as(NORA).command(`reset ${ENGINEER.id}`);
}

/** How often Nora was told directly that her change was interrupted. */
async function timesTold({ client }: CrashPlace): Promise<number> {
  const { channels } = await client.as(NORA).sees();
  const direct = channels.filter(({ kind }) => kind === 'im').flatMap(({ messages }) => messages);
  return direct.filter(({ text }) => text.includes(INTERRUPTED)).length;
}

/** Slack delivers the latest command once more. */
async function deliverAgain({ client }: CrashPlace, bot: BotProcess): Promise<void> {
  const latest = (await client.deliveries()).at(-1);
  if (!latest) throw new Error('nothing was delivered');
  await client.redeliver(latest.id);
  await bot.until((text) => AS_REPEAT.includes(logLine(text)?.msg ?? ''), 'taking it for a repeat');
}

/** The reset's end: what was recorded and told, and that its delivery does nothing a second time. */
async function expectEnd(
  place: CrashPlace,
  bot: BotProcess,
  { events, calls, told }: { events: string[]; calls: (number | null)[]; told: number },
): Promise<void> {
  await untilNothingIsPending(place);
  await deliverAgain(place, bot);
  expect(await auditedEvents(place)).toEqual(events);
  expect(await resets(place)).toEqual(calls);
  expect(await timesTold(place)).toBe(told);
}

const UNKNOWN = { events: ['begun', 'unknown'], told: 1 };
const DONE = { events: ['begun', 'done'], calls: [200], told: 0 };

describe.each(ENGINES)('a password reset, on %s', PATIENT, (engine) => {
  it('was never begun when the bot dies before the commit of the intent', async () => {
    const place = await newCrashPlace(engine);
    const bot = await startBot(place, { point: dieAt('before', audited('begun')) });
    await reset(place);
    await died(bot);
    const next = await restartBot(place);
    await reset(place);
    await place.client
      .as(NORA)
      .until((sees) => messageWith(sees, CDN_TEAM, 'sent a password reset to'), 'the confirmation');
    await expectEnd(place, next, DONE);
  });

  it('is unknown, told and not made when the bot dies after the commit of the intent', async () => {
    const place = await newCrashPlace(engine);
    const bot = await startBot(place, { point: dieAt('after', audited('begun')) });
    await reset(place);
    await died(bot);
    await expectEnd(place, await restartBot(place), { ...UNKNOWN, calls: [] });
  });

  it.each(SIDES)(
    'is unknown, told and not made again when the bot dies while Fastly holds it, %s it is done',
    async (when) => {
      const place = await newCrashPlace(engine);
      const bot = await startBot(place);
      await hold(place, holdFastly(when, 'POST'));
      await reset(place);
      await killOnceHeld(place, bot, 'fastly');
      await expectEnd(place, await restartBot(place), { ...UNKNOWN, calls: [null] });
    },
  );

  it('is unknown, told and not made again when the bot dies before the commit of its end', async () => {
    const place = await newCrashPlace(engine);
    const bot = await startBot(place, { point: dieAt('before', audited('done')) });
    await reset(place);
    await died(bot);
    await expectEnd(place, await restartBot(place), { ...UNKNOWN, calls: [200] });
  });

  it('is done, as recorded, when the bot dies after the commit of its end', async () => {
    const place = await newCrashPlace(engine);
    const bot = await startBot(place, { point: dieAt('after', audited('done')) });
    await reset(place);
    await died(bot);
    await expectEnd(place, await restartBot(place), DONE);
  });

  it('is told all the same when the bot dies again while it tells that', async () => {
    const place = await newCrashPlace(engine);
    const first = await startBot(place, { point: dieAt('after', audited('begun')) });
    await reset(place);
    await died(first);
    await hold(place, holdSlack('before', 'chat.postMessage'));
    const second = await restartBot(place);
    await killOnceHeld(place, second, 'slack');
    await expectEnd(place, await restartBot(place), { ...UNKNOWN, calls: [] });
  });
});
