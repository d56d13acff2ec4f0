import { sql } from 'kysely';
import { openRequestAbout } from '../../../src/approvals/rows.ts';
import { Intents } from '../../../src/changes/intents.ts';
import { Secret } from '../../../src/config/secret.ts';
import { createLogger } from '../../../src/observability/log.ts';
import { postgres } from '../../../src/store/postgres.ts';
import { Store } from '../../../src/store/store.ts';
import { NORA, POLICY } from '../../approvals/people.ts';
import { userOf } from '../../support/history.ts';
import type { Shared } from '../shared.ts';
import { startReplicas } from './replicas.ts';

const WRITERS = 10;
const CHANGES = 300;
const REPLICAS = 10;
const COMMANDS_EACH = 30;

/** Changes that are recorded at once: the writers of the audit log go in turn. */
export async function oneAuditLog(shared: Shared): Promise<string[]> {
  const { url, store } = await shared.postgresPlace();
  const stores = [store];
  while (stores.length < WRITERS) {
    const next = new Store(postgres(new Secret(url)), createLogger('silent', { write: () => {} }));
    await next.connect();
    stores.push(next);
  }
  const lines: string[] = [];
  for (const writers of [1, WRITERS]) {
    const begun = performance.now();
    await Promise.all(
      stores.slice(0, writers).map((each, place) => changes(each, `${writers}-${place}`, writers)),
    );
    const rate = CHANGES / ((performance.now() - begun) / 1_000);
    lines.push(`${writers} of ${WRITERS} processes recording changes: ${Math.round(rate)} changes a second.`);
  }
  await Promise.all(stores.slice(1).map((each) => each.close()));
  return lines;
}

async function changes(store: Store, key: string, writers: number): Promise<void> {
  const intents = new Intents(store, POLICY.lease, openRequestAbout, () => {});
  for (let index = 0; index < CHANGES / writers; index += 1) {
    const { id, login, name } = userOf(index);
    const change = {
      deliveryKey: `${key}-${index}`,
      kind: 'reset' as const,
      caller: NORA,
      target: { id, login, name },
      reference: 'K7Q2-9FMX',
    };
    await intents.begin(change);
    await intents.settle(change, { kind: 'done' });
  }
}

/** How many connections busy replicas have open to PostgreSQL. */
export async function connections(shared: Shared): Promise<string[]> {
  const team = await startReplicas(shared, REPLICAS);
  try {
    const commands = REPLICAS * COMMANDS_EACH;
    const answered = team.apps[0]?.untilAnswered(commands);
    let over = false;
    const most = mostConnections(team.store, () => over);
    await Promise.all(Array.from({ length: commands }, () => team.apps[0]?.type('audit')));
    await answered;
    over = true;
    return [`${REPLICAS} replicas, ${commands} commands at once: ${await most} connections to PostgreSQL.`];
  } finally {
    await team.stop();
  }
}

async function mostConnections(store: Store, isOver: () => boolean): Promise<number> {
  let most = 0;
  while (!isOver()) {
    const { rows } = await store.read((database) =>
      sql<{ open: number }>`select count(*)::int as open from pg_stat_activity
        where datname = current_database() and pid <> pg_backend_pid()`.execute(database),
    );
    most = Math.max(most, rows[0]?.open ?? 0);
  }
  return most;
}
