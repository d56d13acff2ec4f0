import { NORA, TEAM } from '../../sandbox/cast.ts';
import type { Shared } from '../shared.ts';
import { approveAll, askForDeletions, callsOf, posted, startReplicas } from './replicas.ts';
import { until, untilMade, untilShown } from './waiting.ts';

const REPLICAS = 10;
const REQUESTS = 20;
const HOMES = 200;
const CHANGES = 10;
const FASTER = 6;

/** Many requests in one channel, at one message a second. */
export async function oneChannel(shared: Shared): Promise<string[]> {
  const team = await startReplicas(shared, REPLICAS, { limited: { faster: 1 } });
  const { place, store } = team;
  try {
    const shownFirst = () => posted(place).filter(({ threadTs }) => threadTs === undefined).length;
    await askForDeletions(team, REQUESTS);
    const seen = await until('all requests are in the channel', () => shownFirst() >= REQUESTS);
    await approveAll(store, REQUESTS);
    const made = await untilMade(store, REQUESTS);
    const told = await untilShown(store);
    const { taken, limited } = callsOf(place, 'chat.postMessage');
    const messages = posted(place).length;
    if (shownFirst() !== REQUESTS) throw new Error('a request was lost, or posted twice');
    return [
      `${REPLICAS} replicas, ${REQUESTS} requests at once in one channel: the last was shown ${seconds(seen)} later.`,
      `All approved at once: made within ${seconds(made)}, and all told ${seconds(told)} after that.`,
      `${messages / REQUESTS} messages a request in the channel. None was lost, none came twice.`,
      `Slack refused ${(limited / taken).toFixed(1)} calls for each message that it took.`,
    ];
  } finally {
    await team.stop();
  }
}

/** Many opened Home tabs, at 100 a minute. */
export async function manyHomes(shared: Shared): Promise<string[]> {
  const colleagues = Array.from({ length: HOMES }, (_, index) => ({
    id: `U0MANY${String(index).padStart(4, '0')}`,
    teamId: TEAM.id,
    name: `many${index}`,
    realName: `Many ${index}`,
    email: `many${index}@example.com`,
  }));
  const admins = [NORA, ...colleagues].map(({ id }) => id);
  const team = await startReplicas(shared, 3, { limited: { faster: FASTER }, colleagues, admins });
  const { place, store } = team;
  const allDrawn = async () => {
    const [rows, last] = await store.read((database) =>
      Promise.all([
        database.selectFrom('homes').selectAll().execute(),
        database
          .selectFrom('audit_log')
          .select(({ fn }) => fn.max('seq').as('entry'))
          .executeTakeFirst(),
      ]),
    );
    const entry = last?.entry ?? 0;
    return (
      rows.length === HOMES &&
      rows.every(
        (home) => home.behind_since === null && home.due_at === null && Number(home.drawn_entry) >= entry,
      )
    );
  };
  try {
    for (const { id } of colleagues) await place.slack.home(id);
    await until('every Home is drawn', allDrawn);
    place.slack.forgetCalls();
    place.fastly.forgetCalls();
    await askForDeletions(team, CHANGES);
    const drawn = await until('every Home is drawn again', allDrawn);
    const { taken, limited } = callsOf(place, 'views.publish');
    const lists = place.fastly.calls().filter(({ path }) => /^\/customer\/\w+\/users$/.test(path)).length;
    return [
      `3 replicas, ${HOMES} opened Home tabs, ${CHANGES} requests at once, with minutes ${FASTER} times shorter: all Homes were right ${seconds(drawn * FASTER)} later in real minutes.`,
      `${taken} Homes were drawn and ${limited} calls refused. Fastly's list was read ${lists} times.`,
    ];
  } finally {
    await team.stop();
  }
}

function seconds(value: number): string {
  return `${Math.round(value)} s`;
}
