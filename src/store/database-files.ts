import { type BigIntStats, lstatSync, readlinkSync, realpathSync, statSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';

/** A file of the SQLite database is no longer the one that was opened. */
export class DatabaseGone extends Error {
  constructor(path: string) {
    super(`${path} was deleted, moved or replaced`);
    this.name = 'DatabaseGone';
  }
}

/**
 * Tells whether a SQLite database is still where it was opened. An open file can be written to after it was deleted or
 * moved, and nothing of that would be there at the next start.
 */
export class DatabaseFiles {
  #opened: readonly { path: string; identity: string | null }[] = [];

  /** What is watched; empty before the database was opened. */
  get paths(): string[] {
    return this.#opened.map(({ path }) => path);
  }

  /** Takes these files, as they are now, for those of the open database. */
  remember(paths: readonly string[]): void {
    this.#opened = paths.map((path) => ({ path, identity: identityOf(path) }));
  }

  /** @throws {DatabaseGone} when one of them is missing or another file. When it is back, all is well again. */
  check(): void {
    for (const { path, identity } of this.#opened) {
      if (identityOf(path) !== identity) throw new DatabaseGone(path);
    }
  }
}

/** Device and inode; null for a file that is not there, or cannot be looked at. */
function identityOf(path: string): string | null {
  let found: BigIntStats | undefined;
  try {
    found = statSync(path, { bigint: true, throwIfNoEntry: false });
  } catch {
    // Its folder may not be looked into, or is none any more.
  }
  return found ? `${found.dev}:${found.ino}` : null;
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
