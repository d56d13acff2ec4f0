import { ENGINEER } from '../../sandbox/fastly/people.ts';
import { AppProcess, answerOf, type Mode } from '../app-process.ts';
import { median, type Row, type Started } from '../row.ts';

const BURST = 400;
const AT_ONCE = 16;
const WAITING = 200;
const SLOW_MILLISECONDS = 5_000;
const NETWORK_MILLISECONDS = 50;

/** How long people wait for an acknowledgement and for an answer, beside a Bolt app. */
export const ANSWER_ROWS: readonly Row[] = [
  {
    name: 'get/direct',
    about: 'get with an ID, Fastly and Slack answering after 50 ms / a Bolt listener with undici',
    unit: 'ms',
    wanted: { atMost: 1.15 },
    rounds: 7,
    start: getBesideBolt,
  },
  {
    name: 'ack/bolt',
    about:
      'help over HTTP, acknowledged in a second / a Bolt app that acknowledges and posts the same message',
    unit: 'acknowledged/s',
    wanted: { atLeast: 0.85 },
    rounds: 7,
    start: helpBesideBolt,
  },
  {
    name: 'ack-under-load-p99-ms',
    about: 'a command is acknowledged while 200 others wait for a Fastly that takes 5 s, p99',
    unit: 'ms',
    wanted: { atMost: 20 },
    rounds: 3,
    start: acknowledgedUnderLoad,
  },
];

async function helpBesideBolt(): Promise<Started> {
  const { ours, theirs } = await bothAnswering('help', 'http');
  return {
    round: async () => ({
      ours: await acknowledgedPerSecond(ours),
      theirs: await acknowledgedPerSecond(theirs),
    }),
    stop: () => stopBoth(ours, theirs),
  };
}

async function getBesideBolt(): Promise<Started> {
  const { ours, theirs } = await bothAnswering(`get ${ENGINEER.id}`, 'socket');
  for (const { sandbox } of [ours, theirs]) {
    sandbox.slack.setFaults({ delay: NETWORK_MILLISECONDS });
    sandbox.fastly.setFaults({ delay: { match: '', milliseconds: NETWORK_MILLISECONDS } });
  }
  const many = async (app: AppProcess) => {
    const took: number[] = [];
    for (let call = 0; call < 15; call += 1) took.push(await answerTime(app, `get ${ENGINEER.id}`));
    return median(took);
  };
  return {
    round: async () => ({ ours: await many(ours), theirs: await many(theirs) }),
    stop: () => stopBoth(ours, theirs),
  };
}

async function acknowledgedUnderLoad(): Promise<Started> {
  const app = await AppProcess.start('ours', 'http');
  return {
    round: async () => {
      const before = app.answers;
      app.sandbox.fastly.setFaults({
        delay: { match: `GET /user/${ENGINEER.id}`, milliseconds: SLOW_MILLISECONDS },
      });
      await Promise.all(Array.from({ length: WAITING }, () => app.type(`get ${ENGINEER.id}`)));
      const took: number[] = [];
      for (let call = 0; call < WAITING; call += 1) {
        const typed = performance.now();
        await app.type('help');
        took.push(performance.now() - typed);
      }
      await app.untilAnswered(before + 2 * WAITING);
      const sorted = took.toSorted((one, other) => one - other);
      return { ours: sorted[Math.floor(0.99 * (sorted.length - 1))] ?? Number.NaN, theirs: null };
    },
    stop: () => app.stop(),
  };
}

/** Both, once they have answered the command alike. */
async function bothAnswering(command: string, mode: Mode) {
  const answer = await answerOf(command, mode);
  const ours = await AppProcess.start('ours', mode);
  const theirs = await AppProcess.start('peer', mode, { ANSWER: answer });
  for (const app of [ours, theirs]) await answerTime(app, command);
  return { ours, theirs };
}

async function answerTime(app: AppProcess, command: string): Promise<number> {
  const { answers } = app;
  const typed = performance.now();
  await app.type(command);
  await app.untilAnswered(answers + 1);
  return performance.now() - typed;
}

async function acknowledgedPerSecond(app: AppProcess): Promise<number> {
  const { answers } = app;
  let left = BURST;
  const typist = async () => {
    while (left > 0) {
      left -= 1;
      await app.type('help');
    }
  };
  const begun = performance.now();
  await Promise.all(Array.from({ length: AT_ONCE }, typist));
  const seconds = (performance.now() - begun) / 1_000;
  await app.untilAnswered(answers + BURST);
  return BURST / seconds;
}

async function stopBoth(ours: AppProcess, theirs: AppProcess): Promise<void> {
  await Promise.all([ours.stop(), theirs.stop()]);
}
