import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { checkVariables, readConfig } from '../../src/config/config.ts';
import { ConfigError, problemText } from '../../src/config/problem.ts';

export const SOCKET = {
  SLACK_BOT_TOKEN: 'xoxb-bot-secret',
  SLACK_APP_TOKEN: 'xapp-app-secret',
  SUPERUSERS: 'U0NORA001,U0TOMAS01',
  FASTLY_API_TOKEN: 'fastly-secret',
};
const { SLACK_APP_TOKEN: _, ...others } = SOCKET;
export const WITHOUT_DELIVERY = others;

export function errorOf(environment: Record<string, string | undefined>): ConfigError {
  try {
    readConfig(environment);
  } catch (error) {
    if (error instanceof ConfigError) return error;
    throw error;
  }
  throw new Error('The configuration was accepted');
}

/** Each problem as the operator reads it. */
export function problemsOf(environment: Record<string, string | undefined>): string[] {
  return errorOf(environment).problems.map(problemText);
}

export const warningsOf = (environment: Record<string, string | undefined>) =>
  checkVariables(environment).warnings.map(problemText);

/** The path of a file that holds this and ends with the test. */
export function fileWith(text: string): string {
  const folder = mkdtempSync(join(tmpdir(), 'config-test-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const path = join(folder, 'secret');
  writeFileSync(path, text);
  return path;
}
