/**
 * Preloaded into a bot's process (`--import`, with `--expose-gc`): at SIGUSR2 it collects what is no longer used, and
 * writes to stderr how much memory the process holds.
 */

import { writeSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';

/** What stands before the number of bytes. */
export const RESIDENT = 'resident memory: ';

const COLLECTIONS = 5;
/** In milliseconds: what is collected is given back to the system a little later. */
const BETWEEN = 200;

process.on('SIGUSR2', () => void tell());

async function tell(): Promise<void> {
  for (let collection = 0; collection < COLLECTIONS; collection += 1) {
    globalThis.gc?.();
    await pause(BETWEEN);
  }
  writeSync(process.stderr.fd, `${RESIDENT}${process.memoryUsage().rss}\n`);
}
