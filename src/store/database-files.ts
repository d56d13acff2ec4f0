import { type BigIntStats, lstatSync, readlinkSync, realpathSync, statSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import type { AuditHead } from '../ids.ts';

/** A file of the SQLite database is no longer the one that was opened, or no longer whole. */
export class DatabaseGone extends Error {
  constructor(path: string, what = 'deleted, moved or replaced') {
    super(`${path} was ${what}`);
    this.name = 'DatabaseGone';
  }
}

/** Another program has written to the SQLite file, and what the bot has recorded is not in it any more. */
export class DatabaseOverwritten extends Error {
  constructor(path: string) {
    super(`${path} was overwritten by another program`);
    this.name = 'DatabaseOverwritten';
  }
}

/** The newest entry of the audit log; null where there is none, or it can't be read. */
export type NewestEntries = {
  /** In the file alone, without its write-ahead log. */
  inFile(): AuditHead | null;
  /** To somebody who opens the file now, with its write-ahead log. */
  afresh(): AuditHead | null;
  inDatabase(): AuditHead | null;
};

/**
 * Tells whether a SQLite database is still where it was opened. An open file can be written to after it was deleted or
 * moved, and nothing of that would be there at the next start.
 */
export class DatabaseFiles {
  #opened: readonly Seen[] = [];
  #newest: NewestEntries = { inFile: () => null, afresh: () => null, inDatabase: () => null };
  /** When the file was last written to, as far as is known, in nanoseconds, and its newest entry then. */
  #written: { at: bigint | undefined; newest: AuditHead | null } = { at: undefined, newest: null };

  /** What is watched; empty before the database was opened. */
  get paths(): string[] {
    return this.#opened.map(({ path }) => path);
  }

  /** Takes these files, as they are now, for those of the open database. The first is the database itself. */
  remember(paths: readonly string[], newest: NewestEntries): void {
    this.#opened = paths.map((path) => ({ path, ...lookAt(path) }));
    this.#newest = newest;
    this.#written = { at: undefined, newest: null };
    this.wrote();
  }

  /** This process may have written to the database. */
  wrote(): void {
    const [file] = this.#opened;
    if (!file) return;
    const { identity, writtenAt: at } = lookAt(file.path);
    // What stands in the place of a file that was moved says nothing about it.
    if (identity !== file.identity || at === this.#written.at) return;
    this.#written = { at, newest: this.#newest.inFile() ?? this.#written.newest };
  }

  /**
   * @throws {DatabaseGone} when one of them is missing or another file, until it is back; and when one has become shorter,
   * which the bot never makes it, and SQLite does not notice
   * @throws {DatabaseOverwritten} when a copy was put into the same file
   */
  check(): void {
    for (const file of this.#opened) {
      const { identity, size, writtenAt } = lookAt(file.path);
      if (identity !== file.identity) throw new DatabaseGone(file.path);
      if (size < file.size) throw new DatabaseGone(file.path, 'cut short');
      file.size = size;
      if (file === this.#opened[0] && writtenAt !== this.#written.at) this.#mustBeWhole(file.path, writtenAt);
    }
  }

  /**
   * Another program may move what was recorded from the write-ahead log into the database, whole or in part. That is as
   * good, and never takes the file back.
   */
  #mustBeWhole(path: string, at: bigint | undefined): void {
    const newest = this.#newest.inFile();
    const recorded = this.#newest.inDatabase();
    const before = this.#written.newest;
    const wentBack = newest !== null && before !== null && newest.seq < before.seq;
    const isThere = isSame(newest, recorded) || isSame(this.#newest.afresh(), recorded);
    if (wentBack || !isThere) throw new DatabaseOverwritten(path);
    this.#written = { at, newest: newest ?? before };
  }
}

function isSame(one: AuditHead | null, other: AuditHead | null): boolean {
  return one?.seq === other?.seq && one?.hash === other?.hash;
}

/** `identity`: device and inode. `size` in bytes. `writtenAt` in nanoseconds. */
type Look = { identity: string | null; size: bigint; writtenAt?: bigint };
type Seen = Look & { path: string };

/** The identity is null for a file that is not there, or cannot be looked at. */
function lookAt(path: string): Look {
  let found: BigIntStats | undefined;
  try {
    found = statSync(path, { bigint: true, throwIfNoEntry: false });
  } catch {
    // Its folder may not be looked into, or is none any more.
  }
  return found
    ? { identity: `${found.dev}:${found.ino}`, size: found.size, writtenAt: found.mtimeNs }
    : { identity: null, size: 0n };
}

/** The path without links, also of a file that is not there. */
export function realPathOf(path: string): string {
  // Links in a circle are an error here.
  if (statSync(path, { throwIfNoEntry: false })) return realpathSync(path);
  const isLink = lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink();
  return isLink
    ? realPathOf(resolve(dirname(path), readlinkSync(path)))
    : join(realpathSync(dirname(path)), basename(path));
}
