import { type Expression, type ExpressionBuilder, type SqlBool, sql } from 'kysely';
import type { MemberId } from '../ids.ts';
import type { Database, Tables } from '../store/tables.ts';
import type { StoredRequest } from './newer.ts';
import type { ApprovalPolicy } from './policy.ts';
import { readRequests } from './read-requests.ts';
import { type Listed, RequestId } from './request.ts';
import { hasOpenTarget, hasState } from './stored.ts';
import { type MessagePlace, messagesOf } from './surfaces.ts';

/** An open request, and where its message is once that is known to have been posted. */
export type OpenRequest = { request: StoredRequest; posted: MessagePlace | null };

type Where = ExpressionBuilder<Tables, 'approval_requests'>;
type Condition = (where: Where) => Expression<SqlBool>;

/** The oldest `most` open requests, with those that need a newer version. */
export async function oldestOpen(database: Database, most: number): Promise<Listed<OpenRequest>> {
  const found = await oldest(database, hasOpenTarget, most);
  return listed(found, await withPlaces(database, found.ids));
}

/** All open requests of a member, with those that need a newer version, the oldest first. */
export async function openOf(database: Database, requester: MemberId): Promise<readonly OpenRequest[]> {
  const rows = await database
    .selectFrom('approval_requests')
    .select('id')
    .where(hasOpenTarget)
    .where('requester', '=', requester)
    .orderBy('filed_at')
    .orderBy('id')
    .execute();
  const ids = rows.map(({ id }) => RequestId.parse(id));
  return listed({ ids, more: 0 }, await withPlaces(database, ids)).shown;
}

/** Whose lists, under which policy, and which requests need a newer version. */
export type Viewer = { member: MemberId; policy: ApprovalPolicy; newer: readonly RequestId[] };

/**
 * The open requests that a member can approve or retry, and their own others, the oldest of each. Those that need a newer
 * version may wait for anybody but their requester.
 */
export async function openFor(
  database: Database,
  viewer: Viewer,
  most: { waiting: number; own: number },
): Promise<{ waiting: Listed<OpenRequest>; own: Listed<OpenRequest> }> {
  const waits = waitsFor(viewer);
  const isOwn: Condition = (where) =>
    where.and([where('requester', '=', viewer.member), where.not(waits(where))]);
  const waiting = await oldest(database, waits, most.waiting);
  const own = await oldest(database, isOwn, most.own);
  const placed = await withPlaces(database, [...waiting.ids, ...own.ids]);
  return { waiting: listed(waiting, placed), own: listed(own, placed) };
}

/** Those that wait for the viewer: the same as `mayApprove` says, and failed ones of others. */
function waitsFor({ member, policy, newer }: Viewer): Condition {
  const isBotAdmin = policy.botAdmins.includes(member);
  return (where) => {
    const { eb, and, or, not, exists, selectFrom } = where;
    const isOthers = eb('requester', '!=', member);
    const isNewer = newer.length === 0 ? sql<SqlBool>`1 = 0` : eb('approval_requests.id', 'in', newer);
    // `Terms` is stored in the order of its fields; earlier versions stored no bot admins.
    const hasTerms = (pattern: string) => eb(sql`coalesce(terms, 'null')`, 'like', pattern);
    // A request without terms allows it.
    const allowsSelf = not(hasTerms('%"selfApproval":false%'));
    const isEligible = policy.allowSelfApproval ? or([isOthers, allowsSelf]) : isOthers;
    const namesBotAdmins = hasTerms('%"botAdmins":[%');
    const isAbout = or([
      hasTerms(`%"about":[%"${member}"%],"botAdmins":[%`),
      and([not(namesBotAdmins), hasTerms(`%"${member}"%`)]),
    ]);
    const isAddedLater = and([namesBotAdmins, not(hasTerms(`%"botAdmins":[%"${member}"%`))]);
    const hasApproved = exists(
      selectFrom('decisions')
        .select('request_id')
        .whereRef('decisions.request_id', '=', 'approval_requests.id')
        .where('approver', '=', member)
        .where('verdict', '=', 'approved'),
    );
    const mayApprove = and([
      hasState('pending')(where),
      isEligible,
      not(isAbout),
      not(isAddedLater),
      not(hasApproved),
    ]);
    const mayRetry = and([hasState('failed')(where), isOthers]);
    return or([
      and([isNewer, isOthers]),
      and([not(isNewer), isBotAdmin ? or([mayApprove, mayRetry]) : mayRetry]),
    ]);
  };
}

type Found = { ids: readonly RequestId[]; more: number };

/** The ids of the oldest open requests that meet a condition, and how many more do: one query. */
async function oldest(database: Database, condition: Condition, most: number): Promise<Found> {
  const rows = await database
    .selectFrom('approval_requests')
    .select(['id', sql<number>`count(*) over ()`.as('all')])
    .where(hasOpenTarget)
    .where(condition)
    .orderBy('filed_at')
    .orderBy('id')
    .limit(most)
    .execute();
  return { ids: rows.map(({ id }) => RequestId.parse(id)), more: (rows[0]?.all ?? 0) - rows.length };
}

/** These requests, but for those that are open no longer, by their ids. */
async function withPlaces(
  database: Database,
  ids: readonly RequestId[],
): Promise<ReadonlyMap<RequestId, OpenRequest>> {
  if (ids.length === 0) return new Map();
  const rows = await database
    .selectFrom('approval_requests')
    .selectAll()
    .where('id', 'in', ids)
    .where('open_target', 'is not', null)
    .execute();
  const requests = await readRequests(database, rows);
  const places = await messagesOf(database, ids);
  return new Map(
    requests.map((request) => [request.id, { request, posted: places.get(request.id) ?? null }]),
  );
}

function listed({ ids, more }: Found, placed: ReadonlyMap<RequestId, OpenRequest>): Listed<OpenRequest> {
  return { shown: ids.flatMap((id) => placed.get(id) ?? []), more };
}
