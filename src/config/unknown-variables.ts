import { nearest } from './nearest.ts';
import type { VariableProblem } from './problem.ts';
import { VARIABLES } from './variables.ts';

/** Variables in `.env` that others read: Node, npm, PostgreSQL's client and proxies. */
const OTHERS = /^(?:NODE_|NPM_|PG|TZ$)|_PROXY$/i;

/** A warning for each name in `.env` that nobody is known to read, with the variable it was most likely meant to be. */
export function unknownVariables(names: readonly string[]): VariableProblem[] {
  const own = VARIABLES.flatMap(({ name, secret }) => (secret ? [name, `${name}_FILE`] : [name]));
  return names
    .filter((name) => !own.includes(name) && !OTHERS.test(name))
    .map((name) => {
      const meant = nearest(name, own);
      return {
        name,
        what: `.env sets ${name}, which is no variable of the bot`,
        remedy: meant === null ? 'Remove it.' : `Did you mean ${meant}?`,
      };
    });
}

/** A warning for each variable that an unquoted `#` leaves empty, as in `APPROVALS_CHANNEL=#approvals`. */
export function commentsInDotenv(text: string): VariableProblem[] {
  return [...text.matchAll(/^\s*(?:export\s+)?([A-Z_]+)\s*=\s*#\S.*$/gm)].map(([, name = '']) => ({
    name,
    what: `.env sets ${name} to nothing, because # starts a comment`,
    remedy: 'Put the value in quotes. Channels are set by their IDs, not by their names.',
  }));
}
