import type { TestProject } from 'vitest/node';
import { findBrowser } from './find-browser.ts';

declare module 'vitest' {
  export interface ProvidedContext {
    /** Path of the browser that the page is tested in; null: those tests are skipped. */
    browser: string | null;
  }
}

/** Finds the browser, once and for all tests. Where tests must run, none is an error. */
export default function setup(project: TestProject): void {
  const browser = findBrowser();
  if (browser === null) {
    const lack = 'found neither Chromium nor Chrome on this machine';
    if (process.env.CI) throw new Error(`The page cannot be tested: ${lack}. .ci/run installs one.`);
    process.stderr.write(`The tests of the page in a browser are skipped: ${lack}.\n`);
  }
  project.provide('browser', browser);
}
