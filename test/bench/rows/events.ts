import { setTimeout as pause } from 'node:timers/promises';
import { claimLeaverLook } from '../../../src/store/leavers/look.ts';
import { CDN_TEAM, PRIYA } from '../../sandbox/cast.ts';
import { type Sandbox, startSandbox } from '../../sandbox/sandbox.ts';
import { AppProcess, QUERY_FLAGS } from '../app-process.ts';
import type { Row, Started } from '../row.ts';
import type { Shared } from '../shared.ts';

const BURST = 2_000;
const AT_ONCE = 16;
const DAY = 24 * 60 * 60 * 1_000;
/** The bot looks every second whether time has made something due: that many queries more or fewer say nothing. */
const BY_CHANCE = BURST / 20;
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
  // The daily look is under way elsewhere. Its calls would be taken for those of an event.
  const database = await shared.sqlitePlace(async (store) => {
    await claimLeaverLook(store, DAY);
  });
  const places = [await startSandbox({ leavers: true }), await startSandbox({ leavers: true })] as const;
  const [place, peerPlace] = places;
  const variables = { LEAVERS: 'live', APPROVALS_CHANNEL: CDN_TEAM.id, DATABASE_URL: database };
  const ours = await AppProcess.start('ours', 'http', variables, { place, flags: QUERY_FLAGS });
  const theirs = await AppProcess.start('peer', 'http', {}, { place: peerPlace });
  await untilSilent(place);
  return {
    round: async () => ({
      ours: await costingNothing(ours, () => acknowledgedPerSecond(place)),
      theirs: await acknowledgedPerSecond(peerPlace),
    }),
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

/** What `send` answers. @throws where the bot calls Slack or Fastly meanwhile, or queries its database more than by itself */
async function costingNothing(app: AppProcess, send: () => Promise<number>): Promise<number> {
  const { slack, fastly } = app.sandbox;
  slack.forgetCalls();
  fastly.forgetCalls();
  const before = await app.queries();
  const begun = performance.now();
  const figure = await send();
  const took = performance.now() - begun;
  const after = await app.queries();
  await pause(took);
  const inSilence = (await app.queries()) - after;
  const calls = [
    ...slack.calls().map(({ method }) => method),
    ...fastly.calls().map(({ method, path }) => `${method} ${path}`),
  ];
  if (calls.length > 0) throw new Error(`${BURST} events led to calls: ${calls.join(', ')}`);
  const queries = after - before;
  if (queries > inSilence + BY_CHANCE) {
    throw new Error(`${BURST} events led to queries: ${queries}, where silence has ${inSilence}`);
  }
  return figure;
}

async function untilSilent({ slack, fastly }: Sandbox): Promise<void> {
  const count = () => slack.calls().length + fastly.calls().length;
  let [calls, since] = [count(), performance.now()];
  while (performance.now() - since < SILENCE_MILLISECONDS) {
    await pause(LOOK_MILLISECONDS);
    if (count() !== calls) [calls, since] = [count(), performance.now()];
  }
}
