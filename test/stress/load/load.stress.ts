import { expect, it } from 'vitest';
import { LoadedBot } from '../../resilience/support/load.ts';

const MEBIBYTE = 1024 * 1024;
const COMMANDS = 1_000;
const WITHIN_MILLISECONDS = 8_000;
const BURSTS = 10;
/** Two over Socket Mode, one over HTTP. */
const RUNS = ['socket', 'http', 'socket'] as const;
const MOST_GROWTH = 20 * 1_000_000;

it('ten bursts of 1,000 commands are acknowledged in time and answered, and leave nothing in memory', async () => {
  const growths: number[] = [];
  for (const [run, mode] of RUNS.entries()) {
    const bot = await LoadedBot.start(mode, COMMANDS);
    const memory: number[] = [];
    for (let burst = 1; burst <= BURSTS; burst += 1) {
      const { median, p99, longest, answered } = await bot.burst(WITHIN_MILLISECONDS);
      memory.push(await bot.memory());
      const took = `acknowledged in ${median} ms (median), ${p99} ms (p99), ${longest} ms (longest)`;
      const held = `${((memory.at(-1) ?? 0) / MEBIBYTE).toFixed(1)} MiB`;
      process.stdout.write(
        `run ${run + 1} (${mode}), burst ${burst}: ${took}, all answered in ${answered.toFixed(1)} s, ${held}\n`,
      );
    }
    growths.push((memory[9] ?? Number.NaN) - (memory[4] ?? Number.NaN));
    await bot.stop();
  }
  const median = growths.toSorted((one, other) => one - other)[1];
  expect(median).toBeLessThanOrEqual(MOST_GROWTH);
});
