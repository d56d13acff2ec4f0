import { MemberId } from '../ids.ts';
import type { Transaction } from '../store/store.ts';
import type { Database } from '../store/tables.ts';
import { Event, type Step } from './event.ts';
import { type ApprovalRequest, type RequestId, verbOf } from './request.ts';
import { fromStored, toStored } from './stored.ts';

/** Writes a request's latest step into the audit log, which is where its history is kept. */
export async function auditStep(
  transaction: Transaction,
  request: ApprovalRequest,
  actor: MemberId | null,
  event: Event,
): Promise<void> {
  const { kind, ...particulars } = toStored(event);
  const { id, version, action, reason, channel, approvalsRequired, expiresAt } = request;
  const { login, name, id: target } = action.target;
  const filed = kind === 'filed' && { action, reason, channel, approvalsRequired, expiresAt };
  await transaction.audit({
    actor,
    change: action.kind,
    event: kind,
    target,
    request: { id, step: version },
    details: { login, name, verb: verbOf(action), ...particulars, ...filed },
  });
}

/** The steps of a request, first to last. */
export async function stepsOf(database: Database, request: RequestId): Promise<Step[]> {
  const rows = await database
    .selectFrom('audit_log')
    .select(['step', 'at', 'actor', 'event', 'details'])
    .where('request_id', '=', request)
    .orderBy('step')
    .execute();
  return rows.map(({ step, at, actor, event, details }) => ({
    request,
    number: step ?? 0,
    at,
    actor: MemberId.nullable().parse(actor),
    event: Event.parse({ ...fromStored(details), kind: event }),
  }));
}
