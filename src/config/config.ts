import { readFileSync } from 'node:fs';
import { config as loadDotenv } from 'dotenv';
import type { Secret } from './secret.ts';
import { type DatabaseLocation, VARIABLES, type Values, Variables } from './variables.ts';

/** The bot's configuration: the variables by name, and the way Slack's deliveries come. */
export type Config = Values & {
  delivery: { mode: 'socket'; appToken: Secret } | { mode: 'http'; signingSecret: Secret };
};

/** Everything that is wrong with the environment, one line each. */
export class ConfigError extends Error {
  readonly problems: readonly string[];

  constructor(problems: readonly string[], nothingSet: boolean) {
    const hint = nothingSet
      ? '\n\nNothing is set at all. To try the bot without Slack or Fastly, run: npm run sandbox\nTo set it up for real, copy .env.example to .env and fill it in.'
      : '';
    super(`The bot cannot start:\n${problems.map((problem) => `  - ${problem}`).join('\n')}${hint}`);
    this.name = 'ConfigError';
    this.problems = problems;
  }
}

type Environment = Record<string, string | undefined>;

/** The process's environment, with what `.env` in the working directory adds to it. */
export function processEnvironment(): Environment {
  loadDotenv({ quiet: true });
  return process.env;
}

/**
 * Reads the configuration out of an environment.
 *
 * @throws {ConfigError} naming every variable that is missing or wrong, with what it is for
 */
export function readConfig(environment: Environment): Config {
  const texts: Environment = {};
  const problems = new Map<string, string>();
  for (const about of VARIABLES) {
    const text = textOf(about, environment);
    if ('problem' in text) problems.set(about.name, text.problem);
    else texts[about.name] = text.value ?? about.fallback;
  }
  const parsed = Variables.safeParse(texts);
  const issuesOf = Object.groupBy(parsed.error?.issues ?? [], ({ path }) => String(path[0]));
  for (const [name, issues = []] of Object.entries(issuesOf)) {
    if (problems.has(name)) continue;
    const wrong = issues.map(({ message }) => message).join(', ');
    problems.set(name, texts[name] === undefined ? 'is missing' : wrong);
  }
  const lines = VARIABLES.filter(({ name }) => problems.has(name)).map(
    ({ name, purpose }) => `${name} ${problems.get(name)} (${purpose})`,
  );
  if (
    !['SLACK_APP_TOKEN', 'SLACK_SIGNING_SECRET'].some(
      (name) => texts[name] !== undefined || problems.has(name),
    )
  ) {
    lines.push(
      'SLACK_APP_TOKEN or SLACK_SIGNING_SECRET is missing (the first for Socket Mode, the second for HTTP)',
    );
  }
  const delivery = parsed.data && deliveryOf(parsed.data);
  if (parsed.data) lines.push(...contradictions(parsed.data));
  if (lines.length > 0 || !parsed.success || !delivery)
    throw new ConfigError(lines, nothingIsSet(environment));
  return { ...parsed.data, delivery };
}

/** An execution asks for the user, the account and its users, deletes, and looks again: each has a deadline of its own. */
const CALLS_IN_A_LEASE = 5;

/** What is wrong with variables that are each right. */
function contradictions(values: Values): string[] {
  const { SUPERUSERS, APPROVALS_REQUIRED, APPROVAL_REQUIRED_FOR, ALLOW_SELF_APPROVAL } = values;
  const problems: string[] = [];
  const possible = SUPERUSERS.length - (ALLOW_SELF_APPROVAL ? 0 : 1);
  if (APPROVAL_REQUIRED_FOR.length > 0 && SUPERUSERS.length > 0 && possible < APPROVALS_REQUIRED) {
    problems.push(
      `APPROVALS_REQUIRED is ${APPROVALS_REQUIRED}, but SUPERUSERS leaves ${possible} to approve what one of them asks for (add superusers, or set APPROVAL_REQUIRED_FOR=none to do without approvals)`,
    );
  }
  if (values.EXECUTION_LEASE < CALLS_IN_A_LEASE * values.FASTLY_TIMEOUT) {
    problems.push(
      `EXECUTION_LEASE is shorter than ${CALLS_IN_A_LEASE} times FASTLY_TIMEOUT (a change must be over before another process takes it for dead)`,
    );
  }
  return problems;
}

function deliveryOf({
  SLACK_APP_TOKEN: appToken,
  SLACK_SIGNING_SECRET: signingSecret,
}: Values): Config['delivery'] | null {
  if (appToken) return { mode: 'socket', appToken };
  return signingSecret ? { mode: 'http', signingSecret } : null;
}

/** A secret may come from a file named by `X_FILE`. Set but empty counts as unset, except for SUPERUSERS. */
function textOf(
  { name, secret: isSecret }: (typeof VARIABLES)[number],
  environment: Environment,
): { value: string | undefined } | { problem: string } {
  const set = environment[name]?.trim();
  const value = set === '' && name !== 'SUPERUSERS' ? undefined : set;
  const file = isSecret ? environment[`${name}_FILE`] : undefined;
  if (!file) return { value };
  if (value !== undefined) return { problem: `is set twice, by itself and by ${name}_FILE` };
  try {
    return { value: readFileSync(file, 'utf8').trim() || undefined };
  } catch {
    return { problem: `cannot be read from the file that ${name}_FILE names` };
  }
}

/**
 * Where the durable state is, for what needs nothing else.
 *
 * @throws {ConfigError}
 */
export function readDatabaseLocation(environment: Environment): DatabaseLocation {
  const about = VARIABLES.find(({ name }) => name === 'DATABASE_URL');
  const text = about && textOf(about, environment);
  const value = text && 'value' in text ? (text.value ?? about.fallback) : undefined;
  const parsed = Variables.shape.DATABASE_URL.safeParse(value);
  if (parsed.success) return parsed.data;
  const problem = text && 'problem' in text ? text.problem : parsed.error.issues[0]?.message;
  throw new ConfigError([`DATABASE_URL ${problem} (${about?.purpose})`], false);
}

function nothingIsSet(environment: Environment): boolean {
  return VARIABLES.every(({ name }) => !environment[name] && !environment[`${name}_FILE`]);
}
