import { readFileSync } from 'node:fs';
import { config as loadDotenv } from 'dotenv';
import { z } from 'zod';
import { contradictions, doubts } from './fit.ts';
import { ConfigError, type VariableProblem } from './problem.ts';
import type { Secret } from './secret.ts';
import { commentsInDotenv, unknownVariables } from './unknown-variables.ts';
import type { DatabaseLocation } from './value-types.ts';
import { VARIABLES, type ValidValues, ValidVariables, type Values, Variables } from './variables.ts';

/** The variables by name, and how Slack delivers: over Socket Mode or HTTP. */
export type Config = Values & {
  delivery: { mode: 'socket'; appToken: Secret } | { mode: 'http'; signingSecret: Secret };
};

type Environment = Record<string, string | undefined>;

/**
 * The process's environment. Variables that are not set there come from `.env` in the working directory. `warnings` are
 * about `.env`: that it can't be read, names that neither the bot nor another known program reads, and values that are
 * taken for comments.
 */
export function processEnvironment(): { environment: Environment; warnings: readonly VariableProblem[] } {
  const { parsed = {}, error } = loadDotenv({ quiet: true });
  if (!error) {
    const warnings = [
      ...unknownVariables(Object.keys(parsed)),
      ...commentsInDotenv(readFileSync('.env', 'utf8')),
    ];
    return { environment: process.env, warnings };
  }
  const missing = 'code' in error && error.code === 'ENOENT';
  const unread = {
    name: '.env',
    what: `.env can't be read: ${error.message}`,
    remedy: 'Check its permissions.',
  };
  return { environment: process.env, warnings: missing ? [] : [unread] };
}

/**
 * What the variables say. `config` is null where there are `problems`. `values` has what is valid all the same, and
 * `warnings` are about what the bot starts with and its operator most likely did not mean. Problems and warnings are
 * in the order of the documentation; what doesn't fit together comes last.
 */
type VariablesChecked = {
  config: Config | null;
  values: ValidValues;
  problems: readonly VariableProblem[];
  warnings: readonly VariableProblem[];
};

/** Finds everything that is wrong, and never throws. */
export function checkVariables(environment: Environment): VariablesChecked {
  const texts: Environment = {};
  const unread = new Map<string, VariableProblem>();
  for (const about of VARIABLES) {
    const text = textOf(about, environment);
    if ('what' in text) unread.set(about.name, text);
    else texts[about.name] = text.value ?? about.fallback;
  }
  const parsed = Variables.safeParse(texts);
  const issues = parsed.error?.issues ?? [];
  const wrong = VARIABLES.flatMap(({ name, purpose }) => {
    const issue = issues.find(({ path }) => path[0] === name);
    const missing = { name, what: `${name} is missing`, remedy: purpose };
    return unread.get(name) ?? (issue ? (texts[name] === undefined ? missing : problemIn(name, issue)) : []);
  });
  const isWrong = (name: string) => wrong.some((problem) => problem.name === name);
  const values = ValidVariables.parse(
    Object.fromEntries(Object.entries(texts).filter(([name]) => !isWrong(name))),
  );
  const undelivered = ['SLACK_APP_TOKEN', 'SLACK_SIGNING_SECRET'].every(
    (name) => texts[name] === undefined && !isWrong(name),
  );
  const problems = [...wrong, ...(undelivered ? [UNDELIVERED] : []), ...contradictions(values)];
  const delivery = deliveryOf(values);
  const config = parsed.data && delivery && problems.length === 0 ? { ...parsed.data, delivery } : null;
  return { config, values, problems, warnings: doubts(values) };
}

/** @throws {ConfigError} with every variable that is missing or wrong */
export function readConfig(environment: Environment): Config {
  const { config, problems } = checkVariables(environment);
  if (config) return config;
  const nothingSet = VARIABLES.every(
    ({ name, anyCase }) => anyCase || (!environment[name] && !environment[`${name}_FILE`]),
  );
  throw new ConfigError(problems, nothingSet);
}

/** The log's level and format. What is wrong or missing gets its default, so that problems can be logged. */
export function readLogSettings(environment: Environment): Pick<Values, 'LOG_LEVEL' | 'LOG_FORMAT'> {
  const { LOG_LEVEL = 'info', LOG_FORMAT = 'json' } = checkVariables(environment).values;
  return { LOG_LEVEL, LOG_FORMAT };
}

const UNDELIVERED: VariableProblem = {
  name: 'SLACK_APP_TOKEN',
  what: 'SLACK_APP_TOKEN or SLACK_SIGNING_SECRET is missing',
  remedy: 'Set the first to use Socket Mode, or the second to use HTTP.',
};

const IssueParams = z.object({ remedy: z.string() });

function problemIn(name: string, issue: z.core.$ZodIssue): VariableProblem {
  const params = IssueParams.parse('params' in issue ? issue.params : undefined);
  return { name, what: `${name} ${issue.message}`, remedy: params.remedy };
}

function deliveryOf(values: ValidValues): Config['delivery'] | null {
  const { SLACK_APP_TOKEN: appToken, SLACK_SIGNING_SECRET: signingSecret } = values;
  if (appToken) return { mode: 'socket', appToken };
  return signingSecret ? { mode: 'http', signingSecret } : null;
}

/** Reads a variable, or the file that `X_FILE` names if it is secret. An empty value counts as unset, except in SUPERUSERS. */
function textOf(
  { name, secret: isSecret, anyCase }: (typeof VARIABLES)[number],
  environment: Environment,
): { value: string | undefined } | VariableProblem {
  const lowerCase = anyCase ? environment[name.toLowerCase()]?.trim() : undefined;
  const set = lowerCase || environment[name]?.trim();
  const value = set === '' && name !== 'SUPERUSERS' ? undefined : set;
  const file = isSecret ? environment[`${name}_FILE`]?.trim() : undefined;
  if (!file) return { value };
  if (value !== undefined) {
    const what = `${name} is set twice, directly and through ${name}_FILE`;
    return { name, what, remedy: 'Remove one of them.' };
  }
  try {
    const inFile = readFileSync(file, 'utf8').trim();
    if (inFile !== '') return { value: inFile };
    const what = `${name} is missing: the file in ${name}_FILE is empty`;
    return { name, what, remedy: 'Write the value into the file.' };
  } catch (error) {
    // Not the path: it may be the secret itself, by mistake.
    const code = error instanceof Error && 'code' in error ? ` (${error.code})` : '';
    const what = `${name} can't be read from the file in ${name}_FILE${code}`;
    return { name, what, remedy: 'Check its path and permissions.' };
  }
}

/** Reads DATABASE_URL alone, for commands that need only the database. @throws {ConfigError} */
export function readDatabaseLocation(environment: Environment): DatabaseLocation {
  const { DATABASE_URL, DATABASE_URL_FILE } = environment;
  const { values, problems } = checkVariables({ DATABASE_URL, DATABASE_URL_FILE });
  if (values.DATABASE_URL) return values.DATABASE_URL;
  throw new ConfigError(problems.filter(({ name }) => name === 'DATABASE_URL'));
}
