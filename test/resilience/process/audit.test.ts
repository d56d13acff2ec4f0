import { spawn } from 'node:child_process';
import { access, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { Intents } from '../../../src/changes/intents.ts';
import type { Store } from '../../../src/store/store.ts';
import { NORA } from '../../approvals/people.ts';
import {
  fillAuditLog,
  onBothDatabases,
  POSTGRESQL,
  run,
  temporaryFolder,
} from '../../store/both-databases.ts';
import { WatchedProcess } from '../../support/watched-process.ts';

const AUDIT = fileURLToPath(new URL('../../../src/cli/audit.ts', import.meta.url));

type Ended = { code: number | string | null; stdout: string; stderr: string };

/** Runs `src/cli/audit.ts` to its end, with these variables and nothing else. */
async function audit(words: string[], env: Record<string, string>, cwd?: string): Promise<Ended> {
  const folder = cwd ?? (await temporaryFolder());
  const child = new WatchedProcess(spawn(process.execPath, [AUDIT, ...words], { env, cwd: folder }));
  return { code: await child.ended, stdout: child.text('stdout'), stderr: child.text('stderr') };
}

async function add(store: Store, ...events: string[]): Promise<void> {
  for (const event of events) {
    const details = { name: 'Łukasz \u{1F98A}\nin two lines' };
    await store.transaction((each) =>
      each.audit({ actor: 'U0NORA001', change: 'reset', event, target: 'grace1', details }),
    );
  }
}

/** Statements that let the log be changed. */
const UNPROTECT = {
  SQLite: ['drop trigger audit_log_no_update', 'drop trigger audit_log_no_delete'],
  PostgreSQL: ['drop trigger audit_log_append_only on audit_log'],
};

onBothDatabases('npm run audit', (database) => {
  it('says that the log is intact, with the last hash, beside a bot that runs', async () => {
    const { store, url, log } = await database.open();
    await add(store, 'begun', 'done');
    const { code, stdout, stderr } = await audit(['verify'], { DATABASE_URL: url });
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toContain('The audit log is intact: 2 entries.');
    const { hash } = { hash: '', ...(log[1]?.audit ?? {}) };
    expect(hash).toMatch(/^[0-9a-f]{64}$/);
    expect(stdout.trimEnd().split('\n').at(-1)).toBe(`2:${hash}`);
    const head = await audit(['head'], { DATABASE_URL: url });
    expect(head).toEqual({ code: 0, stdout: `2:${hash}\n`, stderr: '' });
  });

  it('holds the log against a head that was noted elsewhere', async () => {
    const { store, url } = await database.open();
    await add(store, 'begun', 'done');
    const env = { DATABASE_URL: url };
    const noted = (await audit(['head'], env)).stdout.trim();
    await add(store, 'begun');
    for (const words of [
      ['verify', '--head', noted],
      ['verify', `--head=${noted}`],
    ]) {
      const { code, stdout } = await audit(words, env);
      expect(code).toBe(0);
      expect(stdout).toContain('Entry 2 has the hash that was noted.');
    }
    const other = await audit(['verify', '--head', noted.replace(/^2/, '1')], env);
    expect(other.code).toBe(1);
    expect(other.stdout).toContain('entry 1 has another hash than the one noted');
    await run(store, ...UNPROTECT[database.name], 'delete from audit_log where seq >= 2');
    const cutOff = await audit(['verify', '--head', noted], env);
    expect(cutOff.code).toBe(1);
    expect(cutOff.stdout).toContain('entry 2 is missing: the log ends at entry 1');
  });

  it('says that the log lacks what was changed, and ends with 1', async () => {
    const { store, url } = await database.open();
    const intents = intentsOf(store);
    for (let place = 1; place <= 25; place += 1) {
      const target = { id: `user${place}`, login: `user${place}@example.com`, name: '' };
      const reference = `REF-${place}`;
      const change = { deliveryKey: reference, kind: 'reset', caller: NORA, target, reference } as const;
      await intents.begin(change);
    }
    await add(store, 'begun');
    const intact = await audit(['verify'], { DATABASE_URL: url });
    expect(intact.stdout).toContain('(reset begun by U0NORA001) is about no change that is kept');
    await run(store, ...UNPROTECT[database.name], 'delete from audit_log');
    const { code, stdout } = await audit(['verify'], { DATABASE_URL: url });
    expect(code).toBe(1);
    const lines = stdout.split('\n');
    expect(lines.slice(0, 2)).toEqual([
      'The audit log is broken:',
      "- change REF-1 (reset) has no entry 'begun' like it",
    ]);
    expect(lines.slice(-2)).toEqual(['- and 5 more', '']);
  });

  it('says what it agrees with, and names what has nothing beside it', async () => {
    const { store, url } = await database.open();
    const intents = intentsOf(store);
    const target = { id: 'grace1', login: 'grace@example.com', name: '' };
    await intents.begin({ deliveryKey: 'one', kind: 'reset', caller: NORA, target, reference: 'ABCD-EFGH' });
    const entry = { actor: null, change: 'export', event: 'done', target: null, details: {} };
    await store.transaction((each) => each.audit(entry));
    const { code, stdout } = await audit(['verify'], { DATABASE_URL: url });
    expect(code).toBe(0);
    expect(stdout).toContain('It agrees with the 0 requests and 1 other change beside it.');
    expect(stdout).toContain('nothing beside them to compare:\n  1 × export done\n');
  });

  it('reads a database that no bot uses just now', async () => {
    const { store, url } = await database.open();
    await add(store, 'begun');
    await store.close();
    const { code, stdout } = await audit(['verify'], { DATABASE_URL: url });
    expect(code).toBe(0);
    expect(stdout).toContain('intact: 1 entry.');
  });

  it('says that the log is empty', async () => {
    const { url } = await database.open();
    const env = { DATABASE_URL: url };
    expect(await audit(['verify'], env)).toEqual({
      code: 0,
      stdout: 'The audit log is empty, and so are the tables beside it.\n',
      stderr: '',
    });
    expect(await audit(['head'], env)).toEqual({ code: 0, stdout: '', stderr: 'The audit log is empty.\n' });
    expect(await audit(['export'], env)).toEqual({ code: 0, stdout: '', stderr: '' });
  });

  it('says where the log is broken, and ends with 1', async () => {
    const { store, url } = await database.open();
    await add(store, 'begun', 'done', 'begun');
    await run(store, ...UNPROTECT[database.name], "update audit_log set event = 'failed' where seq = 2");
    const { code, stdout } = await audit(['verify'], { DATABASE_URL: url });
    expect({ code, stdout }).toEqual({
      code: 1,
      stdout: 'The audit log is broken at entry 2: its content is not what was written.\n',
    });
  });

  it('exports one JSON object a line, oldest first, as the bot logged them', async () => {
    const { store, url, log } = await database.open();
    await add(store, 'begun', 'done', 'begun');
    const { code, stdout } = await audit(['export'], { DATABASE_URL: url });
    expect(code).toBe(0);
    const lines = stdout.trimEnd().split('\n');
    expect(lines.map((line) => JSON.parse(line))).toEqual(log.map((line) => line.audit));
    expect(lines).toHaveLength(3);
  });

  it('exports more than a pipe holds', async () => {
    const { store, url } = await database.open();
    await fillAuditLog(store, 1_500);
    const { stdout } = await audit(['export'], { DATABASE_URL: url });
    const places = stdout
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line).details.place);
    expect(places).toEqual(Array.from({ length: 1_500 }, (_, index) => index + 1));
  });

  it('exports without a complaint when nobody reads on', async () => {
    const { store, url } = await database.open();
    await fillAuditLog(store, 1_500);
    const env = { DATABASE_URL: url };
    const cwd = await temporaryFolder();
    const child = new WatchedProcess(spawn(process.execPath, [AUDIT, 'export'], { env, cwd }));
    await child.until((line) => line.startsWith('{'), 'an entry');
    child.child.stdout?.destroy();
    await child.ended;
    expect(child.text('stderr')).toBe('');
  });

  it('says that there is no audit log yet, makes none, and ends with 2', async () => {
    const { url } = await database.newPlace();
    const path = url.replace(/^file:/, '');
    if (database.name === 'SQLite') await writeFile(path, '');
    for (const command of ['verify', 'head', 'export']) {
      const { code, stdout, stderr } = await audit([command], { DATABASE_URL: url });
      expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
      expect(stderr).toBe("Can't read the audit log: this database has no audit log yet\n");
    }
  });
});

/** Changes beside which there are no requests, of a bot without a worker. */
function intentsOf(store: Store): Intents {
  return new Intents(
    store,
    60_000,
    async () => null,
    () => {},
  );
}

describe('npm run audit', () => {
  it.each([
    { words: [], problem: 'Missing command: verify, head or export' },
    { words: ['check'], problem: 'Unknown command: check' },
    { words: ['--verify'], problem: 'Unknown command: --verify' },
    { words: ['verify', 'export', 'now'], problem: 'verify takes only --head N:HASH: export now' },
    { words: ['verify', '--head', '7'], problem: '--head must be N:HASH, as head prints it: 7' },
    { words: ['head', '7'], problem: 'head takes no arguments: 7' },
  ])('says what is wrong with $words and how it goes', async ({ words, problem }) => {
    const { code, stdout, stderr } = await audit(words, {});
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr.startsWith(`${problem}\n\nnpm run audit -- verify `)).toBe(true);
    expect(stderr).toContain('npm run -s audit -- export ');
  });

  it.each([{ words: ['--help'] }, { words: ['verify', '--help'] }])(
    'shows how it goes when it is given $words',
    async ({ words }) => {
      const { code, stdout, stderr } = await audit(words, {});
      expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
      expect(stdout).toMatch(
        /^npm run audit -- verify .*\nnpm run audit -- verify --head N:HASH\n(.+\n)+npm run -s audit -- export /,
      );
    },
  );

  it('does not make the SQLite file that is not there', async () => {
    const path = join(await temporaryFolder(), 'bot.db');
    const { code, stdout, stderr } = await audit(['verify'], { DATABASE_URL: `file:${path}` });
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toMatch(/^Can't read the audit log: .+\n$/);
    await expect(access(path)).rejects.toThrow('ENOENT');
  });

  it('says of a file that is no database that it cannot be read', async () => {
    const path = join(await temporaryFolder(), 'bot.db');
    await writeFile(path, 'This is no database, however long one looks at it. '.repeat(100));
    const { code, stderr } = await audit(['verify'], { DATABASE_URL: `file:${path}` });
    expect(code).toBe(2);
    expect(stderr).toMatch(/^Can't read the audit log: .+\n$/);
  });

  it('names DATABASE_URL when it is wrong', async () => {
    const { code, stdout, stderr } = await audit(['verify'], { DATABASE_URL: 'mysql://127.0.0.1/bot' });
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toContain("DATABASE_URL doesn't start with file: or postgres://");
  });

  it('reads DATABASE_URL from .env', async () => {
    const { store, url } = await POSTGRESQL.open();
    await add(store, 'begun');
    const folder = await temporaryFolder();
    await writeFile(join(folder, '.env'), `DATABASE_URL=${url}\n`);
    const { code, stdout } = await audit(['verify'], {}, folder);
    expect(code).toBe(0);
    expect(stdout).toContain('intact: 1 entry.');
  });

  it.each(['127.0.0.1', 'localhost'])(
    'says why PostgreSQL at %s cannot be reached, without the password',
    async (host) => {
      const url = `postgres://bot:hidden-word@${host}:1/bot`;
      const { code, stdout, stderr } = await audit(['verify'], { DATABASE_URL: url });
      expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
      expect(stderr).toMatch(/^Can't read the audit log: .*ECONNREFUSED.*\n$/);
      expect(stderr).not.toContain('hidden-word');
    },
  );

  it('says that PostgreSQL refuses the password', async () => {
    const url = new URL((await POSTGRESQL.newPlace()).url);
    url.password = 'hidden-word';
    const { code, stderr } = await audit(['verify'], { DATABASE_URL: url.href });
    expect(code).toBe(2);
    expect(stderr).toMatch(/^Can't read the audit log: password authentication failed/);
    expect(stderr).not.toContain('hidden-word');
  });
});
