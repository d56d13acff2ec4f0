import { expect, it } from 'vitest';
import { toldPrivately } from '../../e2e/support/approving.ts';
import { messageWith } from '../../e2e/support/seeing.ts';
import { CDN_TEAM, NORA } from '../../sandbox/cast.ts';
import { type BotProcess, logLine } from './bot-process.ts';
import type { EngineName } from './databases.ts';
import {
  auditedEvents,
  type CrashPlace,
  died,
  hold,
  killOnceHeld,
  newCrashPlace,
  restartBot,
  startBot,
  untilNothingIsPending,
} from './place.ts';
import { audited, dieAt, holdFastly, holdSlack, SIDES } from './points.ts';

/** A change that Nora makes at once by a command, and that shows in Fastly when it is made. */
export type OwnChange = {
  command: string;
  /** What begins the line of its call, such as `PUT /user/`. */
  call: string;
  /** What confirms it in the channel. */
  confirmation: string;
  /** What Nora is told after a crash, behind 'The bot was interrupted while'. */
  interrupted: string;
  done: string;
  unknown: string;
  /** Whether it is so in Fastly. */
  isMade(place: CrashPlace): Promise<boolean>;
};

/** What the log says of a delivery that comes again: to the process that took it on, or to another one. */
const AS_REPEAT = ['the same delivery once more is not carried out again', 'refused'];

/** The calls of this kind that reached Fastly, each as its status; null for one that was not answered. */
export async function statusesOf({ client }: CrashPlace, call: string): Promise<(number | null)[]> {
  const calls = await client.fastlyCalls();
  return calls.filter(({ method, path }) => `${method} ${path}`.startsWith(call)).map(({ status }) => status);
}

/** Slack delivers the latest command once more. */
async function deliverAgain({ client }: CrashPlace, bot: BotProcess): Promise<void> {
  const latest = (await client.deliveries()).at(-1);
  if (!latest) throw new Error('nothing was delivered');
  await client.redeliver(latest.id);
  await bot.until((text) => AS_REPEAT.includes(logLine(text)?.msg ?? ''), 'taking it for a repeat');
}

type End = { events: string[]; calls: (number | null)[]; made: boolean; told: string | null };

/** The change's end: what was recorded, made and told, and that its delivery does nothing a second time. */
async function expectEnd(place: CrashPlace, bot: BotProcess, change: OwnChange, end: End): Promise<void> {
  await untilNothingIsPending(place);
  await deliverAgain(place, bot);
  expect(await auditedEvents(place)).toEqual(end.events);
  expect(await statusesOf(place, change.call)).toEqual(end.calls);
  expect(await change.isMade(place)).toBe(end.made);
  const told = toldPrivately(await place.client.as(NORA).sees(), 'direct');
  expect(told).toEqual(end.told === null ? [] : [expect.stringContaining(change.interrupted)]);
  if (end.told !== null) expect(told[0]).toContain(end.told);
}

/** Has the bot die at each step of the change. */
export function itEndsWell(engine: EngineName, change: OwnChange): void {
  const make = ({ client }: CrashPlace) => client.as(NORA).command(change.command);
  const UNKNOWN = { events: ['begun', 'unknown'], made: false, told: change.unknown };
  const DONE = { events: ['begun', 'done'], calls: [200], made: true, told: null };

  it('was never begun when the bot dies before the commit of the intent', async () => {
    const place = await newCrashPlace(engine);
    const bot = await startBot(place, { point: dieAt('before', audited('begun')) });
    await make(place);
    await died(bot);
    const next = await restartBot(place);
    await make(place);
    await place.client
      .as(NORA)
      .until((sees) => messageWith(sees, CDN_TEAM, change.confirmation), 'the confirmation');
    await expectEnd(place, next, change, DONE);
  });

  it('is unknown, told and not made when the bot dies after the commit of the intent', async () => {
    const place = await newCrashPlace(engine);
    const bot = await startBot(place, { point: dieAt('after', audited('begun')) });
    await make(place);
    await died(bot);
    await expectEnd(place, await restartBot(place), change, { ...UNKNOWN, calls: [] });
  });

  it.each(SIDES)(
    'is looked up, told and not made again when the bot dies while Fastly holds it, %s it is done',
    async (when) => {
      const place = await newCrashPlace(engine);
      const bot = await startBot(place);
      await hold(place, holdFastly(when, change.call));
      await make(place);
      await killOnceHeld(place, bot, 'fastly');
      const end = when === 'before' ? UNKNOWN : { ...DONE, told: change.done };
      await expectEnd(place, await restartBot(place), change, { ...end, calls: [null] });
    },
  );

  it('is looked up and told as done when the bot dies before the commit of its end', async () => {
    const place = await newCrashPlace(engine);
    const bot = await startBot(place, { point: dieAt('before', audited('done')) });
    await make(place);
    await died(bot);
    await expectEnd(place, await restartBot(place), change, { ...DONE, told: change.done });
  });

  it('is done, as recorded, when the bot dies after the commit of its end', async () => {
    const place = await newCrashPlace(engine);
    const bot = await startBot(place, { point: dieAt('after', audited('done')) });
    await make(place);
    await died(bot);
    await expectEnd(place, await restartBot(place), change, DONE);
  });

  it('is told all the same when the bot dies again while it tells that', async () => {
    const place = await newCrashPlace(engine);
    const first = await startBot(place, { point: dieAt('before', audited('done')) });
    await make(place);
    await died(first);
    await hold(place, holdSlack('before', 'chat.postMessage'));
    const second = await restartBot(place);
    await killOnceHeld(place, second, 'slack');
    await expectEnd(place, await restartBot(place), change, { ...DONE, told: change.done });
  });
}
