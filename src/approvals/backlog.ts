import { sql } from 'kysely';
import { z } from 'zod';
import type { Backlog } from '../observability/metrics.ts';
import type { Engine } from '../store/engine.ts';
import type { Database } from '../store/tables.ts';
import { RELEASING } from './event.ts';
import { hasOpenTarget } from './open-target.ts';
import { surfacesBehind } from './surfaces.ts';

/** What is counted of a state. A newer version of the bot may have stored states that this one does not know. */
const Counted = z.object({ kind: z.string(), unclear: z.boolean().optional().catch(undefined) });

/** What waits. It reads what is open and what is to be shown, each by its index, however many requests there were. */
export async function readBacklog(database: Database, engine: Engine): Promise<Backlog> {
  const rows = await openStates(database, engine).execute();
  const { behind, wanted_at, now } = await surfacesBehind(database)
    .select([engine.now.as('now'), sql<number>`count(*)`.as('behind')])
    .select(({ fn }) => fn.min('audit_log.at').as('wanted_at'))
    .executeTakeFirstOrThrow();
  const open = rows.map((row) => ({ ...row, ...Counted.parse(JSON.parse(row.state)) }));
  const released = open.filter(({ kind }) => kind === 'approved' || kind === 'executing');
  const count = (state: keyof Backlog['requests']) => open.filter(({ kind }) => kind === state).length;
  return {
    requests: {
      pending: count('pending'),
      approved: count('approved'),
      executing: count('executing'),
      failed: count('failed'),
    },
    oldestOpen: oldest(open.map((row) => row.now - row.filed_at)),
    oldestApproved: oldest(released.map((row) => row.now - (row.released_at ?? row.filed_at))),
    unclearExecutions: open.filter(({ kind, unclear }) => kind === 'failed' && unclear).length,
    surfacesBehind: Number(behind),
    oldestBehind: oldest(wanted_at === null ? [] : [now - wanted_at]),
  };
}

/** Of each open request, its state and since when it waits, as rows. */
export function openStates(database: Database, { now }: Engine) {
  return database
    .selectFrom('approval_requests')
    .where(hasOpenTarget)
    .select(['state', 'filed_at', now.as('now')])
    .select(({ selectFrom }) =>
      selectFrom('audit_log')
        .whereRef('audit_log.request_id', '=', 'approval_requests.id')
        .where('event', 'in', RELEASING)
        .select(({ fn }) => fn.max('at').as('at'))
        .as('released_at'),
    );
}

/** Clocks of a database may go back a little. */
function oldest(ages: readonly number[]): number {
  return ages.reduce((highest, age) => Math.max(highest, age), 0);
}
