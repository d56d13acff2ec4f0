import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    globalSetup: ['test/support/postgres/global-setup.ts', 'test/support/browser/global-setup.ts'],
    testTimeout: 20_000,
    hookTimeout: 20_000,
    // Tests mostly wait, for sockets and processes: more of them than cores run side by side.
    maxWorkers: 5,
  },
});
