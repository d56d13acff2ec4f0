import { setTimeout as pause } from 'node:timers/promises';
import { claimLeaverLook } from '../../../src/store/leavers/look.ts';
import { CDN_TEAM, PRIYA } from '../../sandbox/cast.ts';
import { type Sandbox, startSandbox } from '../../sandbox/sandbox.ts';
import { AppProcess, QUERY_FLAGS, QUIET_FLAGS } from '../app-process.ts';
import type { Row, Started } from '../row.ts';
import type { Shared } from '../shared.ts';

const BURST = 2_000;
const AT_ONCE = 16;
const DAY = 24 * 60 * 60 * 1_000;
const MINUTE = 60 * 1_000;
/** How the bot reads who is a leaver, which it does to know whose changes concern it. */
const READING = /^select \* from "leavers" where "state" in/;
/** What the bot looks at after a start is over when it has been silent for so long. */
const SILENCE_MILLISECONDS = 4_000;
const LOOK_MILLISECONDS = 100;

/** What the events cost that Slack sends about every member, whatever about them changes. */
export const EVENT_ROWS: readonly Row[] = [
  {
    name: 'leaver-events/bolt',
    about:
      'user_change that concerns nobody, over HTTP with LEAVERS=live, without a call or a query / a Bolt app with an empty listener',
    unit: 'acknowledged/s',
    wanted: { atLeast: 0.8 },
    rounds: 7,
    start: eventsBesideBolt,
  },
];

async function eventsBesideBolt(shared: Shared): Promise<Started> {
  // The daily look was made. Its calls would be taken for those of an event.
  const database = await shared.sqlitePlace(async (store) => {
    await (await claimLeaverLook(store, DAY))?.end(DAY);
  });
  const places = [await startSandbox({ leavers: true }), await startSandbox({ leavers: true })] as const;
  const [place, peerPlace] = places;
  const variables = { LEAVERS: 'live', APPROVALS_CHANNEL: CDN_TEAM.id, DATABASE_URL: database };
  await showThatTheyCostNothing(variables);
  const ours = await AppProcess.start('ours', 'http', variables, { place, flags: QUERY_FLAGS });
  const theirs = await AppProcess.start('peer', 'http', {}, { place: peerPlace });
  await untilSilent(place);
  const isReadSeldom = await readSeldom(ours);
  return {
    round: async () => {
      const figures = {
        ours: await withoutCalls(place, () => acknowledgedPerSecond(place)),
        theirs: await acknowledgedPerSecond(peerPlace),
      };
      await isReadSeldom();
      return figures;
    },
    stop: async () => {
      await Promise.all([ours.stop(), theirs.stop()]);
      await Promise.all(places.map((each) => each.close()));
    },
  };
}

async function acknowledgedPerSecond({ slack }: Sandbox): Promise<number> {
  let left = BURST;
  const member = async () => {
    while (left > 0) {
      left -= 1;
      // To what she is already, as it is when somebody sets another status.
      const outcome = await slack.changeMember(PRIYA.id, 'full');
      if (!outcome.acknowledged) throw new Error(`an event was not acknowledged: ${outcome.notice}`);
    }
  };
  const begun = performance.now();
  await Promise.all(Array.from({ length: AT_ONCE }, member));
  return BURST / ((performance.now() - begun) / 1_000);
}

/** @throws where the events lead to a single query of a bot that does not look at its database of its own accord */
async function showThatTheyCostNothing(variables: Record<string, string>): Promise<void> {
  const place = await startSandbox({ leavers: true });
  const flags = [...QUERY_FLAGS, ...QUIET_FLAGS];
  const bot = await AppProcess.start('ours', 'http', variables, { place, flags });
  try {
    await untilSilent(place);
    const before = await bot.queries();
    await withoutCalls(place, () => acknowledgedPerSecond(place));
    const after = await bot.queries();
    const made = Object.keys(after).filter((query) => after[query] !== before[query]);
    if (made.length > 0) throw new Error(`${BURST} events led to queries: ${made.join('; ')}`);
  } finally {
    await bot.stop();
    await place.close();
  }
}

/** What `send` answers. @throws where the bot calls Slack or Fastly meanwhile */
async function withoutCalls({ slack, fastly }: Sandbox, send: () => Promise<number>): Promise<number> {
  slack.forgetCalls();
  fastly.forgetCalls();
  const figure = await send();
  const calls = [
    ...slack.calls().map(({ method }) => method),
    ...fastly.calls().map(({ method, path }) => `${method} ${path}`),
  ];
  if (calls.length > 0) throw new Error(`${BURST} events led to calls: ${calls.join(', ')}`);
  return figure;
}

/** Throws, whenever it is called, if who is in an open message was read more than once a minute from now on. */
async function readSeldom(bot: AppProcess): Promise<() => Promise<void>> {
  const readings = async () =>
    Object.entries(await bot.queries()).reduce(
      (sum, [query, count]) => sum + (READING.test(query) ? count : 0),
      0,
    );
  const [before, begun] = [await readings(), performance.now()];
  if (before === 0) throw new Error('the bot has not read who is in an open message');
  return async () => {
    const made = (await readings()) - before;
    const minutes = (performance.now() - begun) / MINUTE;
    if (made > minutes + 1)
      throw new Error(`${made} readings of who is in an open message in ${minutes} min`);
  };
}

async function untilSilent({ slack, fastly }: Sandbox): Promise<void> {
  const count = () => slack.calls().length + fastly.calls().length;
  let [calls, since] = [count(), performance.now()];
  while (performance.now() - since < SILENCE_MILLISECONDS) {
    await pause(LOOK_MILLISECONDS);
    if (count() !== calls) [calls, since] = [count(), performance.now()];
  }
}
