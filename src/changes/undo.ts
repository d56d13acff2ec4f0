import { z } from 'zod';
import { MemberId } from '../ids.ts';
import type { Engine } from '../store/engine.ts';
import type { Database, IntentRow } from '../store/tables.ts';
import { type Change, ChangeKind, ChangeTarget } from './change.ts';
import { CurrentSettings, Settings, settingsBack } from './settings.ts';
import { readChange } from './stored.ts';

/** How long a change can be undone, in milliseconds after it was begun. */
const UNDO_WITHIN = 24 * 60 * 60 * 1_000;

/** The delivery key of an Undo follows from the change, so that one change is undone once, whoever clicks. */
export function undoKey(change: string): string {
  return `undo ${change}`;
}

/** A change that was made and can be set back, and what the store knows of its Undo. `madeAt`: Unix milliseconds. */
export type Undoable = {
  change: Change;
  back: Settings;
  madeAt: number;
  /** The Undo that was begun and has not failed. */
  undo: { by: MemberId; state: 'open' | 'done' | 'unknown'; at: number } | null;
  /** Why it is not undone any more: 24 hours are over, or the same user was changed again. */
  over: 'too-late' | 'changed-again' | null;
};

/**
 * Reads a change by its delivery key, or a demotion by its request's id. Null where there is none that was made and can
 * be set back.
 */
export async function readUndoable(
  database: Database,
  engine: Engine,
  key: string,
): Promise<Undoable | null> {
  const made = (await ownChange(database, key)) ?? (await demotion(database, key));
  const back = made && settingsBack(made.change);
  if (!made || !back) return null;
  const undo = await intentWith(database, undoKey(key));
  const state = z.enum(['open', 'done', 'unknown']).safeParse(undo?.state).data;
  const { now } = await database.selectNoFrom(engine.now.as('now')).executeTakeFirstOrThrow();
  const again = await wasChangedAgain(database, made);
  return {
    ...made,
    back,
    undo: undo && state ? { by: MemberId.parse(undo.caller), state, at: undo.begun_at } : null,
    over: again ? 'changed-again' : now >= made.madeAt + UNDO_WITHIN ? 'too-late' : null,
  };
}

type Made = Pick<Undoable, 'change' | 'madeAt'>;

/** An update or a lock that was made without approval. */
async function ownChange(database: Database, key: string): Promise<Made | null> {
  const row = await intentWith(database, key);
  const kind = ChangeKind.extract(['update', 'lock']).safeParse(row?.change).data;
  if (row?.state !== 'done' || kind === undefined) return null;
  const change = readChange(row);
  return change && { change, madeAt: row.begun_at };
}

async function intentWith(database: Database, key: string): Promise<IntentRow | undefined> {
  return await database.selectFrom('intents').selectAll().where('delivery_key', '=', key).executeTakeFirst();
}

/** A request's first entry in the audit log, as far as it is a demotion's. */
const Filed = z.object({
  action: z.object({
    kind: z.enum(['demote', 'demote-with-tokens']),
    version: z.literal(1),
    target: ChangeTarget,
    before: CurrentSettings,
    changes: Settings,
  }),
  reason: z.string().nullable(),
});

/** A demotion that was carried out, or the lock of a Fastly superuser. A promotion has no Undo. */
async function demotion(database: Database, request: string): Promise<Made | null> {
  const steps = await database
    .selectFrom('audit_log')
    .select(['actor', 'event', 'at', 'details'])
    .where('request_id', '=', request)
    .where('event', 'in', ['filed', 'completed'])
    .execute();
  const [filed, completed] = ['filed', 'completed'].map((event) =>
    steps.find((step) => step.event === event),
  );
  const details = Filed.safeParse(JSON.parse(filed?.details ?? 'null')).data;
  if (!filed || !completed || !details) return null;
  const { action, reason } = details;
  const change: Change = {
    deliveryKey: request,
    kind: 'update',
    caller: MemberId.parse(filed.actor),
    target: action.target,
    settings: action.changes,
    before: action.before,
    reason,
    request,
    reference: request,
  };
  return { change, madeAt: completed.at };
}

const Failure = z.object({ unclear: z.boolean() });

/** Whether it was a lock of somebody who was locked already, for what followed. */
function leftTheLock(row: IntentRow): boolean {
  const change = readChange(row);
  return change?.kind === 'lock' && change.before?.locked === true;
}

/** Whether the bot has begun another change of the same user's settings since, or has carried out another request about them. */
async function wasChangedAgain(
  database: Database,
  { change: { deliveryKey, target }, madeAt }: Made,
): Promise<boolean> {
  const changes = await database
    .selectFrom('intents')
    .selectAll()
    .where('target', '=', target.id ?? target.login)
    // A password reset leaves the settings as they are.
    .where('change', 'in', ['update', 'lock'])
    .where('begun_at', '>=', madeAt)
    .where('state', '!=', 'failed')
    .where('delivery_key', 'not in', [deliveryKey, undoKey(deliveryKey)])
    .execute();
  if (changes.some((row) => !leftTheLock(row))) return true;
  const ends = await database
    .selectFrom('audit_log')
    .select(['request_id', 'event', 'details'])
    .where('target', '=', target.id)
    .where('at', '>=', madeAt)
    .where('request_id', 'is not', null)
    .where('request_id', '!=', deliveryKey)
    // Revoked tokens leave the settings as they are, too.
    .where('change', '!=', 'revoke')
    .where('event', 'in', ['completed', 'failed'])
    .execute();
  for (const { request_id: request, event, details } of ends) {
    const mayBeMade = event === 'completed' || Failure.safeParse(JSON.parse(details)).data?.unclear;
    if (mayBeMade && !(await isExtension(database, request))) return true;
  }
  return false;
}

const FiledExtension = z.object({ action: z.object({ by: z.literal('extension') }) });

/** Whether a request moved an end, which leaves the user as they are in Fastly. */
async function isExtension(database: Database, request: string | null): Promise<boolean> {
  const filed = await database
    .selectFrom('audit_log')
    .select('details')
    .where('request_id', '=', request)
    .where('event', '=', 'filed')
    .executeTakeFirst();
  return FiledExtension.safeParse(JSON.parse(filed?.details ?? 'null')).success;
}
