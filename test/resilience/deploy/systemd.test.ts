import { spawn } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { read } from '../../deploy/dockerfile.ts';
import { WatchedProcess } from '../../support/watched-process.ts';
import { isMissing } from './programs.ts';

/** On systemd's scale from 0 (nothing is open to the service) to 10; `OK` ends at 5. In tenths. */
const MOST_EXPOSED = 15;

/** Runs a subcommand of systemd-analyze on the unit, with the Node of this process. */
async function analyze(...words: string[]) {
  const folder = await mkdtemp(join(tmpdir(), 'systemd-test-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  const unit = join(folder, 'fastly-user-bot.service');
  await writeFile(
    unit,
    read('deploy/systemd/fastly-user-bot.service').replace('/usr/bin/node', process.execPath),
  );
  const child = new WatchedProcess(spawn('systemd-analyze', [...words, unit]));
  return { code: await child.ended, stdout: child.text('stdout'), stderr: child.text('stderr') };
}

describe.skipIf(isMissing('systemd-analyze'))('the systemd unit', () => {
  it('has no setting that systemd does not know', async () => {
    expect(await analyze('verify')).toEqual({ code: 0, stdout: '', stderr: '' });
  });

  it('leaves little of the machine open to the bot', async () => {
    const { code, stdout } = await analyze('security', '--offline=yes', `--threshold=${MOST_EXPOSED}`);
    expect(code, stdout).toBe(0);
  });
});
