import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { type Config, readConfig } from '../../src/config/config.ts';
import { TIMES } from '../../src/config/times.ts';
import { VARIABLES } from '../../src/config/variables.ts';

/** What a secret may look like, by its variable. */
const SAMPLES: Record<string, string> = {
  SLACK_BOT_TOKEN: 'xoxb-sample',
  SLACK_APP_TOKEN: 'xapp-sample',
  SLACK_SIGNING_SECRET: 'sample',
  FASTLY_API_TOKEN: 'sample',
  DATABASE_URL: 'postgres://bot:sample@database.example.com:5432/bot',
};

/** Variables as a deployment sets them, by name. */
export type Environment = Record<string, string>;

const SECRETS = VARIABLES.filter(({ secret }) => secret).map(({ name }) => name);

/** The names that mean nothing to the bot. */
export function unknownNames(environment: Environment): string[] {
  const known = new Set([...VARIABLES.map(({ name }) => name), ...SECRETS.map((name) => `${name}_FILE`)]);
  return Object.keys(environment).filter((name) => !known.has(name));
}

/** What the bot reads of a deployment, once the files that it names are there. Throws the bot's own error otherwise. */
export function configOf(environment: Environment): Config {
  const folder = mkdtempSync(join(tmpdir(), 'secrets-test-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const withFiles = Object.entries(environment).map(([name, value]) => {
    const secret = /^(.+)_FILE$/.exec(name)?.[1];
    if (secret === undefined) return [name, value];
    const path = join(folder, secret);
    writeFileSync(path, SAMPLES[secret] ?? '');
    return [name, path];
  });
  return readConfig(Object.fromEntries(withFiles));
}

/** The same deployment over HTTP, as its comments say. */
export function overHttp(environment: Environment): Environment {
  const { SLACK_APP_TOKEN_FILE: file = '', ...others } = environment;
  return { ...others, SLACK_SIGNING_SECRET_FILE: file.replace('slack-app-token', 'slack-signing-secret') };
}

/** Where `X_FILE` variables point: each to a file of its variable's name in that folder, such as `slack-bot-token`. */
export function secretFiles(environment: Environment, folder: string): string[] {
  return Object.entries(environment)
    .filter(([name]) => name.endsWith('_FILE'))
    .map(([name, path]) => {
      const file = name
        .replace(/_FILE$/, '')
        .toLowerCase()
        .replaceAll('_', '-');
      if (path !== `${folder}/${file}`) throw new Error(`${name} is ${path} instead of ${folder}/${file}`);
      return file;
    });
}

/** How long a stop may take at most, in seconds. */
export const LONGEST_STOP = (TIMES.stillTaking + TIMES.drain + TIMES.close) / 1_000;
