import { execFile, spawn } from 'node:child_process';
import { chmod, cp, mkdir, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, delimiter, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { onTestFinished } from 'vitest';
import { execForm, healthCheckCommand, type Instruction, only, type Stage } from '../../deploy/dockerfile.ts';

const ROOT = fileURLToPath(new URL('../../..', import.meta.url));
const run = promisify(execFile);
const isRoot = process.getuid?.() === 0;

/**
 * What the steps of a Dockerfile make, in a folder that stands for the image's root. Node is this process's own, npm is the
 * machine's, and packages come from npm's cache, which the project's install has filled. Commands run in that folder
 * without being shut in it, so none may name an absolute path. Someone who isn't root stands for the image's user.
 */
export class Image {
  readonly #stage: Stage;
  readonly #root: string;
  readonly #workdir: string;
  readonly #user: { uid: number; gid: number };

  private constructor(stage: Stage, root: string) {
    this.#stage = stage;
    this.#root = root;
    this.#workdir = join(root, only(stage, 'WORKDIR').rest);
    this.#user = userOf(stage);
  }

  /** Runs every stage in turn. The result is the last one, in which only its volume can be written to. */
  static async build(stages: readonly Stage[]): Promise<Image> {
    const folder = await mkdtemp(join(tmpdir(), 'image-test-'));
    onTestFinished(async () => {
      await run('chmod', ['-R', 'u+w', folder]);
      await rm(folder, { recursive: true });
    });
    await chmod(folder, 0o755);
    for (const stage of stages) await runStage(stage, folder);
    const last = stages.at(-1);
    if (last === undefined) throw new Error('there is no stage');
    const root = join(folder, last.name);
    await run('chmod', ['-R', 'a-w', root]);
    await run('chmod', ['u+w', join(root, only(last, 'VOLUME').rest)]);
    return new Image(last, root);
  }

  /** The names of the files in a folder of the image. */
  async filesIn(path: string): Promise<string[]> {
    return await readdir(join(this.#root, path));
  }

  /** What `CMD` starts, as the image's user, with the image's variables and these. */
  start(variables: Record<string, string>) {
    return this.#spawn(execForm(only(this.#stage, 'CMD').rest), variables);
  }

  /** What `HEALTHCHECK` starts, in the same way. */
  checkHealth(variables: Record<string, string>) {
    return this.#spawn(healthCheckCommand(this.#stage), variables);
  }

  /** Any command, in the same way. */
  exec(command: readonly string[]) {
    return this.#spawn(command, {});
  }

  /** Hands a file to the image's user alone. */
  async give(path: string): Promise<void> {
    await chmod(path, 0o400);
    if (isRoot) await run('chown', [`${this.#user.uid}:${this.#user.gid}`, path]);
  }

  #spawn(command: readonly string[], variables: Record<string, string>) {
    const { uid, gid } = this.#user;
    const as = isRoot
      ? ['setpriv', `--reuid=${uid}`, `--regid=${gid}`, '--clear-groups', '--no-new-privs']
      : [];
    const [program = '', ...words] = [...as, ...command];
    const env = { ...environmentOf(this.#stage), PATH: pathIn(this.#root), ...variables };
    return spawn(program, words, { cwd: this.#workdir, env });
  }
}

async function runStage(stage: Stage, folder: string): Promise<void> {
  const root = join(folder, stage.name);
  if (!/^node:/.test(stage.base)) throw new Error(`${stage.base} is no image of Node's`);
  const programs = join(root, 'usr/local/bin');
  await mkdir(programs, { recursive: true });
  await cp(process.execPath, join(programs, 'node'));
  let workdir = root;
  for (const instruction of stage.instructions) {
    if (instruction.keyword === 'WORKDIR') {
      workdir = join(root, instruction.rest);
      await mkdir(workdir, { recursive: true });
    } else if (instruction.keyword === 'COPY') await copy(instruction, folder, workdir);
    else if (instruction.keyword === 'RUN') await runStep(instruction, stage, root, workdir);
    else if (!SAID_OF_THE_IMAGE.includes(instruction.keyword))
      throw new Error(`${instruction.keyword} is not known here`);
  }
}

/** What takes effect when the image is run. */
const SAID_OF_THE_IMAGE = ['CMD', 'ENV', 'EXPOSE', 'HEALTHCHECK', 'USER', 'VOLUME'];

/** `COPY [--from=STAGE] SOURCE… TARGET`. A folder's content goes to the target, files go into one that ends with a slash. */
async function copy({ flags: { from, ...others }, rest }: Instruction, folder: string, workdir: string) {
  if (Object.keys(others).length > 0) throw new Error(`COPY has flags that are not known here: ${rest}`);
  const names = rest.split(/\s+/);
  const target = names.pop() ?? '';
  for (const name of names) {
    const source = from === undefined ? join(ROOT, name) : join(folder, from, name);
    const into = target.endsWith('/') ? join(target, basename(name)) : target;
    await cp(source, resolve(workdir, into), { recursive: true, verbatimSymlinks: true });
  }
}

async function runStep({ rest }: Instruction, stage: Stage, root: string, workdir: string): Promise<void> {
  if (/(^|\s)\//.test(rest))
    throw new Error(`RUN names an absolute path, which is this machine's own here: ${rest}`);
  const { uid, gid } = userOf(stage);
  const command = isRoot ? rest : withoutRoot(rest, uid, gid);
  const env = { ...process.env, ...environmentOf(stage), PATH: pathIn(root), npm_config_offline: 'true' };
  await run('sh', ['-c', command], { cwd: workdir, env });
}

/** What only root may do is left out: files belong to whoever runs the test. */
function withoutRoot(command: string, uid: number, gid: number): string {
  return command
    .replaceAll(`-o ${uid} -g ${gid}`, '')
    .replaceAll(`setpriv --reuid=${uid} --regid=${gid} --clear-groups`, '')
    .replaceAll(/chown -R root:root \S+ &&/g, '');
}

/** The image's programs, in front of this machine's. */
function pathIn(root: string): string {
  return [join(root, 'usr/local/bin'), process.env.PATH].join(delimiter);
}

function environmentOf({ instructions }: Stage): Record<string, string> {
  const set = instructions.filter(({ keyword }) => keyword === 'ENV');
  return Object.fromEntries(
    set.flatMap(({ rest }) =>
      [...rest.matchAll(/(\w+)=(\S+)/g)].map(([, name = '', value = '']) => [name, value]),
    ),
  );
}

function userOf({ instructions }: Stage): { uid: number; gid: number } {
  const [uid = 0, gid = 0] =
    instructions
      .find(({ keyword }) => keyword === 'USER')
      ?.rest.split(':')
      .map(Number) ?? [];
  return { uid, gid };
}
