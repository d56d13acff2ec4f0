import type { MigrationState } from '../store/migrations/index.ts';
import { type Trouble, troubleOf } from '../store/trouble.ts';
import type { Finding } from './finding.ts';

/** What is told of anything that keeps the bot from its database. */
export function troubleFinding(error: unknown): Finding {
  return wrongBy(troubleOf(error));
}

export function wrongBy({ what, remedy }: Pick<Trouble, 'what' | 'remedy'>): Finding {
  return { mark: 'wrong', what: `${what}.`, remedy };
}

/** Migrations are named here and run by the bot's start alone. */
export function migrationFinding({ isNew, waiting, unknown, readable }: MigrationState): Finding {
  const newer = `The database is newer than this version of the bot: it has ${unknown.join(', ')}.`;
  if (!readable) return { mark: 'wrong', what: newer, remedy: 'Run the version that last used it.' };
  if (unknown.length > 0) return { mark: 'fine', what: `${newer} This version can use it, too.` };
  if (waiting.length === 0) return { mark: 'fine', what: 'The tables are those of this version.' };
  if (isNew) {
    return {
      mark: 'fine',
      what: `The database is empty. The first start makes its tables: ${waiting.join(', ')}.`,
    };
  }
  return {
    mark: 'fine',
    what: `The next start changes the tables: ${waiting.join(', ')}. Back the database up before it.`,
  };
}
