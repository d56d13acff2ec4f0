/**
 * Preloaded into a bot's process (`--import`): at the commit that CRASH_POINT names the process dies by SIGKILL, or
 * stops until there is something on its stdin. Once: the bot is started again without it.
 */

import { readSync, writeSync } from 'node:fs';
import { flushCompileCache } from 'node:module';
import { StatementSync } from 'node:sqlite';
import pg from 'pg';
import { z } from 'zod';

const CrashPoint = z.object({
  when: z.enum(['before', 'after']),
  what: z.enum(['die', 'stop']),
  /** A regular expression for a statement of the transaction. */
  statement: z.string(),
  /** Some of that statement's parameters. */
  values: z.array(z.union([z.string(), z.number()])),
});
/** Just before or just after the commit of the first transaction that has such a statement. */
export type CrashPoint = z.infer<typeof CrashPoint>;

/** Written to stderr when the process stops. */
export const STOPPED = 'stopped at the crash point';
const STDIN = 0;

const { CRASH_POINT } = process.env;
if (CRASH_POINT !== undefined) watchDrivers(CrashPoint.parse(JSON.parse(CRASH_POINT)));

function watchDrivers(point: CrashPoint): void {
  const watch = watcher(point);
  // One connection a process, on which transactions take turns.
  const onSqlite = watch();
  const following = <Method extends StatementSync['run'] | StatementSync['all']>(method: Method) =>
    new Proxy(method, {
      apply: (original, statement: StatementSync, values: unknown[]) => {
        onSqlite.before(statement.sourceSQL, values);
        const result: unknown = Reflect.apply(original, statement, values);
        onSqlite.after(statement.sourceSQL);
        return result;
      },
    });
  StatementSync.prototype.run = following(StatementSync.prototype.run);
  StatementSync.prototype.all = following(StatementSync.prototype.all);
  const onConnections = new WeakMap<object, ReturnType<typeof watch>>();
  pg.Client.prototype.query = new Proxy(pg.Client.prototype.query, {
    apply: async (original, client: object, parameters: unknown[]) => {
      const [sql, values] = z.tuple([z.string(), z.array(z.unknown())]).parse(parameters);
      const onConnection = onConnections.get(client) ?? watch();
      onConnections.set(client, onConnection);
      onConnection.before(sql, values);
      const result: unknown = await Reflect.apply(original, client, parameters);
      onConnection.after(sql);
      return result;
    },
  });
}

/** Follows the transactions of any number of connections until one of them is at the point. */
function watcher({ when, what, statement, values: wanted }: CrashPoint) {
  const form = new RegExp(statement);
  let over = false;
  const strike = () => {
    if (over) return;
    over = true;
    // A process that is killed writes no cache, and each that does not compile anew saves half a second.
    flushCompileCache();
    if (what === 'die') process.kill(process.pid, 'SIGKILL');
    writeSync(process.stderr.fd, `${STOPPED}\n`);
    readSync(STDIN, Buffer.alloc(1));
  };
  return () => {
    let inIt = false;
    return {
      before(sql: string, values: unknown[]) {
        if (sql.startsWith('begin')) inIt = false;
        if (form.test(sql) && wanted.every((value) => values.includes(value))) inIt = true;
        if (sql === 'commit' && inIt && when === 'before') strike();
      },
      after(sql: string) {
        if (sql !== 'commit' || !inIt) return;
        inIt = false;
        if (when === 'after') strike();
      },
    };
  };
}
