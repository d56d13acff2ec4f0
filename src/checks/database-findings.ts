import type { AnyTables } from '../store/engine.ts';
import type { MigrationState } from '../store/migrations/index.ts';
import type { Tables } from '../store/tables.ts';
import { type Trouble, troubleOf } from '../store/trouble.ts';
import { counted, type Finding, fine, warning, wrong } from './finding.ts';

/** What is told of anything that keeps the bot from its database. */
export function troubleFinding(error: unknown): Finding {
  return wrongBy(troubleOf(error));
}

export function wrongBy({ what, remedy }: Pick<Trouble, 'what' | 'remedy'>): Finding {
  return wrong(`${what}.`, remedy);
}

/** Migrations are named here and run by the bot's start alone. */
export function migrationFinding({ isNew, waiting, unknown, readable }: MigrationState): Finding {
  const newer = `The database is newer than this version of the bot: it has ${unknown.join(', ')}.`;
  if (!readable) return wrong(newer, 'Run the version that last used it.');
  if (unknown.length > 0) return fine(`${newer} This version can use it, too.`);
  if (waiting.length === 0) return fine('The tables are those of this version.');
  if (isNew) return fine(`The database is empty. The first start makes its tables: ${waiting.join(', ')}.`);
  return fine(`The next start changes the tables: ${waiting.join(', ')}. Back the database up before it.`);
}

/** How late an end may be, in milliseconds: Fastly may be away for a while. */
const LATE = 10 * 60_000;

/** Roles whose time is over and that are not taken back. None where the table is not there yet, or can't be read. */
export async function overduePromotions(
  database: AnyTables,
  { waiting }: MigrationState,
): Promise<Finding[]> {
  if (waiting.some((name) => Number.parseInt(name, 10) <= PROMOTIONS_SINCE)) return [];
  const found = await database
    .withTables<Tables>()
    .selectFrom('running_promotions')
    .where('running_user', '>=', '')
    // What a person has to check after a restore does not end by itself.
    .where('state', '!=', '{"kind":"to-check"}')
    .where('ends_at', '<=', Date.now() - LATE)
    .select(({ fn }) => fn.countAll().as('overdue'))
    .executeTakeFirst()
    // Which right is missing is told by itself.
    .catch(() => undefined);
  const count = Number(found?.overdue ?? 0);
  if (count === 0) return [];
  const roles = counted(count, 'role that was', 'roles that were');
  return [
    warning(
      `${roles} given for a time should have ended over 10 minutes ago.`,
      "Start the bot, if it doesn't run. /fastly-user approvals lists them, and the bot's log says why one could not be taken back.",
    ),
  ];
}

/** The number of the migration that makes the table. */
const PROMOTIONS_SINCE = 11;
