import { DatabaseSync } from 'node:sqlite';

/** Preloaded into a process whose statements in SQLite are counted. It tells how many there were whenever it is asked. */
let queries = 0;
const { prepare } = DatabaseSync.prototype;
// The bot prepares each statement anew.
DatabaseSync.prototype.prepare = function counted(...words) {
  queries += 1;
  return prepare.apply(this, words);
};

process.on('message', () => process.send?.({ queries }));
// The bot ends when nothing is left to do.
process.channel?.unref();
