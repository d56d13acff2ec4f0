import type { Shared } from '../shared.ts';
import { approveAll, askForDeletions, startReplicas } from './replicas.ts';
import { until, untilMade } from './waiting.ts';

const REQUESTS = 30;
/** An hour's end is not waited for: Fastly says that it comes in so many seconds. */
const HOUR_ENDS_IN_SECONDS = 20;

/** Approved changes when the hour's writes are used up. */
export async function writesUsedUp(shared: Shared): Promise<string[]> {
  const team = await startReplicas(shared, 2);
  const { fastly } = team.place;
  const deletions = () => fastly.calls().filter(({ method }) => method === 'DELETE');
  try {
    await askForDeletions(team, REQUESTS);
    const reset = Math.ceil(Date.now() / 1_000) + HOUR_ENDS_IN_SECONDS;
    fastly.setFaults({ rateLimitUsedUp: { reset } });
    await approveAll(team.store, REQUESTS);
    await until('the hour is over', () => Date.now() / 1_000 >= reset);
    const refused = deletions().length;
    fastly.setFaults({ rateLimitUsedUp: null });
    const made = await untilMade(team.store, REQUESTS);
    const twice = deletions().length - refused - REQUESTS;
    return [
      `2 replicas, ${REQUESTS} approved deletions, no writes left until the hour ends: ${refused} calls were refused meanwhile.`,
      `All were made within ${Math.round(made)} s of the new hour, ${twice === 0 ? 'each once' : `${twice} calls too many`}.`,
    ];
  } finally {
    await team.stop();
  }
}
