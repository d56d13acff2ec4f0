import { z } from 'zod';
import { MemberId } from '../ids.ts';
import { traced } from '../observability/trace.ts';
import type { Transaction } from '../store/store.ts';
import type { Database } from '../store/tables.ts';
import { verbOf } from './action.ts';
import { Event, RELEASING, type Step } from './event.ts';
import type { ApprovalRequest, RequestId } from './request.ts';
import { fromStored, toStored } from './stored.ts';

/** Writes a request's latest step into the audit log, with the interaction behind it, as that is where its history is kept. */
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
    details: {
      login,
      name,
      verb: verbOf(action),
      ...particulars,
      ...filed,
      interaction: traced().interaction,
    },
  });
}

const Traced = z.object({ interaction: z.string().nullish() });

/** The interaction whose decision lets a request be carried out; null where that was recorded by a version without traces. */
export async function decidingInteraction(database: Database, request: RequestId): Promise<string | null> {
  const step = await database
    .selectFrom('audit_log')
    .select('details')
    .where('request_id', '=', request)
    .where('event', 'in', RELEASING)
    .orderBy('step', 'desc')
    .limit(1)
    .executeTakeFirst();
  return (step && Traced.parse(JSON.parse(step.details)).interaction) ?? null;
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
