import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { onTestFinished } from 'vitest';
import { z } from 'zod';
import { WatchedProcess } from '../../../support/watched-process.ts';
import { ControlClient } from '../../control/client.ts';

const MAIN = fileURLToPath(new URL('../../main.ts', import.meta.url));
const Addresses = z.object({ control: z.url(), page: z.url() });

/** `npm run sandbox` with a bot of its own, on free ports; it ends with the test. */
export async function startSandboxProcess(): Promise<{ page: string; client: ControlClient }> {
  const sandbox = new WatchedProcess(spawn(process.execPath, [MAIN, '--json', '--port', '0']));
  // Asked to stop, it takes its bot along; killed, it would leave it behind.
  onTestFinished(async () => {
    sandbox.child.kill('SIGTERM');
    await sandbox.ended;
  });
  const { control, page } = await sandbox.until(
    (text) => text.startsWith('{"slack":') && Addresses.parse(JSON.parse(text)),
    'its addresses',
  );
  return { page, client: new ControlClient(control) };
}
