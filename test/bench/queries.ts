import { DatabaseSync } from 'node:sqlite';

/** Preloaded into a process whose statements in SQLite are counted. It tells how often each was carried out when asked. */
const queries: Record<string, number> = {};
const { prepare } = DatabaseSync.prototype;
// The bot prepares each statement anew.
DatabaseSync.prototype.prepare = function counted(...words) {
  queries[words[0]] = (queries[words[0]] ?? 0) + 1;
  return prepare.apply(this, words);
};

process.on('message', () => process.send?.({ queries }));
// The bot ends when nothing is left to do.
process.channel?.unref();
