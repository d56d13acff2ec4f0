/**
 * Preloaded into a bot's process (`--import`): on SIGUSR2 its SQLite database may grow no more, and SQLite answers as
 * it does on a full disk; on the next one it may again.
 */

import { DatabaseSync } from 'node:sqlite';

const MANY_PAGES = 1_000_000;
const connections = new Set<DatabaseSync>();
let full = false;

DatabaseSync.prototype.exec = new Proxy(DatabaseSync.prototype.exec, {
  apply: (original, connection: DatabaseSync, [sql]: [string]) => {
    if (sql.includes('journal_mode = wal')) connections.add(connection);
    Reflect.apply(original, connection, [sql]);
  },
});

process.on('SIGUSR2', () => {
  full = !full;
  for (const connection of connections) {
    // Less than there are means as many as there are.
    connection.exec(`pragma max_page_count = ${full ? 1 : MANY_PAGES}`);
  }
  process.stderr.write(`the disk is ${full ? 'full' : 'free'}\n`);
});
