import { nearest } from './nearest.ts';
import { cannotBe, type Entry, quoted, type Reading, read, single } from './reading.ts';
import { Secret } from './secret.ts';

/** The kinds of values that variables have, beside lists, names, IDs and tokens. */

export const url = read((text): Reading<string> => {
  if (URL.canParse(text) && /^https?:$/.test(new URL(text).protocol)) return { value: text };
  return cannotBe(text, 'Set it to a web address such as https://example.com.');
});

/** A proxy's URL. The scheme may be left out. The password in it is in no error. */
export const proxy = read((text): Reading<Secret> => {
  const whole = text.includes('://') ? text : `http://${text}`;
  if (isProxyUrl(whole)) return { value: new Secret(whole) };
  return {
    wrong: 'is not the address of an HTTP proxy',
    remedy:
      'Set it to one such as http://user:password@proxy.example.com:3128, with special characters written as in %40 for @.',
  };
});

function isProxyUrl(text: string): boolean {
  try {
    const { protocol, username, password, pathname, search, hash } = new URL(text);
    decodeURIComponent(`${username}${password}`);
    return /^https?:$/.test(protocol) && `${pathname}${search}${hash}` === '/';
  } catch {
    return false;
  }
}

export const port = read((text): Reading<number> => {
  if (/^\d{1,5}$/.test(text) && Number(text) <= 65_535) return { value: Number(text) };
  return cannotBe(text, 'Set it to a port number from 0 to 65535.');
});

export const count = read((text): Reading<number> => {
  if (/^[1-9]\d?$/.test(text)) return { value: Number(text) };
  return cannotBe(text, 'Set it to a number from 1 to 99.');
});

const BOOLEANS = new Map([
  ...['true', 'yes', 'on'].map((word) => [word, true] as const),
  ...['false', 'no', 'off'].map((word) => [word, false] as const),
]);

export const yesOrNo = single(readBoolean, 'Set it to true or false.');
export const onOrOff = single(readBoolean, 'Set it to on or off.');

function readBoolean(text: string): Entry<boolean> {
  const value = BOOLEANS.get(text.toLowerCase());
  if (value !== undefined) return { value };
  return { wrong: quoted(text), meant: nearest(text, [...BOOLEANS.keys()]) };
}

export const UNITS: ReadonlyMap<string, number> = new Map([
  ['d', 86_400_000],
  ['h', 3_600_000],
  ['m', 60_000],
  ['s', 1_000],
  ['ms', 1],
]);

/** Node's timers take no longer time. */
const LONGEST_MILLISECONDS = 2 ** 31 - 1;

function millisecondsIn(text: string): number | null {
  const [, amount, unit = ''] = /^(\d+)([a-z]+)$/.exec(text) ?? [];
  const milliseconds = Number(amount) * (UNITS.get(unit) ?? 0);
  return milliseconds >= 1 && milliseconds <= LONGEST_MILLISECONDS ? milliseconds : null;
}

/** A duration such as `500ms`, `10s` or `7d`, as milliseconds. */
export const duration = single((text): Entry<number> => {
  const value = millisecondsIn(text);
  if (value !== null) return { value };
  const tidy = text.toLowerCase().replaceAll(/\s/g, '');
  // A number alone could be of any unit.
  return { wrong: quoted(text), meant: millisecondsIn(tidy) === null ? null : tidy };
}, 'Set it to a duration such as 500ms, 10s, 5m, 4h or 7d, from 1ms to 24d.');

export function durationText(milliseconds: number): string {
  for (const [unit, length] of UNITS) {
    if (milliseconds % length === 0) return `${milliseconds / length}${unit}`;
  }
  return `${milliseconds}ms`;
}

/** The database. A PostgreSQL URL is secret because it can contain a password. */
export type DatabaseLocation = { kind: 'sqlite'; path: string } | { kind: 'postgres'; url: Secret };

export const database = read((text): Reading<DatabaseLocation> => {
  if (/^file:./.test(text)) {
    return { value: { kind: 'sqlite', path: text.slice('file:'.length).replace(/^\/{2,}/, '/') } };
  }
  if (!/^postgres(ql)?:\/\//.test(text)) {
    return {
      wrong: "doesn't start with file: or postgres://",
      remedy:
        'Set it to file: and a path for SQLite, or to postgres://user:password@host:5432/database for PostgreSQL.',
    };
  }
  if (/:\/\/./.test(text) && URL.canParse(text)) {
    return { value: { kind: 'postgres', url: new Secret(text) } };
  }
  return {
    wrong: 'is not a valid address of a PostgreSQL database',
    remedy:
      'Set it to one such as postgres://user:password@host:5432/database, with special characters written as in %40 for @.',
  };
});
