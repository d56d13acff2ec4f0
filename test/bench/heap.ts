import { setTimeout as pause } from 'node:timers/promises';

/** Preloaded into a process whose heap is looked at. Its resident memory is measured in another one, without this. */
const COLLECTIONS = 5;
const BETWEEN_MILLISECONDS = 200;

process.on('message', () => void tell());
// The bot ends when nothing is left to do.
process.channel?.unref();

async function tell(): Promise<void> {
  for (let collection = 0; collection < COLLECTIONS; collection += 1) {
    globalThis.gc?.();
    await pause(BETWEEN_MILLISECONDS);
  }
  process.send?.({ heapUsed: process.memoryUsage().heapUsed });
}
