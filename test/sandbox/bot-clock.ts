/**
 * Preloaded into the bot's process that the sandbox starts (`--import`): the process's clock and its SQLite database's run
 * ahead of this machine's, as Slack's and Fastly's do. Timers take as long as ever.
 */

import { DatabaseSync } from 'node:sqlite';
import { z } from 'zod';

const Ahead = z.object({ ahead: z.number() });

const now = Date.now;
let ahead = Number(process.env.SANDBOX_CLOCK_AHEAD ?? 0);
process.on('message', (message) => {
  ahead = Ahead.parse(message).ahead;
});
// The sandbox's messages keep no process alive.
process.channel?.unref();

Date.now = () => now() + ahead;
globalThis.Date = new Proxy(Date, {
  construct: (OwnDate, parameters, target) =>
    Reflect.construct(OwnDate, parameters.length === 0 ? [Date.now()] : parameters, target),
});

const withClock = new WeakSet<DatabaseSync>();
DatabaseSync.prototype.prepare = new Proxy(DatabaseSync.prototype.prepare, {
  apply: (prepare, database: DatabaseSync, parameters) => {
    if (!withClock.has(database)) {
      // SQLite's own function of that name gives seconds, too.
      database.function('unixepoch', { varargs: true }, () => Date.now() / 1_000);
      withClock.add(database);
    }
    return Reflect.apply(prepare, database, parameters);
  },
});
