/** A program: owns the SQLite database of the given path, says so, and goes on until it is ended. */

import { pino } from 'pino';
import { sqlite } from '../../../src/store/sqlite.ts';
import { Store } from '../../../src/store/store.ts';

const [path] = process.argv.slice(2);
if (path === undefined) throw new Error('Which database?');
const store = new Store(sqlite(path), pino({ level: 'silent' }));
await store.connect();
await store.transaction((transaction) =>
  transaction.audit({ actor: null, change: 'reset', event: 'begun', target: 'grace1', details: {} }),
);
process.stdout.write('owned\n');
process.stdin.resume();
