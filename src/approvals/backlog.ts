import { sql } from 'kysely';
import { countOverdue } from '../changes/running-promotions.ts';
import type { Backlog } from '../observability/metrics.ts';
import type { Engine } from '../store/engine.ts';
import { countLeavers } from '../store/leavers/leavers.ts';
import type { Database } from '../store/tables.ts';
import { RELEASING } from './event.ts';
import type { State } from './request.ts';
import { hasOpenTarget, hasState } from './stored.ts';
import { surfacesBehind } from './surfaces.ts';

/** What waits. The database counts it, so 10,000 open requests cost no more than some. */
export async function readBacklog(database: Database, engine: Engine): Promise<Backlog> {
  const { now, filed_at, released_at, unclear, ...requests } = await openCounted(
    database,
    engine,
  ).executeTakeFirstOrThrow();
  const surfaces = await surfacesBehind(database)
    .select(({ fn }) => [fn.countAll().as('behind'), fn.min('audit_log.at').as('wanted_at')])
    .executeTakeFirstOrThrow();
  const age = (since: number | null) => (since === null ? 0 : Math.max(0, now - since));
  return {
    requests: {
      pending: Number(requests.pending),
      approved: Number(requests.approved),
      executing: Number(requests.executing),
      failed: Number(requests.failed),
    },
    oldestOpen: age(filed_at),
    oldestApproved: age(released_at),
    unclearExecutions: Number(unclear),
    surfacesBehind: Number(surfaces.behind),
    oldestBehind: age(surfaces.wanted_at),
    leavers: await countLeavers(database),
    overduePromotions: await countOverdue(database, engine, 0),
  };
}

/** The open requests, counted by state, with the moments since when the oldest have waited: one row. */
export function openCounted(database: Database, { now }: Engine) {
  return database
    .selectFrom('approval_requests')
    .where(hasOpenTarget)
    .select((request) => {
      const { fn, and, or, eb, selectFrom } = request;
      const being = (kind: State['kind']) => hasState(kind)(request);
      const counted = (kind: State['kind']) => fn.countAll().filterWhere(being(kind)).as(kind);
      const release = selectFrom('audit_log')
        .whereRef('audit_log.request_id', '=', 'approval_requests.id')
        .where('event', 'in', RELEASING)
        .select(({ fn }) => fn.max('at').as('at'));
      const isReleased = or([being('approved'), being('executing')]);
      return [
        now.as('now'),
        counted('pending'),
        counted('approved'),
        counted('executing'),
        counted('failed'),
        fn
          .countAll()
          .filterWhere(and([being('failed'), eb('state', 'like', '%"unclear":true%')]))
          .as('unclear'),
        fn.min('filed_at').as('filed_at'),
        sql<number | null>`min(coalesce(${release}, filed_at)) filter (where ${isReleased})`.as(
          'released_at',
        ),
      ];
    });
}
