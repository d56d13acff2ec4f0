import { administer, newSchema, withSearchPath } from './database.ts';

/** Found before PostgreSQL's own function of that name, so that tests can set the database's clock forward. */
const CLOCK = `
  create table test_clock as select interval '0' as ahead;
  create function clock_timestamp() returns timestamptz language sql volatile
    as 'select pg_catalog.clock_timestamp() + ahead from test_clock'`;

/** A new schema in PostgreSQL, gone when the test ends, whose time a test can let pass: leases, reminders, expiries. */
export async function databaseWithClock(): Promise<{
  variables: { DATABASE_URL: string };
  /** @param milliseconds by which its clock is set forward */
  pass(milliseconds: number): Promise<void>;
}> {
  const { url, name } = await newSchema();
  await administer(url, CLOCK);
  return {
    variables: { DATABASE_URL: withSearchPath(url, name, 'pg_catalog') },
    pass: (milliseconds) =>
      administer(url, `update test_clock set ahead = ahead + interval '${milliseconds} milliseconds'`),
  };
}
