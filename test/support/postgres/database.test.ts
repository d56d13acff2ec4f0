import pg from 'pg';
import { describe, expect, it, onTestFinished } from 'vitest';
import { newDatabase } from './database.ts';

async function connect(connectionString: string): Promise<pg.Client> {
  const client = new pg.Client({ connectionString });
  await client.connect();
  onTestFinished(() => client.end());
  return client;
}

describe('newDatabase', () => {
  let ofTheTestBefore: string;

  it('gives a database that has nothing of another', async () => {
    ofTheTestBefore = await newDatabase();
    const one = await connect(ofTheTestBefore);
    const other = await connect(await newDatabase());
    await one.query('create table kept (value text)');
    await one.query("insert into kept values ('of one')");

    expect((await one.query('select value from kept')).rows).toEqual([{ value: 'of one' }]);
    await expect(other.query('select value from kept')).rejects.toThrow('relation "kept" does not exist');
  });

  it('drops it when the test ends', async () => {
    const name = new URL(ofTheTestBefore).pathname.slice(1);
    await expect(connect(ofTheTestBefore)).rejects.toThrow(`database "${name}" does not exist`);
  });
});
