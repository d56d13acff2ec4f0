import type { Selectable } from 'kysely';
import { ChannelId, MemberId } from '../ids.ts';
import type { ApprovalRequestRow, Database } from '../store/tables.ts';
import type { StoredRequest } from './newer.ts';
import { readForm, withNewerHistory } from './readable.ts';
import { RequestId } from './request.ts';

/** Reads stored requests whole, in the same order: two queries, however many there are. */
export async function readRequests(
  database: Database,
  rows: readonly Selectable<ApprovalRequestRow>[],
): Promise<StoredRequest[]> {
  if (rows.length === 0) return [];
  const ids = rows.map(({ id }) => RequestId.parse(id));
  const newer = await withNewerHistory(database, ids);
  const approvals = await database
    .selectFrom('decisions')
    .select(['request_id', 'approver', 'reason'])
    .where('request_id', 'in', ids)
    .where('verdict', '=', 'approved')
    .orderBy('decided_at')
    .execute();
  const approvalsOf = Map.groupBy(approvals, ({ request_id }) => request_id);
  return rows.map((row) => {
    const id = RequestId.parse(row.id);
    const form = readForm(row);
    if (form === null || newer.has(id)) {
      const requester = MemberId.safeParse(row.requester).data ?? null;
      const channel = ChannelId.safeParse(row.channel).data ?? null;
      return { needsNewerVersion: true, id, requester, channel };
    }
    const given = (approvalsOf.get(id) ?? []).map(({ approver, reason }) => ({
      approver: MemberId.parse(approver),
      reason,
    }));
    return {
      id,
      ...form,
      reason: row.reason,
      approvalsRequired: row.approvals_required,
      approvers: given.map(({ approver }) => approver),
      comments: new Map(
        given.flatMap(({ approver, reason }) => (reason === null ? [] : [[approver, reason]])),
      ),
      version: row.version,
      filedAt: row.filed_at,
      expiresAt: row.expires_at,
    };
  });
}
