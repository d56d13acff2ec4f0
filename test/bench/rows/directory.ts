import { startManyUsers } from '../directories/many-users.ts';
import { Answers } from '../directories/protocol.ts';
import { residentAfterIdle } from '../resident.ts';
import type { Row, Started } from '../row.ts';
import { Worker } from '../worker.ts';

const MEGABYTE = 1_000_000;
const OURS = 'directories/ours.ts';
const PEER = 'directories/json.ts';

/** What an account with 100,000 users takes, beside who only reads Fastly's answer. */
export const DIRECTORY_ROWS: readonly Row[] = [
  {
    name: 'users-100k/json',
    about: '100,000 users: the list fetched, parsed and indexed / body.json() of undici',
    unit: 'ms',
    wanted: { atMost: 2 },
    rounds: 7,
    start: loadBesideJson,
  },
  {
    name: 'block-100k-ms',
    about: 'meanwhile, the longest time for which the event loop stands still',
    unit: 'ms',
    wanted: { atMost: 20 },
    rounds: 7,
    start: () => alone(async (worker) => (await worker.ask({ kind: 'load' }, Answers.load)).longestBlock),
  },
  {
    name: 'search-100k-p99-ms',
    about: 'a search among 100,000 users, p99',
    unit: 'ms',
    wanted: { atMost: 5 },
    rounds: 7,
    start: () => alone(async (worker) => (await worker.ask({ kind: 'search' }, Answers.search)).p99),
  },
  {
    name: 'memory-100k/json',
    about: 'resident memory with 100,000 users / a process that keeps the parsed array',
    unit: 'MB',
    wanted: { atMost: 1.5 },
    rounds: 3,
    start: memoryBesideJson,
  },
];

async function loadBesideJson(): Promise<Started> {
  const fastly = await startManyUsers();
  const [ours, theirs] = await Promise.all([
    Worker.start(OURS, fastly.environment),
    Worker.start(PEER, fastly.environment),
  ]);
  const load = async (worker: Worker) => await worker.ask({ kind: 'load' }, Answers.load);
  const [one, other] = [await load(ours), await load(theirs)];
  if (one.users !== other.users || one.last !== other.last)
    throw new Error('the two do not have the same users');
  return {
    round: async () => ({ ours: (await load(ours)).milliseconds, theirs: (await load(theirs)).milliseconds }),
    stop: async () => {
      await Promise.all([ours.stop(), theirs.stop()]);
      await fastly.close();
    },
  };
}

async function alone(measure: (worker: Worker) => Promise<number>): Promise<Started> {
  const fastly = await startManyUsers();
  const worker = await Worker.start(OURS, fastly.environment);
  await worker.ask({ kind: 'load' }, Answers.load);
  return {
    round: async () => ({ ours: await measure(worker), theirs: null }),
    stop: async () => {
      await worker.stop();
      await fastly.close();
    },
  };
}

/** Both processes are new in each round. They lie idle at the same time. */
async function memoryBesideJson(): Promise<Started> {
  const fastly = await startManyUsers();
  return {
    round: async () => {
      const workers = [
        await Worker.start(OURS, fastly.environment),
        await Worker.start(PEER, fastly.environment),
      ];
      for (const worker of workers) await worker.ask({ kind: 'load' }, Answers.load);
      const [ours = Number.NaN, theirs = Number.NaN] = await Promise.all(
        workers.map(({ child }) => residentAfterIdle(child.pid)),
      );
      await Promise.all(workers.map((worker) => worker.stop()));
      return { ours: ours / MEGABYTE, theirs: theirs / MEGABYTE };
    },
    stop: () => fastly.close(),
  };
}
