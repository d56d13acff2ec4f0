import { DatabaseSync } from 'node:sqlite';

const connections = new Map<string, DatabaseSync>();
const MANY_PAGES = 1_000_000;

/** Remembers the bot's connection to each file, as a limit of pages holds for one connection only. */
DatabaseSync.prototype.exec = new Proxy(DatabaseSync.prototype.exec, {
  apply: (original, connection: DatabaseSync, [sql]: [string]) => {
    const path = sql.includes('journal_mode = wal') ? connection.location() : null;
    if (path !== null) connections.set(path, connection);
    Reflect.apply(original, connection, [sql]);
  },
});

/** Lets the bot's database grow no more, or again: SQLite answers as it does when the disk is full. */
export function setDiskFull(path: string, full: boolean): void {
  const connection = connections.get(path);
  if (!connection) throw new Error(`the bot has not opened ${path}`);
  // Less than there are means as many as there are.
  if (connection.isOpen) connection.exec(`pragma max_page_count = ${full ? 1 : MANY_PAGES}`);
}
