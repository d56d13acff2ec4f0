import type { TestProject } from 'vitest/node';
import { startPostgres } from './start.ts';

declare module 'vitest' {
  export interface ProvidedContext {
    /** Where the run's PostgreSQL server is, as its superuser. */
    postgresUrl: string;
  }
}

/** Runs one PostgreSQL server for all tests; `newDatabase` gives a test a database there. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const { url, stop } = await startPostgres();
  project.provide('postgresUrl', url);
  return stop;
}
