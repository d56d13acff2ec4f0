import { Kysely, sql } from 'kysely';
import pg from 'pg';
import { z } from 'zod';
import type { Secret } from '../config/secret.ts';
import type { AnyTables } from '../store/engine.ts';
import { migrationsOf } from '../store/migrations/index.ts';
import { postgres } from '../store/postgres.ts';
import type { Tables } from '../store/tables.ts';
import { migrationFinding, overduePromotions, troubleFinding } from './database-findings.ts';
import { type Finding, fine, warning, wrong } from './finding.ts';

/** What the bot does with each of its tables. */
const NEEDED: Readonly<Record<keyof Tables, readonly string[]>> = {
  approval_requests: ['SELECT', 'INSERT', 'UPDATE'],
  decisions: ['SELECT', 'INSERT', 'UPDATE'],
  surfaces: ['SELECT', 'INSERT', 'UPDATE'],
  intents: ['SELECT', 'INSERT', 'UPDATE'],
  account_lock: ['SELECT', 'INSERT', 'UPDATE', 'DELETE'],
  homes: ['SELECT', 'INSERT', 'UPDATE', 'DELETE'],
  message_counter: ['SELECT', 'UPDATE'],
  belonging: ['SELECT', 'INSERT'],
  bot_admins: ['SELECT', 'INSERT', 'UPDATE'],
  token_reminders: ['SELECT', 'INSERT', 'UPDATE', 'DELETE'],
  running_promotions: ['SELECT', 'INSERT', 'UPDATE', 'DELETE'],
  token_looks: ['SELECT', 'UPDATE'],
  report_schedules: ['SELECT', 'INSERT', 'UPDATE', 'DELETE'],
  reports: ['SELECT', 'INSERT', 'DELETE'],
  known_pairs: ['SELECT', 'INSERT', 'UPDATE', 'DELETE'],
  leavers: ['SELECT', 'INSERT', 'UPDATE', 'DELETE'],
  leaver_messages: ['SELECT', 'INSERT', 'UPDATE', 'DELETE'],
  leaver_looks: ['SELECT', 'UPDATE'],
  compatibility: ['SELECT'],
  audit_log: ['SELECT', 'INSERT'],
};

/** Rights are asked for, never tried. */
export async function checkPostgres(url: Secret): Promise<Finding[]> {
  try {
    const place = placeOf(url);
    const findings = await serverFindings(url, place).catch((error: unknown) => [troubleFinding(error)]);
    return [...findings, ...secrecyFindings(place)];
  } catch (error) {
    return [troubleFinding(error)];
  }
}

async function serverFindings(url: Secret, { host, port, name }: Place): Promise<Finding[]> {
  const engine = postgres(url);
  const database = new Kysely<unknown>({ dialect: engine.dialect });
  try {
    const server = await serverOf(database);
    if (server.schema === null) {
      const what = "None of the schemas in the role's search path exists.";
      return [wrong(what, 'Create the schema, or correct the search path in DATABASE_URL.')];
    }
    const migrations = await migrationsOf(database, engine);
    return [
      fine(
        `PostgreSQL ${server.version} answers at ${host}:${port}, database ${name}, schema ${server.schema}.`,
      ),
      await rightsFinding(database, server, migrations.waiting),
      migrationFinding(migrations),
      ...(await overduePromotions(database, migrations)),
    ];
  } finally {
    await database.destroy();
  }
}

type Server = { version: string; schema: string | null; role: string; readOnly: boolean; mayCreate: boolean };

async function serverOf(database: AnyTables): Promise<Server> {
  const { rows } = await sql<Server>`select
    current_setting('server_version') as "version",
    current_schema()::text as "schema",
    current_user::text as "role",
    current_setting('transaction_read_only') = 'on' as "readOnly",
    coalesce(has_schema_privilege(current_schema(), 'CREATE'), false) as "mayCreate"`.execute(database);
  const [server] = rows;
  if (!server) throw new Error('PostgreSQL did not say what it is');
  return server;
}

async function rightsFinding(
  database: AnyTables,
  { schema, role, readOnly, mayCreate }: Server,
  waiting: readonly string[],
): Promise<Finding> {
  if (readOnly) {
    return wrong('PostgreSQL is read-only.', 'Point DATABASE_URL at the primary, or make this server one.');
  }
  const missing = await missingRights(database);
  if (waiting.length > 0 && !mayCreate) missing.push(`CREATE on schema ${schema}`);
  if (missing.length > 0) {
    return wrong(
      `The role ${role} lacks rights: ${missing.join(', ')}.`,
      `Grant the role ${role} these rights in PostgreSQL.`,
    );
  }
  const others = waiting.length > 0 ? await tablesOfOthers(database) : [];
  return others.length > 0
    ? wrong(
        `The next start has to change tables that the role ${role} doesn't own: ${others.join(', ')}.`,
        `Make the role ${role} their owner, or run this version once with the role that is.`,
      )
    : fine(`The role ${role} has the rights that the bot needs.`);
}

/** On the tables that are there. */
async function missingRights(database: AnyTables): Promise<string[]> {
  const asked = Object.entries(NEEDED).flatMap(([table, rights]) =>
    rights.map((right) => ({ table, right })),
  );
  const { rows } = await sql<{ missing: string }>`select asked."right" || ' on ' || c.relname as "missing"
    from json_to_recordset(${JSON.stringify(asked)}::json) as asked("table" text, "right" text)
    join pg_class c on c.relname = asked."table" and c.relkind in ('r', 'p')
    join pg_namespace n on n.oid = c.relnamespace and n.nspname = current_schema()
    where not has_table_privilege(c.oid, asked."right")`.execute(database);
  return rows.map(({ missing }) => missing).toSorted();
}

async function tablesOfOthers(database: AnyTables): Promise<string[]> {
  const names = Object.keys(NEEDED);
  const { rows } = await sql<{ name: string }>`select c.relname as "name" from pg_class c
    join pg_namespace n on n.oid = c.relnamespace and n.nspname = current_schema()
    where c.relname in (${sql.join(names)}) and not pg_has_role(c.relowner, 'USAGE')`.execute(database);
  return rows.map(({ name }) => name).toSorted();
}

/** Where the server is, without the password. `isHere`: nothing leaves this machine on the way to it. */
type Place = {
  host: string;
  port: number;
  name: string;
  isHere: boolean;
  encryption: 'none' | 'unverified' | 'verified';
};

/** By what the driver makes of the URL and of variables of its own, such as PGSSLMODE. It connects to nothing here. */
function placeOf(url: Secret): Place {
  const { host, port, database, ssl } = new pg.Client({ connectionString: url.reveal() });
  const isHere = host.startsWith('/') || ['localhost', '::1'].includes(host) || /^127\.[\d.]+$/.test(host);
  // It can be TLS options, too, whatever its type says.
  const { data: options } = z.object({ rejectUnauthorized: z.literal(false) }).safeParse(ssl);
  const encryption = options ? 'unverified' : ssl ? 'verified' : 'none';
  return { host, port, name: database ?? '', isHere, encryption };
}

/** The password and what is kept about people go along the connection. */
function secrecyFindings({ host, isHere, encryption }: Place): Finding[] {
  if (isHere) return [];
  if (encryption === 'verified') return [fine(`The connection to ${host} is encrypted.`)];
  return [
    warning(
      encryption === 'none'
        ? `The connection to ${host} is not encrypted.`
        : `The connection to ${host} is encrypted, but nobody checks that it is that server.`,
      'Add sslmode=verify-full to DATABASE_URL. Where an authority of your own signed the certificate of PostgreSQL, name its file in NODE_EXTRA_CA_CERTS.',
    ),
  ];
}
