import pg from 'pg';
import { onTestFinished } from 'vitest';
import { databaseOfThisWorker, newName, withSearchPath } from './database.ts';

type Schema = {
  url: string;
  name: string;
  /** Other where anything but rows was changed. */
  definition: string;
  /** The statements that put the first rows back. */
  putBack: string;
};

/** It lets the process end, and closes its connection when it is idle. */
let statements: Promise<pg.Pool> | null = null;

/**
 * Gives the URLs of schemas that tests have in turn, as making the tables takes far longer than most tests do. Each
 * test finds the rows there that `prepare` has left. A schema whose tables a test has changed is dropped instead.
 *
 * @param prepare makes the tables at a URL
 */
export function reusedSchemas(prepare: (url: string) => Promise<void>): () => Promise<string> {
  const free: Schema[] = [];
  return async () => {
    statements ??= openPool();
    const pool = await statements;
    const schema = free.pop() ?? (await newSchemaIn(pool, prepare));
    onTestFinished(async () => {
      if ((await definitionOf(pool, schema.name)) !== schema.definition) {
        await pool.query(`drop schema ${schema.name} cascade`);
        return;
      }
      await pool.query(schema.putBack);
      free.push(schema);
    });
    return schema.url;
  };
}

async function openPool(): Promise<pg.Pool> {
  const connectionString = await databaseOfThisWorker('reused');
  return new pg.Pool({ connectionString, max: 1, allowExitOnIdle: true }).on('error', () => {});
}

async function newSchemaIn(pool: pg.Pool, prepare: (url: string) => Promise<void>): Promise<Schema> {
  const name = newName();
  await pool.query(`create schema ${name}`);
  const url = withSearchPath(await databaseOfThisWorker('reused'), name);
  await prepare(url);
  return { url, name, definition: await definitionOf(pool, name), putBack: await puttingBack(pool, name) };
}

/** Each change of a table, an index, a trigger or a function takes one of these rows away, or makes a newer one. */
async function definitionOf(pool: pg.Pool, schema: string): Promise<string> {
  const { rows } = await pool.query<{ definition: string }>(
    `with relations as (select oid, xmin from pg_class where relnamespace = $1::regnamespace),
      parts as (
        select xmin from relations
        union all select a.xmin from pg_attribute a join relations r on r.oid = a.attrelid
        union all select t.xmin from pg_trigger t join relations r on r.oid = t.tgrelid
        union all select xmin from pg_constraint where connamespace = $1::regnamespace
        union all select xmin from pg_proc where pronamespace = $1::regnamespace)
    select count(*) || ' ' || max(xmin::text::bigint) as definition from parts`,
    [schema],
  );
  return rows.map(({ definition }) => definition).join();
}

async function puttingBack(pool: pg.Pool, schema: string): Promise<string> {
  const { rows: tables } = await pool.query<{ name: string }>(
    `select format('%I.%I', schemaname, tablename) as name from pg_tables where schemaname = $1`,
    [schema],
  );
  const inserts: string[] = [];
  for (const { name } of tables) {
    const { rows } = await pool.query<{ first: string }>(
      `select quote_literal(json_agg(t)) as first from ${name} t having count(*) > 0`,
    );
    for (const { first } of rows) {
      inserts.push(`insert into ${name} select * from json_populate_recordset(null::${name}, ${first})`);
    }
  }
  const deletes = tables.map(({ name }) => `delete from ${name}`);
  // Else the triggers of the audit log would refuse. All statements are one transaction.
  return ['set local session_replication_role = replica', ...deletes, ...inserts].join(';\n');
}
