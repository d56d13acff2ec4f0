import { type BigIntStats, lstatSync, readlinkSync, realpathSync, statSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';

/** A file of the SQLite database is no longer the one that was opened, or no longer whole. */
export class DatabaseGone extends Error {
  constructor(path: string, what = 'deleted, moved or replaced') {
    super(`${path} was ${what}`);
    this.name = 'DatabaseGone';
  }
}

/**
 * Tells whether a SQLite database is still where it was opened. An open file can be written to after it was deleted or
 * moved, and nothing of that would be there at the next start.
 */
export class DatabaseFiles {
  #opened: readonly Seen[] = [];

  /** What is watched; empty before the database was opened. */
  get paths(): string[] {
    return this.#opened.map(({ path }) => path);
  }

  /** Takes these files, as they are now, for those of the open database. */
  remember(paths: readonly string[]): void {
    this.#opened = paths.map((path) => ({ path, ...lookAt(path) }));
  }

  /**
   * @throws {DatabaseGone} when one of them is missing or another file, until it is back; and when one has become shorter,
   * which the bot never makes it, and SQLite does not notice
   */
  check(): void {
    for (const file of this.#opened) {
      const { identity, size } = lookAt(file.path);
      if (identity !== file.identity) throw new DatabaseGone(file.path);
      if (size < file.size) throw new DatabaseGone(file.path, 'cut short');
      file.size = size;
    }
  }
}

/** `identity`: device and inode. `size` in bytes. */
type Seen = { path: string; identity: string | null; size: bigint };

/** The identity is null for a file that is not there, or cannot be looked at. */
function lookAt(path: string): Omit<Seen, 'path'> {
  let found: BigIntStats | undefined;
  try {
    found = statSync(path, { bigint: true, throwIfNoEntry: false });
  } catch {
    // Its folder may not be looked into, or is none any more.
  }
  return found ? { identity: `${found.dev}:${found.ino}`, size: found.size } : { identity: null, size: 0n };
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
