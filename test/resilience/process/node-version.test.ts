import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { WatchedProcess } from '../../support/watched-process.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const { engines } = z
  .object({ engines: z.object({ node: z.string().regex(/^>=\d+$/) }) })
  .parse(JSON.parse(readFileSync(new URL('../../../package.json', import.meta.url), 'utf8')));
const NEEDED = Number(engines.node.slice('>='.length));

/** Runs an npm script to its end, on a Node that says it is this version. */
async function runScript(script: string, version: string) {
  const pretence = `Object.defineProperty(process, 'versions', { value: { ...process.versions, node: '${version}' } })`;
  const env = {
    ...process.env,
    NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(pretence)}`,
    // Keeps the bot from starting with a developer's own .env.
    LOG_LEVEL: 'none-of-them',
  };
  const words = ['run', '-s', script, '--', '--help'];
  const child = new WatchedProcess(spawn('npm', words, { cwd: ROOT, env }));
  return { code: await child.ended, stdout: child.text('stdout'), stderr: child.text('stderr') };
}

describe.each([
  { script: 'start', says: 'LOG_LEVEL' },
  { script: 'audit', says: 'npm run audit' },
  { script: 'manifest', says: 'npm run manifest' },
  { script: 'sandbox', says: 'npm run sandbox' },
])('npm run $script', ({ script, says }) => {
  it.each(['20.20.2', `${NEEDED - 1}.11.0`])('says in one line that Node %s is too old', async (version) => {
    const { code, stdout, stderr } = await runScript(script, version);
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toBe(
      `The bot needs Node ${NEEDED} or later, and this is Node ${version}. Run \`npm ci\` without --omit=dev to install it for this project, or get it from https://nodejs.org.\n`,
    );
  });

  it('runs on the Node that package.json asks for', async () => {
    const { stdout, stderr } = await runScript(script, `${NEEDED}.0.0`);
    expect(stdout + stderr).toContain(says);
    expect(stderr).not.toContain('The bot needs Node');
  });
});
