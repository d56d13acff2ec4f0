import { closest, distance } from 'fastest-levenshtein';
import { VARIABLES } from './variables.ts';

/** Variables in `.env` that others read: Node, npm, PostgreSQL's client and proxies. */
const OTHERS = /^(?:NODE_|NPM_|PG|TZ$)|_PROXY$/i;

/** A warning for each name in `.env` that nobody is known to read, with the variable it was most likely meant to be. */
export function unknownVariables(names: readonly string[]): string[] {
  const own = VARIABLES.flatMap(({ name, secret }) => (secret ? [name, `${name}_FILE`] : [name]));
  return names
    .filter((name) => !own.includes(name) && !OTHERS.test(name))
    .map((name) => {
      const meant = closest(name, own);
      const hint = distance(name, meant) <= Math.max(1, meant.length / 5) ? ` Did you mean ${meant}?` : '';
      return `.env sets ${name}, which is no variable of the bot.${hint}`;
    });
}
