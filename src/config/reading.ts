import { z } from 'zod';
import { nearest } from './nearest.ts';

/** A value that a text stands for, or what is wrong with the text. `wrong` follows the variable's name. */
export type Reading<Value> = { value: Value } | { wrong: string; remedy: string };

/** That a text can't be the value of its variable. @param why in words that follow the text */
export function cannotBe(text: string, remedy: string, why = ''): { wrong: string; remedy: string } {
  return { wrong: `can't be ${quoted(text)}${why}`, remedy };
}

/** A schema whose issues carry what is wrong as their message, and the remedy in `params`. */
export const read = <Value>(reading: (text: string) => Reading<Value>) =>
  z.string().transform((text, context) => {
    const result = isInQuotes(text) ? IN_QUOTES : reading(text);
    if ('value' in result) return result.value;
    const { wrong, remedy } = result;
    context.addIssue({ code: 'custom', message: wrong, params: { remedy } });
    return z.NEVER;
  });

const IN_QUOTES = { wrong: 'has quotes around it', remedy: 'Remove the quotes.' };

/** In `.env` quotes are taken away; `docker run --env-file` keeps them. */
function isInQuotes(text: string): boolean {
  return /^(["'`]).*\1$/.test(text);
}

/** One entry. `wrong` is the entry with what it is instead, and `meant` what it was most likely meant to be. */
export type Entry<Value> = { value: Value } | { wrong: string; meant: string | null };

/** One entry alone. `hint` says which values there are, in whole sentences. */
export const single = <Value>(entry: (text: string) => Entry<Value>, hint: string) =>
  read((text): Reading<Value> => {
    const result = entry(text);
    if ('value' in result) return result;
    const { wrong, meant } = result;
    return { wrong: `can't be ${wrong}`, remedy: withMeant(meant === null ? [] : [meant], hint) };
  });

/** Entries between commas or spaces, without repetitions. Empty text is the empty list. */
export const list = <Value>(entry: (text: string) => Entry<Value>, hint: string) =>
  read((text): Reading<Value[]> => {
    const value: Value[] = [];
    const wrong: string[] = [];
    const meant: string[] = [];
    for (const part of new Set(text.split(/[\s,]+/).filter((each) => each !== ''))) {
      const result = entry(part);
      if ('value' in result) value.push(result.value);
      else {
        wrong.push(result.wrong);
        if (result.meant !== null) meant.push(result.meant);
      }
    }
    if (wrong.length === 0) return { value };
    return { wrong: `can't contain ${ALTERNATIVES.format(wrong)}`, remedy: withMeant(meant, hint) };
  });

const ALTERNATIVES = new Intl.ListFormat('en-GB', { type: 'disjunction' });

function withMeant(meant: readonly string[], hint: string): string {
  return meant.length === 0 ? hint : `Did you mean ${meant.join(', ')}? ${hint}`;
}

export const oneOf =
  <const Name extends string>(names: readonly Name[]) =>
  (text: string): Entry<Name> => {
    const value = names.find((name) => name === text);
    return value === undefined ? { wrong: quoted(text), meant: nearest(text, names) } : { value };
  };

const LONGEST_QUOTED = 60;
/** Slack's tokens, anything as long as a token of Fastly or a signing secret, and a password in an address. */
const LIKE_A_SECRET = /xox[a-z]|xapp-|[\w-]{32}|:\/\/[^/]*@/i;

/** A wrong value for the operator to recognise. A secret may have been put into the wrong variable, so it isn't shown. */
export function quoted(text: string): string {
  if (LIKE_A_SECRET.test(text)) return 'what looks like a secret';
  const shown = text.replaceAll(/\p{C}/gu, '\uFFFD');
  return shown.length > LONGEST_QUOTED ? `'${shown.slice(0, LONGEST_QUOTED)}…'` : `'${shown}'`;
}
