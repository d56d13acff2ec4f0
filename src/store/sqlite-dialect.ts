import type { DatabaseSync, SQLInputValue } from 'node:sqlite';
import {
  CompiledQuery,
  type DatabaseConnection,
  type Dialect,
  SqliteAdapter,
  type SqliteDatabase,
  SqliteDriver,
  SqliteIntrospector,
  SqliteQueryCompiler,
} from 'kysely';
import { reasonOf } from '../observability/reason-of.ts';

/** Node's driver in the shape that Kysely's SQLite dialect takes. */
function kyselyDatabase(database: DatabaseSync, onUse: () => void): SqliteDatabase {
  const used = <T>(use: () => T): T => {
    try {
      return use();
    } finally {
      onUse();
    }
  };
  return {
    close: () => database.close(),
    prepare: (text) => {
      const statement = database.prepare(text);
      return {
        reader: statement.columns().length > 0,
        all: (parameters) => used(() => statement.all(...parameters.map(inputValue))),
        run: (parameters) => used(() => statement.run(...parameters.map(inputValue))),
        iterate: (parameters) => statement.iterate(...parameters.map(inputValue)),
      };
    },
  };
}

function inputValue(value: unknown): SQLInputValue {
  if (value === null || typeof value === 'string' || typeof value === 'number') return value;
  throw new TypeError(`SQLite is given text, numbers and null only, not ${typeof value}`);
}

/** Kysely's dialect over Node's own driver. @param onUse called after each statement */
export function dialectOf(
  open: () => DatabaseSync,
  Driver: typeof SqliteDriver,
  onUse: () => void = () => {},
): Dialect {
  const config = { database: async () => kyselyDatabase(open(), onUse) };
  return {
    createDriver: () => new Driver(config),
    createQueryCompiler: () => new SqliteQueryCompiler(),
    createAdapter: () => new TransactionalSqliteAdapter(),
    createIntrospector: (database) => new SqliteIntrospector(database),
  };
}

/** Its transactions lock at their start: deferred ones fail halfway under contention. */
export class ImmediateSqliteDriver extends SqliteDriver {
  override async beginTransaction(connection: DatabaseConnection): Promise<void> {
    await connection.executeQuery(CompiledQuery.raw('begin immediate'));
  }

  /** A full disk has SQLite roll back by itself; a second time would hide what went wrong. */
  override async rollbackTransaction(connection: DatabaseConnection): Promise<void> {
    try {
      await super.rollbackTransaction(connection);
    } catch (error) {
      if (!reasonOf(error).includes('no transaction is active')) throw error;
    }
  }
}

/** SQLite rolls changes of tables back like any other, so migrations are carried out whole or not at all. */
class TransactionalSqliteAdapter extends SqliteAdapter {
  override get supportsTransactionalDdl(): boolean {
    return true;
  }
}
