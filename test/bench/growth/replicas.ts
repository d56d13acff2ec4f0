import { Approvals } from '../../../src/approvals/approvals.ts';
import { RequestId } from '../../../src/approvals/request.ts';
import type { Store } from '../../../src/store/store.ts';
import { POLICY, TOMAS } from '../../approvals/people.ts';
import { BOT, CDN_TEAM, NORA, SUPERUSERS } from '../../sandbox/cast.ts';
import type { SeenMessage } from '../../sandbox/control/protocol.ts';
import { type Sandbox, type SandboxOptions, startSandbox } from '../../sandbox/sandbox.ts';
import { AppProcess } from '../app-process.ts';
import type { Shared } from '../shared.ts';
import { until } from './waiting.ts';

/** Replicas of the bot on one PostgreSQL, in front of a Slack and a Fastly. */
export type Installation = {
  place: Sandbox;
  store: Store;

  apps: readonly AppProcess[];
  stop(): Promise<void>;
};

/** @param admins the ids of the bot admins */
export async function startReplicas(
  shared: Shared,
  count: number,
  options: SandboxOptions & { admins?: readonly string[] } = {},
): Promise<Installation> {
  const { admins = SUPERUSERS.map(({ id }) => id), ...sandbox } = options;
  const place = await startSandbox(sandbox);
  const { url, store } = await shared.postgresPlace();
  const variables = { DATABASE_URL: url, SUPERUSERS: admins.join(',') };
  const apps: AppProcess[] = [];
  const stop = async () => {
    await Promise.all(apps.map((app) => app.stop()));
    await place.close();
  };
  try {
    for (let replica = 0; replica < count; replica += 1) {
      apps.push(await AppProcess.start('ours', 'socket', variables, { place }));
    }
  } catch (error) {
    await stop();
    throw error;
  }
  return { place, store, apps, stop };
}

/** Has Nora ask for the deletion of so many users in their channel. Resolves once all is recorded. */
export async function askForDeletions({ place, store, apps }: Installation, count: number): Promise<void> {
  const ids = Array.from({ length: count }, (_, index) => `leaver00000000000${index}x`);
  place.fastly.putUsers(
    ids.map((id, index) => ({ id, name: `Leaver ${index}`, login: `leaver${index}@example.com` })),
  );
  for (const id of ids) await apps[0]?.type(`delete ${id}`);
  await until('all requests are recorded', async () => (await openIds(store)).length === count);
}

/** Has Tomás approve all that is open. */
export async function approveAll(store: Store, count: number): Promise<void> {
  const approvals = new Approvals(store, POLICY, false, () => {});
  const ids = await openIds(store);
  if (ids.length !== count) throw new Error(`${ids.length} requests are open`);
  for (const id of ids) await approvals.approve(id, TOMAS);
}

async function openIds(store: Store): Promise<RequestId[]> {
  const rows = await store.read((database) =>
    database.selectFrom('approval_requests').where('open_target', 'is not', null).select('id').execute(),
  );
  return rows.map(({ id }) => RequestId.parse(id));
}

/** What the bot has posted for all to see in the channel, threads included. */
export function posted({ slack }: Sandbox): SeenMessage[] {
  const channel = slack.sees(NORA.id).channels.find(({ id }) => id === CDN_TEAM.id);
  return (channel?.messages ?? []).filter(({ author, ephemeral }) => author === BOT.userId && !ephemeral);
}

/** How many calls of a method Slack has taken, and how many it has refused by a limit. */
export function callsOf({ slack }: Sandbox, method: string): { taken: number; limited: number } {
  const results = slack.calls().flatMap((call) => (call.method === method ? [call.result] : []));
  const count = (word: string) => results.filter((result) => result === word).length;
  return { taken: count('ok'), limited: count('ratelimited') };
}
