import { describe, expect, it, onTestFinished } from 'vitest';
import { checkStore } from '../../src/checks/store.ts';
import { Secret } from '../../src/config/secret.ts';
import { postgres } from '../../src/store/postgres.ts';
import { connectedStore, run } from '../store/both-databases.ts';
import { administer, newSchema, withSearchPath } from '../support/postgres/database.ts';
import { ONE_OVERDUE } from './support/promotions.ts';

const check = (url: string) => checkStore({ kind: 'postgres', url: new Secret(url) });
const marked = async (url: string) => (await check(url)).map(({ mark, what }) => `${mark}: ${what}`);

/** A role without rights, which may use the schema; the URL with which it connects. */
async function newRole({
  url,
  name: schema,
}: {
  url: string;
  name: string;
}): Promise<{ url: string; role: string }> {
  const role = `role_${schema}`;
  await administer(
    url,
    `create role ${role} login password 'quiet-Lantern-9'; grant usage on schema ${schema} to ${role}`,
  );
  onTestFinished(() => administer(url, `drop owned by ${role}; drop role ${role}`));
  const there = new URL(url);
  there.username = role;
  there.password = 'quiet-Lantern-9';
  return { url: there.href, role };
}

describe('the check of a PostgreSQL database', () => {
  it('finds one that a bot has used well', async () => {
    const { url, name } = await newSchema();
    await connectedStore({ url, engine: () => postgres(new Secret(url)) });
    const { host, pathname, username } = new URL(url);
    expect(await marked(url)).toEqual([
      expect.stringMatching(
        new RegExp(
          `^fine: PostgreSQL \\d+\\S* answers at ${host}, database ${pathname.slice(1)}, schema ${name}\\.$`,
        ),
      ),
      `fine: The role ${username} has the rights that the bot needs.`,
      'fine: The tables are those of this version.',
    ]);
  });

  it('says of an empty one what the first start makes in it, and makes nothing', async () => {
    const { url: another } = await newSchema();
    await connectedStore({ url: another, engine: () => postgres(new Secret(another)) });
    const { url } = await newSchema();
    const expected = expect.stringMatching(
      /^fine: The database is empty. The first start makes its tables: 001-approvals, .*004-terms/,
    );
    expect(await marked(url)).toContainEqual(expected);
    expect(await marked(url)).toContainEqual(expected);
  });

  it('warns of roles that should have ended, and of none that runs', async () => {
    const { url } = await newSchema();
    const store = await connectedStore({ url, engine: () => postgres(new Secret(url)) });
    await run(store, ...ONE_OVERDUE);
    expect(await marked(url)).toContain(
      'warning: 1 role that was given for a time should have ended over 10 minutes ago.',
    );
  });

  it('names the rights that a role lacks', async () => {
    const place = await newSchema();
    const { url, role } = await newRole(place);
    expect(await marked(url)).toContain(
      `wrong: The role ${role} lacks rights: CREATE on schema ${place.name}.`,
    );
    await connectedStore({ url: place.url, engine: () => postgres(new Secret(place.url)) });
    await administer(
      place.url,
      `grant select, insert, update, delete on all tables in schema ${place.name} to ${role};
       revoke insert on audit_log from ${role}; revoke delete on homes from ${role}`,
    );
    expect(await marked(url)).toContain(
      `wrong: The role ${role} lacks rights: DELETE on homes, INSERT on audit_log.`,
    );
    await administer(place.url, `grant insert on audit_log to ${role}; grant delete on homes to ${role}`);
    expect(await marked(url)).toContain(`fine: The role ${role} has the rights that the bot needs.`);
    await administer(
      place.url,
      `delete from kysely_migration where name = '004-terms'; grant create on schema ${place.name} to ${role}`,
    );
    expect((await marked(url))[1]).toMatch(
      new RegExp(
        `^wrong: The next start has to change tables that the role ${role} doesn't own: .*audit_log`,
      ),
    );
  });

  it('finds one that is read-only, one that is newer, and a schema that is not there', async () => {
    const { url, name } = await newSchema();
    const store = await connectedStore({ url, engine: () => postgres(new Secret(url)) });
    await run(store, "insert into kysely_migration (name, timestamp) values ('999-later', 'x')");
    const newer = 'The database is newer than this version of the bot: it has 999-later.';
    expect(await marked(url)).toContain(`fine: ${newer} This version can use it, too.`);
    await run(store, 'update compatibility set readable_from = 999');
    expect(await marked(url)).toContain(`wrong: ${newer}`);
    const options = (text: string) => {
      const there = new URL(url);
      there.searchParams.set('options', text);
      there.search = there.search.replaceAll('+', '%20');
      return there.href;
    };
    expect(await marked(options(`-c search_path=${name} -c default_transaction_read_only=on`))).toContain(
      'wrong: PostgreSQL is read-only.',
    );
    expect(await marked(withSearchPath(url, 'nowhere'))).toEqual([
      "wrong: None of the schemas in the role's search path exists.",
    ]);
  });

  it('finds a wrong password without showing it, and a server that is not there', async () => {
    const { url } = await newRole(await newSchema());
    const findings = await check(url.replace('quiet-Lantern-9', 'other-Lantern-8'));
    expect(findings).toMatchObject([
      { mark: 'wrong', remedy: 'Correct the user and the password in DATABASE_URL.' },
    ]);
    expect(JSON.stringify(findings)).not.toContain('Lantern');
    expect(await marked('postgres://bot:quiet-Lantern-9@127.0.0.1:1/bot')).toEqual([
      expect.stringContaining("wrong: The database can't be used: nothing answers at its address"),
    ]);
  });

  it.each([
    ['', 'warning: The connection to db.test is not encrypted.'],
    ['?sslmode=disable', 'warning: The connection to db.test is not encrypted.'],
    [
      '?sslmode=no-verify',
      'warning: The connection to db.test is encrypted, but nobody checks that it is that server.',
    ],
    ['?sslmode=verify-full', 'fine: The connection to db.test is encrypted.'],
  ])('knows of a server elsewhere whether people can read along: %s', async (search, expected) => {
    const findings = await marked(`postgres://bot:quiet-Lantern-9@db.test:5432/bot${search}`);
    expect(findings.at(-1)).toBe(expected);
    expect(findings.join()).not.toContain('Lantern');
  });

  it('tells of a certificate file that is missing', async () => {
    expect(await marked('postgres://bot@db.test/bot?sslrootcert=/nowhere/ca.pem')).toEqual([
      expect.stringContaining('wrong: A file that DATABASE_URL names is missing'),
    ]);
  });
});
