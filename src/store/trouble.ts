import type { Problem } from '../observability/health.ts';
import { reasonOf } from '../observability/reason-of.ts';
import { DatabaseGone, DatabaseOverwritten } from './database-files.ts';
import { DatabaseWentBack } from './newest-entry.ts';

/**
 * What keeps the bot from its database.
 * - `wrong`: DATABASE_URL can never work as it is, or the database lets nothing be written.
 * - `full`: it can be read, and takes no more data.
 * - `gone`: a file of the SQLite database is not the one that was opened.
 * - `back`: it lacks entries of the audit log that were there before.
 * - `unconfirmed`: the bot does not know yet whether the database belongs to its Slack workspace and Fastly account.
 * - `away`: anything else. It may pass by itself.
 */
export type Trouble = Problem & { kind: 'wrong' | 'full' | 'gone' | 'back' | 'unconfirmed' | 'away' };

/** Nobody knows yet whether the database belongs to the Slack workspace and the Fastly account that the bot works in. */
export class NotConfirmed extends Error {
  constructor() {
    super("It isn't known yet whether the database belongs to this Slack workspace and Fastly account");
    this.name = 'NotConfirmed';
  }
}

const WAITING = 'The bot goes on by itself once it can.';
const RESTORED =
  'Nothing is carried out. Stop every process of the bot, run `npm run restored`, then start them again.';
const OVERWRITTEN =
  'Nothing is carried out. Stop the bot, delete the -wal and -shm files, put the copy in place again, and run `npm run restored`.';
/** What to do where a file of the database may not be written. */
export const UNWRITABLE_REMEDY =
  "Let the bot's account write the file and its folder, or set DATABASE_URL to another place.";
const SERVER = `Start PostgreSQL, or correct the host and port in DATABASE_URL. ${WAITING}`;

/**
 * PostgreSQL's SQLSTATEs.
 *
 * @see https://www.postgresql.org/docs/current/errcodes-appendix.html
 */
const SQLSTATES: Readonly<Record<string, Trouble>> = {
  '28P01': wrong('PostgreSQL refuses the password', 'Correct the user and the password in DATABASE_URL.'),
  '28000': wrong(
    'PostgreSQL refuses the user',
    'Correct the user in DATABASE_URL, or allow it in pg_hba.conf.',
  ),
  '3D000': wrong(
    'PostgreSQL has no such database',
    'Create the database, or correct its name in DATABASE_URL.',
  ),
  '3F000': wrong(
    'The schema does not exist',
    'Create the schema, or correct the search path in DATABASE_URL.',
  ),
  '42704': wrong('PostgreSQL knows no such setting', 'Correct the options in DATABASE_URL.'),
  '22023': wrong('PostgreSQL refuses a setting', 'Correct the options in DATABASE_URL.'),
  '42P07': wrong(
    'The database has a table of another program',
    'Create a database or schema for the bot alone, and name it in DATABASE_URL.',
  ),
  '42501': wrong(
    'The user in DATABASE_URL lacks a right',
    'Grant the user CONNECT on the database, and USAGE and CREATE on the schema.',
  ),
  '53100': full("PostgreSQL's disk is full"),
  '25006': full('PostgreSQL is read-only', 'Point DATABASE_URL at the primary, or make this server one.'),
  '57P03': away('PostgreSQL is starting or stopping', WAITING),
  '53300': away(
    'PostgreSQL has no connection left',
    `Raise max_connections or end other programs. ${WAITING}`,
  ),
};

/**
 * Node's codes for files and addresses.
 *
 * @see https://nodejs.org/api/errors.html#common-system-errors
 */
const NODE_CODES: Readonly<Record<string, Trouble>> = {
  EACCES: wrong('The database may not be written', UNWRITABLE_REMEDY),
  EPERM: wrong('The database may not be written', UNWRITABLE_REMEDY),
  EROFS: wrong('The database is on a read-only disk', UNWRITABLE_REMEDY),
  ENOENT: wrong('A file that DATABASE_URL names is missing', 'Correct DATABASE_URL.'),
  EEXIST: wrong('DATABASE_URL names a file as a folder', 'Correct the path in DATABASE_URL.'),
  ENOTDIR: wrong('DATABASE_URL names a file as a folder', 'Correct the path in DATABASE_URL.'),
  EISDIR: wrong('DATABASE_URL names a folder', 'Add the name of a file to DATABASE_URL.'),
  ELOOP: wrong('The links to the database lead nowhere', 'Correct the path in DATABASE_URL.'),
  ENAMETOOLONG: wrong('The path in DATABASE_URL is too long', 'Correct the path in DATABASE_URL.'),
  ENOSPC: full("The database's disk is full"),
  EDQUOT: full("The database's disk quota is used up"),
  ENOTFOUND: away('its host has no address', SERVER),
  ...Object.fromEntries(
    [
      'SELF_SIGNED_CERT_IN_CHAIN',
      'DEPTH_ZERO_SELF_SIGNED_CERT',
      'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
      'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
      'ERR_TLS_CERT_ALTNAME_INVALID',
    ].map((code) => [
      code,
      wrong(
        "PostgreSQL's certificate isn't trusted",
        'Set NODE_EXTRA_CA_CERTS to the file of its authority.',
      ),
    ]),
  ),
};

/**
 * SQLite's primary result codes.
 *
 * @see https://www.sqlite.org/rescode.html
 */
const SQLITE_CODES: Readonly<Record<number, Trouble>> = {
  5: away('another program is writing to the file', WAITING),
  8: wrong('The database may not be written', UNWRITABLE_REMEDY),
  11: wrong('The database file is damaged', 'Restore the file from a backup.'),
  13: full("The database's disk is full"),
  14: wrong('The database file cannot be opened', UNWRITABLE_REMEDY),
  26: wrong('The file is not a SQLite database', 'Set DATABASE_URL to another file.'),
};
/** A write that failed: a quota or a limit, as SQLite tells only ENOSPC from the rest. */
const SQLITE_IOERR_WRITE = 778;

/** Errors of PostgreSQL's driver and of Kysely have no code. */
const WORDS: readonly (readonly [RegExp, Trouble])[] = [
  [
    /\bSASL\b|client password must be/,
    wrong('PostgreSQL asks for a password', 'Add the password to DATABASE_URL.'),
  ],
  [
    /does not support SSL/,
    wrong('PostgreSQL has no TLS', 'Switch TLS on in PostgreSQL, or remove sslmode from DATABASE_URL.'),
  ],
  [
    /corrupted migrations/,
    wrong('The database is newer than this version of the bot', 'Run the version that last used it.'),
  ],
];

export function troubleOf(error: unknown): Trouble {
  const reason = reasonOf(error);
  if (error instanceof DatabaseGone) {
    const remedy = 'Put the same file back. To use another one, restart the bot.';
    return { kind: 'gone', what: reason, remedy };
  }
  if (error instanceof DatabaseOverwritten) return { kind: 'back', what: reason, remedy: OVERWRITTEN };
  if (error instanceof DatabaseWentBack) return { kind: 'back', what: reason, remedy: RESTORED };
  if (error instanceof NotConfirmed) return { kind: 'unconfirmed', what: reason, remedy: WAITING };
  const found = known(error, reason);
  return found
    ? { ...found, what: `${found.what} (${reason})` }
    : away(reason, `Check DATABASE_URL and the database. ${WAITING}`);
}

function known(error: unknown, reason: string): Trouble | undefined {
  if (!(error instanceof Error)) return undefined;
  if ('errcode' in error && typeof error.errcode === 'number') {
    if (error.errcode === SQLITE_IOERR_WRITE) return full("The database's disk takes no more data");
    // The extended result codes have the primary one in the last byte.
    return SQLITE_CODES[error.errcode & 0xff];
  }
  if ('code' in error && typeof error.code === 'string') {
    const { code } = error;
    // What keeps a connection from a server may pass, whatever it is; ENOTFOUND has words of its own.
    if ('syscall' in error && error.syscall === 'connect')
      return away('nothing answers at its address', SERVER);
    return SQLSTATES[code] ?? NODE_CODES[code];
  }
  return WORDS.find(([words]) => words.test(reason))?.[1];
}

function wrong(what: string, remedy: string): Trouble {
  return { kind: 'wrong', what, remedy };
}

function full(what: string, remedy = 'Free some space.'): Trouble {
  return { kind: 'full', what, remedy: `${remedy} ${WAITING}` };
}

function away(what: string, remedy: string): Trouble {
  return { kind: 'away', what: `The database can't be used: ${what}`, remedy };
}
