import { readFileSync } from 'node:fs';
import { config as loadDotenv } from 'dotenv';
import type { z } from 'zod';
import type { Secret } from './secret.ts';
import { unknownVariables } from './unknown-variables.ts';
import { type DatabaseLocation, VARIABLES, type Values, Variables } from './variables.ts';

/** The variables by name, and how Slack delivers: over Socket Mode or HTTP. */
export type Config = Values & {
  delivery: { mode: 'socket'; appToken: Secret } | { mode: 'http'; signingSecret: Secret };
};

/** The environment is wrong. `problems` has one line for each variable. */
export class ConfigError extends Error {
  readonly problems: readonly string[];

  constructor(problems: readonly string[], nothingSet: boolean) {
    const hint = nothingSet
      ? '\n\nNo variables are set. To try the bot without Slack or Fastly, run: npm run sandbox\nTo set it up for real, copy .env.example to .env and fill it in.'
      : '';
    super(
      `The bot can't start. Correct these variables:\n${problems.map((problem) => `  - ${problem}`).join('\n')}${hint}`,
    );
    this.name = 'ConfigError';
    this.problems = problems;
  }
}

type Environment = Record<string, string | undefined>;

/**
 * The process's environment. Variables that are not set there come from `.env` in the working directory. `warnings` has
 * a sentence for each name in `.env` that neither the bot nor another known program reads.
 */
export function processEnvironment(): { environment: Environment; warnings: readonly string[] } {
  const { parsed = {} } = loadDotenv({ quiet: true });
  return { environment: process.env, warnings: unknownVariables(Object.keys(parsed)) };
}

/** @throws {ConfigError} that names every variable that is missing or wrong, and what it is for */
export function readConfig(environment: Environment): Config {
  const texts: Environment = {};
  const unread = new Map<string, string>();
  for (const about of VARIABLES) {
    const text = textOf(about, environment);
    if ('problem' in text) unread.set(about.name, text.problem);
    else texts[about.name] = text.value ?? about.fallback;
  }
  const parsed = Variables.safeParse(texts);
  const issues = parsed.error?.issues ?? [];
  const lines = VARIABLES.flatMap(({ name, purpose }) => {
    const wrong = issues.filter(({ path }) => path[0] === name).map(({ message }) => message);
    if (!unread.has(name) && wrong.length === 0) return [];
    const problem = unread.get(name) ?? (texts[name] === undefined ? 'is missing' : wrong.join(', '));
    return [`${name} ${problem}. ${purpose}`];
  });
  const isGiven = (name: string) => texts[name] !== undefined || unread.has(name);
  if (!isGiven('SLACK_APP_TOKEN') && !isGiven('SLACK_SIGNING_SECRET')) {
    lines.push(
      'SLACK_APP_TOKEN or SLACK_SIGNING_SECRET is missing. Set the first to use Socket Mode, or the second to use HTTP.',
    );
  }
  const delivery = parsed.data && deliveryOf(parsed.data);
  lines.push(...contradictions(texts));
  if (lines.length > 0 || !parsed.success || !delivery) {
    const nothingSet = VARIABLES.every(
      ({ name, anyCase }) => anyCase || (!environment[name] && !environment[`${name}_FILE`]),
    );
    throw new ConfigError(lines, nothingSet);
  }
  return { ...parsed.data, delivery };
}

/** An execution reads the user, the account and its users, deletes, and checks. Each of these calls has its own deadline. */
const CALLS_IN_A_LEASE = 5;

const Durations = Variables.pick({ FASTLY_TIMEOUT: true, EXECUTION_LEASE: true });
const Approving = Variables.pick({
  SUPERUSERS: true,
  APPROVALS_REQUIRED: true,
  APPROVAL_REQUIRED_FOR: true,
  ALLOW_SELF_APPROVAL: true,
});

/** The problems of variables that are valid one by one but don't fit together. Skips those that aren't valid. */
function contradictions(texts: Environment): string[] {
  const durations = Durations.safeParse(texts);
  const approving = Approving.safeParse(texts);
  return [
    ...(approving.success ? tooFewApprovers(approving.data) : []),
    ...(durations.success ? tooShortLease(durations.data) : []),
  ];
}

function tooShortLease({ FASTLY_TIMEOUT, EXECUTION_LEASE }: z.infer<typeof Durations>): string[] {
  const shortest = CALLS_IN_A_LEASE * FASTLY_TIMEOUT;
  if (EXECUTION_LEASE >= shortest) return [];
  return [
    `EXECUTION_LEASE must be at least ${durationText(shortest)} (${CALLS_IN_A_LEASE} × FASTLY_TIMEOUT), so that a slow change isn't taken over by another process.`,
  ];
}

function tooFewApprovers(values: z.infer<typeof Approving>): string[] {
  const { SUPERUSERS, APPROVALS_REQUIRED, APPROVAL_REQUIRED_FOR, ALLOW_SELF_APPROVAL } = values;
  const approvers = SUPERUSERS.length - (ALLOW_SELF_APPROVAL ? 0 : 1);
  if (APPROVAL_REQUIRED_FOR.length === 0 || SUPERUSERS.length === 0 || approvers >= APPROVALS_REQUIRED) {
    return [];
  }
  const problem =
    approvers === 0
      ? 'SUPERUSERS has one member, so nobody could approve their requests.'
      : `SUPERUSERS is too short: each request needs ${APPROVALS_REQUIRED} approvals and has ${approvers} possible ${approvers === 1 ? 'approver' : 'approvers'}.`;
  const ways = [
    `add ${APPROVALS_REQUIRED - approvers} more`,
    ...(approvers > 0 ? ['lower APPROVALS_REQUIRED'] : []),
    ...(SUPERUSERS.length >= APPROVALS_REQUIRED ? ['set ALLOW_SELF_APPROVAL=true'] : []),
  ];
  return [`${problem} To fix this, ${ways.join(', ')}, or set APPROVAL_REQUIRED_FOR=none.`];
}

/** A duration as it is written in a variable. */
function durationText(milliseconds: number): string {
  return milliseconds % 1000 === 0 ? `${milliseconds / 1000}s` : `${milliseconds}ms`;
}

function deliveryOf(values: Values): Config['delivery'] | null {
  const { SLACK_APP_TOKEN: appToken, SLACK_SIGNING_SECRET: signingSecret } = values;
  if (appToken) return { mode: 'socket', appToken };
  return signingSecret ? { mode: 'http', signingSecret } : null;
}

/** Reads a variable, or the file that `X_FILE` names if it is secret. An empty value counts as unset, except in SUPERUSERS. */
function textOf(
  { name, secret: isSecret, anyCase }: (typeof VARIABLES)[number],
  environment: Environment,
): { value: string | undefined } | { problem: string } {
  const lowerCase = anyCase ? environment[name.toLowerCase()]?.trim() : undefined;
  const set = lowerCase || environment[name]?.trim();
  const value = set === '' && name !== 'SUPERUSERS' ? undefined : set;
  const file = isSecret ? environment[`${name}_FILE`] : undefined;
  if (!file) return { value };
  if (value !== undefined)
    return { problem: `is set twice, directly and through ${name}_FILE. Remove one of them` };
  try {
    return { value: readFileSync(file, 'utf8').trim() || undefined };
  } catch {
    return { problem: `can't be read from the file in ${name}_FILE. Check its path and permissions` };
  }
}

/** Reads DATABASE_URL alone, for commands that need only the database. @throws {ConfigError} */
export function readDatabaseLocation(environment: Environment): DatabaseLocation {
  const about = VARIABLES.find(({ name }) => name === 'DATABASE_URL');
  const text = about && textOf(about, environment);
  const value = text && 'value' in text ? (text.value ?? about.fallback) : undefined;
  const parsed = Variables.shape.DATABASE_URL.safeParse(value);
  if (parsed.success) return parsed.data;
  const problem = text && 'problem' in text ? text.problem : parsed.error.issues[0]?.message;
  throw new ConfigError([`DATABASE_URL ${problem}. ${about?.purpose}`], false);
}
