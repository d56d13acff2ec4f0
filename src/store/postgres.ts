import { Socket } from 'node:net';
import { PostgresDialect, sql } from 'kysely';
import pg from 'pg';
import type { Secret } from '../config/secret.ts';
import type { Engine } from './engine.ts';

const MOST_CONNECTIONS = 10;
/** Waiting for one of the connections counts, too: a busy bot is not to take its database for away. */
const CONNECT_MILLISECONDS = 10_000;
/** A statement, or a transaction that does nothing, is given up after this long; what waits behind it goes on. */
const STATEMENT_MILLISECONDS = 10_000;
/** The server ends a statement sooner, so a connection that is silent for longer is dead. */
const SILENCE_MILLISECONDS = 12_000;
const AUDIT_LOG_LOCK = 4_209_153_571;

/** PostgreSQL, shared by as many processes as there are. */
export function postgres(url: Secret, onConnectionLost: (error: Error) => void = () => {}): Engine {
  return {
    dialect: new PostgresDialect({ pool: async () => openPool(url, onConnectionLost) }),
    now: sql<number>`cast(extract(epoch from clock_timestamp()) * 1000 as bigint)`,
    forUpdate: sql`for update`,
    lockAuditLog: sql`select pg_advisory_xact_lock(${sql.lit(AUDIT_LOG_LOCK)})`,
    protectAuditLog: [
      sql`create function refuse_audit_log_change() returns trigger language plpgsql as
        $$ begin raise exception 'the audit log is append-only'; end $$`,
      sql`create trigger audit_log_append_only before update or delete or truncate on audit_log
        for each statement execute function refuse_audit_log_change()`,
    ],
    exclusive: false,
    schema: sql<string>`current_schema()`,
    open: async () => {},
    close: async () => {},
    check: () => {},
  };
}

function openPool(url: Secret, onConnectionLost: (error: Error) => void): pg.Pool {
  const pool = new pg.Pool({
    connectionString: url.reveal(),
    max: MOST_CONNECTIONS,
    connectionTimeoutMillis: CONNECT_MILLISECONDS,
    statement_timeout: STATEMENT_MILLISECONDS,
    idle_in_transaction_session_timeout: STATEMENT_MILLISECONDS,
    application_name: 'fastly-user-bot',
    types: { getTypeParser },
    stream: () => endedBySilence(new Socket()),
  });
  // A connection that breaks emits an error, idle or not; without a listener it would end the process. The pool hands
  // on those of idle ones.
  pool.on('error', () => {});
  pool.on('connect', (client) => client.on('error', onConnectionLost));
  return pool;
}

/** Without this a query on a connection that nobody ended, as after a failover, would never come back. */
function endedBySilence(socket: Socket): Socket {
  return socket.setTimeout(SILENCE_MILLISECONDS, () => {
    socket.destroy(new Error('the connection to the database fell silent'));
  });
}

/** Unix milliseconds and counters are far from where numbers lose precision. */
function getTypeParser(oid: number, format?: 'text' | 'binary') {
  return oid === pg.types.builtins.INT8 ? Number : pg.types.getTypeParser(oid, format);
}
