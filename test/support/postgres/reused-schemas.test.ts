import pg from 'pg';
import { describe, expect, it } from 'vitest';
import { reusedSchemas } from './reused-schemas.ts';

const TABLES = `
  create table parents (id bigint primary key);
  create table children (parent bigint references parents (id), name text);
  insert into parents values (1), (2);
  insert into children values (1, 'it''s "one"'), (2, null);
  create function refuse() returns trigger language plpgsql as $$ begin raise exception 'append-only'; end $$;
  create trigger append_only before delete on children for each statement execute function refuse()`;
const FIRST_ROWS = [
  { parent: '1', name: 'it\'s "one"' },
  { parent: '2', name: null },
];

async function query(connectionString: string, statements: string): Promise<unknown[]> {
  const client = new pg.Client({ connectionString });
  await client.connect();
  try {
    return (await client.query(statements)).rows;
  } finally {
    await client.end();
  }
}

describe('a schema that tests have in turn', () => {
  const schema = reusedSchemas(async (url) => {
    await query(url, TABLES);
  });
  let before: { url: string; isKept: boolean } | null = null;

  it.for([
    { change: 'rows', statement: "insert into parents values (3); update children set name = 'other'" },
    { change: 'a trigger that is gone', statement: 'drop trigger append_only on children' },
    { change: 'a trigger that is off', statement: 'alter table children disable trigger all' },
    { change: 'a new column', statement: 'alter table parents add column name text' },
    { change: 'a new function', statement: 'create function more() returns int return 1' },
    { change: 'a new index', statement: 'create index more on children (name)' },
    { change: 'a table that is gone', statement: 'drop table children' },
    { change: 'nothing', statement: 'select' },
  ])('is as it was first before a test leaves behind: $change', async ({ change, statement }) => {
    const url = await schema();
    if (before !== null) expect(url === before.url).toBe(before.isKept);
    before = { url, isKept: change === 'rows' };
    expect(await query(url, 'select parent, name from children order by parent')).toEqual(FIRST_ROWS);
    expect(await query(url, 'select id from parents order by id')).toEqual([{ id: '1' }, { id: '2' }]);
    await query(url, statement);
  });

  it('is as it was first after them', async () => {
    const url = await schema();
    expect(url).toBe(before?.url);
    expect(await query(url, 'select parent, name from children order by parent')).toEqual(FIRST_ROWS);
  });
});
