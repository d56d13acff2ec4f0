import { chmod, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { checkProcess } from '../../src/checks/process.ts';
import { temporaryFolder } from '../store/both-databases.ts';

const GOOD = { node: '24.21.0', userId: 1000, extraCertificates: undefined, envFile: '/nowhere/.env' };

describe('the check of the process', () => {
  it('finds nothing to say where all is well', async () => {
    expect(await checkProcess(GOOD)).toEqual([{ mark: 'fine', what: 'This is Node 24.21.0.' }]);
  });

  it('finds a Node that is too old, and root', async () => {
    expect(await checkProcess({ ...GOOD, node: '22.9.0', userId: 0 })).toMatchObject([
      { mark: 'wrong', what: 'This is Node 22.9.0, and the bot needs Node 24 or later.' },
      { mark: 'warning', what: expect.stringContaining('root') },
    ]);
  });

  it.each([
    [0o644, true],
    [0o640, true],
    [0o600, false],
  ])('finds a .env of the mode %o that others can read: %s', async (mode, isOpen) => {
    const envFile = join(await temporaryFolder(), '.env');
    await writeFile(envFile, 'FASTLY_API_TOKEN=secret-1');
    await chmod(envFile, mode);
    const findings = await checkProcess({ ...GOOD, envFile });
    const open = { mark: 'warning', what: expect.any(String), remedy: `Run: chmod 600 ${envFile}` };
    expect(findings.slice(1)).toEqual(isOpen ? [open] : []);
  });

  it('finds certificates that Node could not read, or has not taken', async () => {
    const missing = await checkProcess({ ...GOOD, extraCertificates: '/nowhere/ca.pem' });
    expect(missing[1]).toMatchObject({ mark: 'wrong', what: expect.stringContaining("can't be read") });
    const file = join(await temporaryFolder(), 'ca.pem');
    await writeFile(file, 'no certificate');
    const [, ignored] = await checkProcess({ ...GOOD, extraCertificates: file, certificatesTaken: 0 });
    expect(ignored).toMatchObject({
      mark: 'wrong',
      what: expect.stringContaining('has taken no certificate'),
    });
    const taken = await checkProcess({ ...GOOD, extraCertificates: file, certificatesTaken: 1 });
    expect(taken[1]).toMatchObject({ mark: 'fine' });
  });
});
