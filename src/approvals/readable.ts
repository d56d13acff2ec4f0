import { type Expression, expressionBuilder, type Selectable, type SqlBool } from 'kysely';
import { ChannelId, MemberId } from '../ids.ts';
import type { ApprovalRequestRow, Database, Tables } from '../store/tables.ts';
import { readWhole } from '../store/whole.ts';
import { Action } from './action.ts';
import { EVENT_KINDS } from './event.ts';
import { type ApprovalRequest, RequestId, State, Terms } from './request.ts';
import { fromStored } from './stored.ts';

type Row = Pick<Selectable<ApprovalRequestRow>, 'action' | 'requester' | 'channel' | 'terms' | 'state'>;

/** The columns that have a form of their own. `null` where this version doesn't know all of it. */
export function readForm({
  action,
  requester,
  channel,
  terms,
  state,
}: Row): Pick<ApprovalRequest, 'action' | 'requester' | 'channel' | 'terms' | 'state'> | null {
  const known = {
    action: readWhole(Action, action),
    requester: MemberId.safeParse(requester).data,
    channel: ChannelId.safeParse(channel).data,
    terms: readWhole(Terms.nullable(), terms ?? 'null'),
    state: readWhole(State, state, fromStored),
  };
  if (!known.action || !known.requester || !known.channel || !known.terms || !known.state) return null;
  return {
    action: known.action.whole,
    requester: known.requester,
    channel: known.channel,
    terms: known.terms.whole,
    state: known.state.whole,
  };
}

/** The condition that a request's history has an event this version doesn't know. For `approval_requests`. */
function hasNewerEvent(): Expression<SqlBool> {
  const where = expressionBuilder<Tables, 'approval_requests'>();
  return where.exists(
    where
      .selectFrom('audit_log')
      .select('seq')
      .whereRef('audit_log.request_id', '=', 'approval_requests.id')
      .where('audit_log.event', 'not in', EVENT_KINDS),
  );
}

/** Those of these requests whose history has an event this version doesn't know. */
export async function withNewerHistory(
  database: Database,
  ids: readonly RequestId[],
): Promise<ReadonlySet<RequestId>> {
  const rows = await database
    .selectFrom('approval_requests')
    .select('id')
    .where('id', 'in', ids)
    .where(hasNewerEvent())
    .execute();
  return new Set(rows.map(({ id }) => RequestId.parse(id)));
}

/** Those of these requests that this version can read whole, in the same order. */
export async function onlyReadable(database: Database, ids: readonly RequestId[]): Promise<RequestId[]> {
  if (ids.length === 0) return [];
  const rows = await withKnownHistory(database).where('id', 'in', ids).execute();
  const readable = new Set(rows.filter((row) => readForm(row) !== null).map(({ id }) => id));
  return ids.filter((id) => readable.has(id));
}

function withKnownHistory(database: Database) {
  return database
    .selectFrom('approval_requests')
    .select(['id', 'action', 'requester', 'channel', 'terms', 'state'])
    .where(({ not }) => not(hasNewerEvent()));
}
