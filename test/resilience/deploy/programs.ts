import { delimiter, join } from 'node:path';
import { isProgram } from '../../support/is-program.ts';

/** Where Debian puts programs that only root needs, which others may run too. */
const FOLDERS = [...(process.env.PATH ?? '').split(delimiter), '/usr/sbin'];

/** Whether this machine lacks a program. Where tests must run, that is an error: `.ci/run` installs it. */
export function isMissing(program: string): boolean {
  const found = FOLDERS.some((folder) => isProgram(join(folder, program)));
  if (!found && process.env.CI) throw new Error(`${program} is not on this machine. .ci/run installs it.`);
  return !found;
}
