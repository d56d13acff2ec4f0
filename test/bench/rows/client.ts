import { isDeepStrictEqual } from 'node:util';
import { User } from '../../../src/fastly/user.ts';
import { ENGINEER } from '../../sandbox/fastly/people.ts';
import { type Fastly, startFastly } from '../../sandbox/fastly/server.ts';
import { Took } from '../clients/protocol.ts';
import type { Row, Started } from '../row.ts';
import { Worker } from '../worker.ts';

const MANY = { id: ENGINEER.id, calls: 4_000, atOnce: 32 };
const ONE_BY_ONE = { id: ENGINEER.id, calls: 500, atOnce: 1 };
const PER_SECOND = 'calls/s';

/** The client's throughput and latency, beside other clients that ask the same Fastly for the same user. */
export const CLIENT_ROWS: readonly Row[] = [
  {
    name: 'client/official',
    about: "our client, 32 calls at once / Fastly's own npm client",
    unit: PER_SECOND,
    wanted: { atLeast: 3 },
    rounds: 7,
    start: () => beside('clients/official.ts', throughput),
  },
  {
    name: 'client/undici',
    about: 'our client, 32 calls at once / undici by hand, with a time limit and the same schema',
    unit: PER_SECOND,
    wanted: { atLeast: 0.9 },
    rounds: 7,
    start: () => beside('clients/undici.ts', throughput),
  },
  {
    name: 'client/pool',
    about: "our client, 32 calls at once / undici's bare Pool, without time limit and schema",
    unit: PER_SECOND,
    wanted: null,
    rounds: 7,
    start: () => beside('clients/pool.ts', throughput),
  },
  {
    name: 'client/official-latency',
    about: "our client, one call at a time / Fastly's own npm client, median",
    unit: 'ms',
    wanted: { atMost: 0.3 },
    rounds: 7,
    start: () => beside('clients/official.ts', latency),
  },
  {
    name: 'client/undici-latency',
    about: "undici by hand, one call at a time / Fastly's own npm client: what ours can reach at best",
    unit: 'ms',
    wanted: null,
    rounds: 7,
    start: () => beside('clients/official.ts', latency, 'clients/undici.ts'),
  },
];

type Timing = (worker: Worker) => Promise<number>;

async function throughput(worker: Worker): Promise<number> {
  const { milliseconds } = await worker.ask(MANY, Took);
  return (MANY.calls / milliseconds) * 1_000;
}

async function latency(worker: Worker): Promise<number> {
  return (await worker.ask(ONE_BY_ONE, Took)).median;
}

async function beside(peer: string, timing: Timing, client = 'clients/ours.ts'): Promise<Started> {
  const fastly = await startFastly();
  const environment = { FASTLY_URL: fastly.url, FASTLY_TOKEN: fastly.token };
  const [ours, theirs] = await Promise.all([
    Worker.start(client, environment),
    Worker.start(peer, environment),
  ]);
  await sameAnswer(ours, theirs);
  return {
    round: async () => {
      const measure = { ours: await timing(ours), theirs: await timing(theirs) };
      fastly.forgetCalls();
      return measure;
    },
    stop: () => stopAll(fastly, [ours, theirs]),
  };
}

/** Warms both up, and compares what they answer: a peer that did less work would be none. */
async function sameAnswer(ours: Worker, theirs: Worker): Promise<void> {
  const [one, other] = [await ours.ask(MANY, Took), await theirs.ask(MANY, Took)];
  // Fastly's own client makes dates of moments.
  const user = ({ last }: { last: unknown }) => {
    const { id, login, name, role, locked, two_factor_auth_enabled } = User.parse(last);
    return { id, login, name, role, locked, two_factor_auth_enabled };
  };
  if (user(one).login !== ENGINEER.login || !isDeepStrictEqual(user(one), user(other)))
    throw new Error('the clients did not answer with the same user');
}

async function stopAll(fastly: Fastly, workers: readonly Worker[]): Promise<void> {
  await Promise.all(workers.map((worker) => worker.stop()));
  await fastly.close();
}
