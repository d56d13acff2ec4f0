import { defineConfig } from 'vitest/config';

/**
 * What tries thousands of combinations and takes minutes: `npm run test:stress`. It has a configuration of its own so
 * that `vitest run` does not find it; a short form of each is in test/resilience.
 */
export default defineConfig({
  test: {
    name: 'stress',
    globalSetup: ['test/support/postgres/global-setup.ts'],
    include: ['test/stress/**/*.stress.ts'],
    isolate: false,
    // One after the other: what is measured is not to depend on what runs beside it.
    fileParallelism: false,
    testTimeout: 600_000,
    hookTimeout: 60_000,
    expect: { poll: { timeout: 30_000 } },
    // The tables of cells and measures are for people to read, also where all is well.
    disableConsoleIntercept: true,
  },
});
