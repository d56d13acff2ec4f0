import { existsSync, readFileSync, statSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { isBusy, lockFileOf } from './sqlite.ts';

/** `pid`: null where the system does not tell it, as of a process in another container. */
export type Owner = { pid: number | null };

export function ownerOf(path: string): Owner | null {
  return isOwned(path) ? { pid: lockHolder(lockFileOf(path)) } : null;
}

/**
 * Whether a process owns the database; this one counts. Files with locks of SQLite's are only opened by SQLite: whoever
 * else closes one in the process that owns it ends its lock.
 *
 * @see https://www.sqlite.org/howtocorrupt.html (2.2)
 */
function isOwned(path: string): boolean {
  const lock = lockFileOf(path);
  if (!existsSync(lock)) return false;
  const reader = new DatabaseSync(lock, { readOnly: true, timeout: 0 });
  try {
    reader.exec('select count(*) from sqlite_schema');
    return false;
  } catch (error) {
    if (isBusy(error)) return true;
    throw error;
  } finally {
    reader.close();
  }
}

/** Lines such as `1: POSIX  ADVISORY  WRITE 5139 fe:00:2148805 1073741824 1073742335`, see proc_locks(5). */
const HELD = /^\d+: POSIX +\w+ +WRITE (?<pid>\d+) (?<file>\S+) /gm;

/** By Linux's own list, so that a process that crashed is never named. */
function lockHolder(lock: string): number | null {
  try {
    const { dev, ino } = statSync(lock, { bigint: true });
    const file = `${hex(major(dev))}:${hex(minor(dev))}:${ino}`;
    for (const { groups } of readFileSync('/proc/locks', 'utf8').matchAll(HELD)) {
      if (groups?.file === file) return Number(groups.pid) || null;
    }
  } catch {
    // Other systems have no such list.
  }
  return null;
}

/** As glibc's gnu_dev_major and gnu_dev_minor. */
const major = (dev: bigint) => ((dev >> 8n) & 0xfffn) | ((dev >> 32n) & 0xfffff000n);
const minor = (dev: bigint) => (dev & 0xffn) | ((dev >> 12n) & 0xffffff00n);
const hex = (number: bigint) => number.toString(16).padStart(2, '0');
