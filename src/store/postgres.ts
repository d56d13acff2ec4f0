import { Socket } from 'node:net';
import { PostgresDialect, sql } from 'kysely';
import type pg from 'pg';
import type { Secret } from '../config/secret.ts';
import { POSTGRES_NAMES } from './audit-names.ts';
import type { Engine } from './engine.ts';
import type { Database } from './tables.ts';

const MOST_CONNECTIONS = 10;
/** Waiting for one of the connections counts, too: a busy bot is not to take its database for away. */
const CONNECT_MILLISECONDS = 10_000;
/** A statement, or a transaction that does nothing, is given up after this long; what waits behind it goes on. */
const STATEMENT_MILLISECONDS = 10_000;
/** The server ends a statement sooner, so a connection that is silent for longer is dead. */
const SILENCE_MILLISECONDS = 12_000;
/** From when on the system asks whether the other end of a silent connection is still there. */
const KEEP_ALIVE_MILLISECONDS = 10_000;
const LIMITS: Limits = { statement: STATEMENT_MILLISECONDS, silence: SILENCE_MILLISECONDS };
/** Building an index, or waiting until another process has, is silent for as long as it takes. */
const UNHURRIED: Limits = { silence: 60 * 60 * 1_000 };
const AUDIT_LOG_LOCK = 4_209_153_571;

/** In milliseconds: after how long PostgreSQL gives a statement up, and after how long a silent connection counts as dead. */
type Limits = { statement?: number; silence: number };

/** What a process of the bot is called in PostgreSQL's `pg_stat_activity`. */
const BOT = 'fastly-user-bot';

/** The connections of the bot's processes to this database, in words. */
export async function connectedBots(database: Database): Promise<string[]> {
  const { rows } = await sql<{ process: string }>`
    select concat('connection ', pid, ' from ', coalesce(host(client_addr), 'this machine'), ' since ',
      to_char(backend_start at time zone 'UTC', 'YYYY-MM-DD HH24:MI:SS'), ' UTC') as process
    from pg_stat_activity where datname = current_database() and application_name = ${BOT} order by pid`.execute(
    database,
  );
  return rows.map(({ process }) => process);
}

/** PostgreSQL, shared by as many processes as there are. @param name by which it shows there */
export function postgres(
  url: Secret,
  onConnectionLost: (error: Error) => void = () => {},
  name: string = BOT,
): Engine {
  const dialectWithin = (limits: Limits) =>
    new PostgresDialect({ pool: () => openPool(url, onConnectionLost, name, limits) });
  return {
    dialect: dialectWithin(LIMITS),
    now: sql<number>`cast(extract(epoch from clock_timestamp()) * 1000 as bigint)`,
    forUpdate: sql`for update`,
    lockAuditLog: sql`select pg_advisory_xact_lock(${sql.lit(AUDIT_LOG_LOCK)})`,
    protectAuditLog: [
      sql`create function refuse_audit_log_change() returns trigger language plpgsql as
        $$ begin raise exception 'the audit log is append-only'; end $$`,
      sql`create trigger audit_log_append_only before update or delete or truncate on audit_log
        for each statement execute function refuse_audit_log_change()`,
    ],
    names: POSTGRES_NAMES,
    exclusive: false,
    // Behind a pooler the limit is the role's.
    unhurried: { dialect: dialectWithin(UNHURRIED), first: sql`set local statement_timeout = 0` },
    schema: sql<string>`current_schema()`,
    open: async () => {},
    close: async () => {},
    check: () => {},
  };
}

async function openPool(
  url: Secret,
  onConnectionLost: (error: Error) => void,
  name: string,
  { statement, silence }: Limits,
): Promise<pg.Pool> {
  // Whoever keeps the database in a file need not load it.
  const { default: pg } = await import('pg');
  const pool = new pg.Pool({
    connectionString: withoutName(url.reveal()),
    max: MOST_CONNECTIONS,
    connectionTimeoutMillis: CONNECT_MILLISECONDS,
    ...(statement !== undefined && { statement_timeout: statement }),
    idle_in_transaction_session_timeout: STATEMENT_MILLISECONDS,
    application_name: name,
    types: {
      // Unix milliseconds and counters are far from where numbers lose precision.
      getTypeParser: (oid: number, format?: 'text' | 'binary') =>
        oid === pg.types.builtins.INT8 ? Number : pg.types.getTypeParser(oid, format),
    },
    keepAlive: true,
    keepAliveInitialDelayMillis: KEEP_ALIVE_MILLISECONDS,
    stream: () => endedBySilence(new Socket(), silence),
  });
  // A connection that breaks emits an error, idle or not; without a listener it would end the process. The pool hands
  // on those of idle ones.
  pool.on('error', () => {});
  pool.on('connect', (client) => client.on('error', onConnectionLost));
  return pool;
}

/** Without this a query on a connection that nobody ended, as after a failover, would never come back. */
function endedBySilence(socket: Socket, milliseconds: number): Socket {
  return socket.setTimeout(milliseconds, () => {
    socket.destroy(new Error('the connection to the database fell silent'));
  });
}

/** A name in the URL would win, and `npm run restored` looks for the bot's own. */
function withoutName(url: string): string {
  const place = new URL(url);
  place.searchParams.delete('application_name');
  return place.href;
}
