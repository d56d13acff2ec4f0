import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, onTestFinished } from 'vitest';
import { examine } from '../../../src/checks/doctor.ts';
import type { Finding } from '../../../src/checks/finding.ts';
import { type DeliveryMode, environmentFor } from '../../e2e/support/workplace.ts';
import { type Sandbox, type SandboxOptions, startSandbox } from '../../sandbox/sandbox.ts';
import { temporaryFolder } from '../../store/both-databases.ts';

/** A configuration that differs from a right one. */
export type Situation = {
  options?: SandboxOptions;
  mode?: DeliveryMode;
  /** Changes Slack, Fastly or the database. Answers with the variables that are different, or to be left out. */
  change?: (sandbox: Sandbox) => Promise<Variables | undefined> | Variables | undefined;
};
type Variables = Record<string, string | undefined>;

/** What doctor says: a line for each finding, with its remedy after an arrow. No secret is in them. */
export async function linesOf({ options = {}, mode = 'socket', change = () => ({}) }: Situation) {
  const sandbox = await startSandbox(options);
  onTestFinished(() => sandbox.close());
  const folder = await temporaryFolder();
  const database = { DATABASE_URL: `file:${join(folder, 'bot.db')}` };
  const environment = { ...environmentFor(sandbox, mode), ...database, ...(await change(sandbox)) };
  await sandbox.client.forgetSlackCalls();
  const parts = await Promise.all(examine(environment, []).map(({ findings }) => findings));
  // Tests may be run by root, which the bot is better not run by.
  const lines = parts
    .flat()
    .filter(({ what }) => !what.includes('runs as root'))
    .map(lineOf);
  for (const secret of secretsOf(sandbox)) expect(lines.join('\n')).not.toContain(secret);
  return { sandbox, lines };
}

const MARKS = { fine: '✓', warning: '!', wrong: '✗', off: '–', unknown: '–' };

function lineOf(finding: Finding): string {
  const remedy = 'remedy' in finding ? ` → ${finding.remedy}` : '';
  return `${MARKS[finding.mark]} ${finding.what}${remedy}`;
}

function secretsOf({ slack, fastly }: Sandbox): string[] {
  return [slack.botToken, slack.appToken, slack.signingSecret, fastly.token];
}

/** The bot's manifest with another text in the place of one. */
export async function manifestWith(place: string, instead: string): Promise<string> {
  const file = join(await temporaryFolder(), 'manifest.yml');
  const manifest = await readFile(new URL('../../../manifest.yml', import.meta.url), 'utf8');
  await writeFile(file, manifest.replace(place, instead));
  return file;
}

/** The lines with ✗ or !. */
export function problemsIn(lines: readonly string[]): string[] {
  return lines.filter((line) => /^[✗!]/.test(line));
}
