import { ENGINEER } from '../../sandbox/fastly/people.ts';
import { AppProcess, answerOf, HEAP_FLAGS } from '../app-process.ts';
import type { Row, Started } from '../row.ts';

const COMMANDS = 1_000;
const AT_ONCE = 16;
const GET = `get ${ENGINEER.id}`;
const MEGABYTE = 1_000_000;

/** What the process itself costs, beside a Bolt app's: how long it takes to start, and the memory it holds. */
export const PROCESS_ROWS: readonly Row[] = [
  {
    name: 'start/bolt',
    about: 'from exec until whoami is answered / a Bolt app that answers it',
    unit: 'ms',
    wanted: { atMost: 1.8 },
    rounds: 7,
    start: () => each('whoami', startTime),
  },
  {
    name: 'memory-start/bolt',
    about: 'resident memory after the start / a Bolt app',
    unit: 'MB',
    wanted: { atMost: 1.3 },
    rounds: 3,
    start: () => each(GET, (app) => app.residentAfterIdle().then((bytes) => bytes / MEGABYTE)),
  },
  {
    name: 'memory-1000/bolt',
    about: 'resident memory after 1,000 commands / a Bolt app',
    unit: 'MB',
    wanted: { atMost: 1.4 },
    rounds: 3,
    start: () =>
      each(GET, async (app) => {
        await answerCommands(app);
        return (await app.residentAfterIdle()) / MEGABYTE;
      }),
  },
  {
    name: 'memory-1000-heap/bolt',
    about: 'the heap after 1,000 commands and a forced collection, in processes of their own / a Bolt app',
    unit: 'MB',
    wanted: null,
    rounds: 1,
    start: () =>
      each(
        GET,
        async (app) => {
          await answerCommands(app);
          return (await app.heapUsed()) / MEGABYTE;
        },
        HEAP_FLAGS,
      ),
  },
];

/** Measures a process of each side in every round. @param command what both are asked, if anything */
async function each(
  command: string,
  measure: (app: AppProcess) => Promise<number>,
  flags: readonly string[] = [],
): Promise<Started> {
  const variables = { ANSWER: await answerOf(command, 'socket') };
  const once = async (who: 'ours' | 'peer') => {
    const app = await AppProcess.start(who, 'socket', who === 'peer' ? variables : {}, { flags });
    try {
      return await measure(app);
    } finally {
      await app.stop();
    }
  };
  return {
    round: async () => ({ ours: await once('ours'), theirs: await once('peer') }),
    stop: async () => {},
  };
}

async function startTime(app: AppProcess): Promise<number> {
  await app.type('whoami');
  await app.untilAnswered(1);
  return performance.now() - app.begunAt;
}

async function answerCommands(app: AppProcess): Promise<void> {
  let left = COMMANDS;
  const typist = async () => {
    while (left > 0) {
      left -= 1;
      await app.type(GET);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, typist));
  await app.untilAnswered(COMMANDS);
}
