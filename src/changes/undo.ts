import { z } from 'zod';
import { MemberId } from '../ids.ts';
import type { Engine } from '../store/engine.ts';
import type { Database, IntentRow } from '../store/tables.ts';
import { type Change, ChangeDetails, ChangeKind } from './change.ts';
import { ROLES } from './roles.ts';
import { Name, SETTINGS, type Setting, Settings } from './settings.ts';

/** How long a change can be undone, in milliseconds after it was begun. */
const UNDO_WITHIN = 24 * 60 * 60 * 1_000;

/** The delivery key of an Undo follows from the change, so that one change is undone once, whoever clicks. */
export function undoKey(change: string): string {
  return `undo ${change}`;
}

/** The settings that set back what a change set; null where an old value can't be set. */
export function settingsBack({
  settings = {},
  before,
}: Pick<Change, 'settings' | 'before'>): Settings | null {
  const back = SETTINGS.filter((setting) => settings[setting] !== undefined).map(
    (setting) => [setting, settable(setting, before?.[setting])] as const,
  );
  if (before === undefined || back.length === 0 || back.some(([, value]) => value === null)) return null;
  return Settings.parse(Object.fromEntries(back));
}

/** Null where Fastly takes no such value from the bot. A switch that was not set is turned off. */
function settable(setting: Setting, value: string | boolean | null | undefined): string | boolean | null {
  switch (setting) {
    case 'name':
      return Name.safeParse(value).success ? (value ?? null) : null;
    case 'role':
      return ROLES.find((role) => role === value) ?? null;
    default:
      return value ?? false;
  }
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

/** Reads a change by its delivery key; null where there is none that was made and can be set back. */
export async function readUndoable(
  database: Database,
  engine: Engine,
  key: string,
): Promise<Undoable | null> {
  const row = await intentWith(database, key);
  const kind = ChangeKind.safeParse(row?.change).data;
  if (row?.state !== 'done' || (kind !== 'update' && kind !== 'lock')) return null;
  const details = ChangeDetails.parse(JSON.parse(row.details));
  const change: Change = { deliveryKey: key, kind, caller: MemberId.parse(row.caller), ...details };
  const back = settingsBack(change);
  if (back === null) return null;
  const undo = await intentWith(database, undoKey(key));
  const state = z.enum(['open', 'done', 'unknown']).safeParse(undo?.state).data;
  const { now } = await database.selectNoFrom(engine.now.as('now')).executeTakeFirstOrThrow();
  const again = await wasChangedAgain(database, row);
  return {
    change,
    back,
    madeAt: row.begun_at,
    undo: undo && state ? { by: MemberId.parse(undo.caller), state, at: undo.begun_at } : null,
    over: again ? 'changed-again' : now >= row.begun_at + UNDO_WITHIN ? 'too-late' : null,
  };
}

async function intentWith(database: Database, key: string): Promise<IntentRow | undefined> {
  return await database.selectFrom('intents').selectAll().where('delivery_key', '=', key).executeTakeFirst();
}

const Failure = z.object({ unclear: z.boolean() });

/** Whether the bot has begun another change of the same user since, or has carried out a request about them. */
async function wasChangedAgain(
  database: Database,
  { delivery_key, target, begun_at }: IntentRow,
): Promise<boolean> {
  const change = await database
    .selectFrom('intents')
    .select('delivery_key')
    .where('target', '=', target)
    .where('begun_at', '>=', begun_at)
    .where('state', '!=', 'failed')
    .where('delivery_key', 'not in', [delivery_key, undoKey(delivery_key)])
    .limit(1)
    .executeTakeFirst();
  if (change !== undefined) return true;
  const ends = await database
    .selectFrom('audit_log')
    .select(['event', 'details'])
    .where('target', '=', target)
    .where('at', '>=', begun_at)
    .where('request_id', 'is not', null)
    .where('event', 'in', ['completed', 'failed'])
    .execute();
  return ends.some(
    ({ event, details }) => event === 'completed' || Failure.safeParse(JSON.parse(details)).data?.unclear,
  );
}
