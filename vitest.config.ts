import { defineConfig } from 'vitest/config';

/** What starts processes, kills them or takes services away; slow, as it waits for real processes. */
const RESILIENCE = 'test/resilience/**/*.test.ts';
/** The bot in this process. Once more with deliveries over HTTP, where `fast` has most of it over Socket Mode alone. */
const E2E = 'test/e2e/**/*.test.ts';
/** What waits for real seconds, where a name ends so. Over HTTP such files are with the others. */
const SLOW = 'test/**/*.slow.test.ts';
/** The sandbox's page in a browser. What the page is made of is below that folder, and needs none. */
const PAGE = 'test/sandbox/page/*.test.ts';

/** How long `expect.poll` goes on by itself: a busy machine takes its time. */
const PATIENT = { poll: { timeout: 30_000 } };

export default defineConfig({
  test: {
    globalSetup: ['test/support/postgres/global-setup.ts', 'test/support/browser/global-setup.ts'],
    projects: [
      {
        test: {
          name: 'fast',
          include: ['test/**/*.test.ts'],
          exclude: [RESILIENCE, PAGE, SLOW],
          isolate: false,
          // Tests mostly wait, for sockets and timers: more of them than cores run side by side.
          maxWorkers: 4,
          testTimeout: 60_000,
          hookTimeout: 60_000,
          expect: PATIENT,
          sequence: { groupOrder: 0 },
        },
      },
      {
        test: {
          name: 'slow',
          include: [SLOW],
          isolate: false,
          maxWorkers: 4,
          testTimeout: 60_000,
          hookTimeout: 60_000,
          expect: PATIENT,
          sequence: { groupOrder: 0 },
        },
      },
      {
        test: {
          name: 'http',
          include: [E2E],
          env: { DELIVERY: 'http' },
          isolate: false,
          maxWorkers: 4,
          testTimeout: 60_000,
          hookTimeout: 60_000,
          expect: PATIENT,
          sequence: { groupOrder: 0 },
        },
      },
      {
        test: {
          name: 'resilience',
          include: [RESILIENCE],
          isolate: false,
          maxWorkers: 4,
          testTimeout: 180_000,
          hookTimeout: 60_000,
          expect: PATIENT,
          sequence: { groupOrder: 1 },
        },
      },
      {
        test: {
          name: 'page',
          include: [PAGE],
          isolate: false,
          maxWorkers: 2,
          testTimeout: 120_000,
          hookTimeout: 60_000,
          expect: PATIENT,
          sequence: { groupOrder: 2 },
        },
      },
    ],
  },
});
