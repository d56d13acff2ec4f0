import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { VARIABLES } from '../../../src/config/variables.ts';
import { DOCKERFILE, IMAGE, only } from '../../deploy/dockerfile.ts';
import { deploymentOf } from '../../deploy/kubernetes.ts';
import { messageWith } from '../../e2e/support/seeing.ts';
import { environmentFor } from '../../e2e/support/workplace.ts';
import { CDN_TEAM, NORA } from '../../sandbox/cast.ts';
import { NORA_USER } from '../../sandbox/fastly/people.ts';
import { startSandbox } from '../../sandbox/sandbox.ts';
import { WatchedProcess } from '../../support/watched-process.ts';
import { BotProcess } from '../support/bot-process.ts';
import { Image } from './image.ts';

/** What the bot must not be able to change, from the folder that it works in. */
const READ_ONLY = [
  'file',
  'src/file',
  'src/main.ts',
  'package.json',
  'node_modules/file',
  'compile-cache/file',
  '../file',
];

/** Tries to write to the volume and to each of these, and prints what came of it, a line each. */
const WRITE_EVERYWHERE = `
  for (const path of ${JSON.stringify(['data/file', ...READ_ONLY])}) {
    try { fs.writeFileSync(path, ''); console.log('written'); } catch ({ code }) { console.log(code); }
  }`;

/** Has Node say on stdout what it finds in its compile cache while it loads the bot, which ends for want of variables. */
const LOAD_ALL = [
  ...['env', 'NODE_DEBUG_NATIVE=COMPILE_CACHE', 'node', '--import', './src/bot.ts'],
  ...['--import', './src/checks/at-start.ts', 'src/main.ts'],
];

/** The variables, with each secret in a file that only the image's user can read. */
async function withSecretFiles(image: Image, variables: Record<string, string>) {
  const folder = await mkdtemp(join(tmpdir(), 'secrets-test-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  await chmod(folder, 0o755);
  const secrets = VARIABLES.filter(({ secret }) => secret).map(({ name }) => name);
  const set = Object.entries(variables).map(async ([name, value]) => {
    if (!secrets.includes(name)) return [name, value];
    const path = join(folder, name);
    await writeFile(path, `${value}\n`);
    await image.give(path);
    return [`${name}_FILE`, path];
  });
  return Object.fromEntries(await Promise.all(set));
}

it("the Dockerfile's steps make a bot that answers, writes to its volume alone, and ends with 0 on SIGTERM", async () => {
  const image = await Image.build(DOCKERFILE);
  const sandbox = await startSandbox();
  onTestFinished(() => sandbox.close());
  const { DATABASE_URL: _, ...variables } = environmentFor(sandbox, 'socket');
  const bot = new BotProcess(image.start(await withSecretFiles(image, variables)));
  await bot.untilReadyz(200);

  await sandbox.client.as(NORA).command(`get ${NORA_USER.id}`);
  await sandbox.client.as(NORA).until((sees) => messageWith(sees, CDN_TEAM, NORA_USER.id), 'the card');

  const port = new URL(await bot.health('/')).port;
  const healthy = async (HEALTH_PORT: string) =>
    await new WatchedProcess(image.checkHealth({ HEALTH_PORT })).ended;
  expect(await healthy(port)).toBe(0);
  const { readinessProbe, livenessProbe } = deploymentOf('postgres').container;
  for (const { httpGet } of [readinessProbe, livenessProbe]) {
    expect((await fetch(await bot.health(httpGet.path))).status).toBe(200);
  }

  // Node has no shell or npm in front of it, or the signal would not reach it.
  expect((await bot.log('connected to Slack')).pid).toBe(bot.child.pid);
  bot.child.kill('SIGTERM');
  expect(await bot.ended).toBe(0);
  expect(bot.text('stderr')).toBe('');
  expect(await healthy(port)).toBe(1);
  expect(await image.filesIn(only(IMAGE, 'VOLUME').rest)).toContain('bot.db');

  const tried = new WatchedProcess(image.exec(['node', '-e', WRITE_EVERYWHERE]));
  expect(await tried.ended).toBe(0);
  expect(tried.text('stdout').split('\n').slice(0, -1)).toEqual([
    'written',
    ...READ_ONLY.map(() => 'EACCES'),
  ]);
  const packages = await image.filesIn('/app/node_modules');
  expect(packages).toContain('@slack');
  expect(packages.filter((name) => ['node', 'typescript', 'vitest'].includes(name))).toEqual([]);

  const loaded = new WatchedProcess(image.exec(LOAD_ALL));
  expect(await loaded.ended).toBe(78);
  const stripped = `${loaded.text('stdout')}${loaded.text('stderr')}`
    .split('\n')
    .filter((line) => line.includes('retrieving transpile cache'));
  expect(stripped.filter((line) => line.includes('/src/bot.ts'))).toHaveLength(1);
  // Node writes from several threads: one line may stand within another.
  expect(stripped.filter((line) => !/\.\.\.(?:success$|\[compile cache\])/.test(line))).toEqual([]);
  const [folder = ''] = await image.filesIn('/app/compile-cache');
  expect((await image.filesIn(`/app/compile-cache/${folder}`)).length).toBeGreaterThan(0);
  const others = new WatchedProcess(
    image.exec(['find', 'compile-cache', '(', '-writable', '-o', '!', '-readable', ')']),
  );
  expect(await others.ended).toBe(0);
  expect(others.text('stdout')).toBe('');
});
