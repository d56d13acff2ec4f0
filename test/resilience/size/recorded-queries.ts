import type { CompiledQuery, DatabaseConnection, Dialect, Driver } from 'kysely';
import type { Engine } from '../../../src/store/engine.ts';

/** A statement as it went to the database. */
export type Query = { sql: string; parameters: readonly unknown[] };

/** The same engine, which keeps each of its statements once, and counts all of them. */
export function recording(engine: Engine): {
  engine: Engine;
  queries: ReadonlyMap<string, Query>;
  count(): number;
} {
  const queries = new Map<string, Query>();
  let all = 0;
  const keep = ({ sql, parameters }: CompiledQuery) => {
    all += 1;
    queries.set(sql, { sql, parameters });
  };
  const dialect = recordingDialect(engine.dialect, keep);
  return { engine: { ...engine, dialect }, queries, count: () => all };
}

function recordingDialect(dialect: Dialect, keep: (query: CompiledQuery) => void): Dialect {
  return {
    createDriver: () => recordingDriver(dialect.createDriver(), keep),
    createQueryCompiler: () => dialect.createQueryCompiler(),
    createAdapter: () => dialect.createAdapter(),
    createIntrospector: (database) => dialect.createIntrospector(database),
  };
}

function recordingDriver(driver: Driver, keep: (query: CompiledQuery) => void): Driver {
  const known = new WeakSet<DatabaseConnection>();
  return {
    init: () => driver.init(),
    // Kysely hands the connection back to the driver that made it, so it stays the same object.
    acquireConnection: async () => {
      const connection = await driver.acquireConnection();
      if (!known.has(connection)) {
        known.add(connection);
        const execute = connection.executeQuery.bind(connection);
        connection.executeQuery = async (query) => {
          keep(query);
          return await execute(query);
        };
      }
      return connection;
    },
    beginTransaction: (connection, settings) => driver.beginTransaction(connection, settings),
    commitTransaction: (connection) => driver.commitTransaction(connection),
    rollbackTransaction: (connection) => driver.rollbackTransaction(connection),
    releaseConnection: (connection) => driver.releaseConnection(connection),
    destroy: () => driver.destroy(),
  };
}
