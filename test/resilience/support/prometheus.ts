import { execFile, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { describe, onTestFinished } from 'vitest';
import { stringify } from 'yaml';
import { z } from 'zod';
import { WatchedProcess } from '../../support/watched-process.ts';

export const ALERTS = fileURLToPath(new URL('../../../deploy/prometheus/alerts.yml', import.meta.url));

const programs = foundPrograms();

/** Prometheus and promtool, from Debian's package `prometheus`; null where they are not installed. */
function foundPrograms(): { prometheus: string; promtool: string } | null {
  const folders = (process.env.PATH ?? '').split(delimiter);
  const find = (name: string) => folders.map((folder) => join(folder, name)).find((path) => existsSync(path));
  const [prometheus, promtool] = [find('prometheus'), find('promtool')];
  if (prometheus && promtool) return { prometheus, promtool };
  const lack = 'found no prometheus and promtool on this machine';
  if (process.env.CI) throw new Error(`The alert rules cannot be tested: ${lack}. .ci/run installs them.`);
  process.stderr.write(`The tests of alert rules and dashboard are skipped: ${lack}.\n`);
  return null;
}

/** As `describe`, where Prometheus is installed. Where tests must run, its lack is an error. */
export const describeWithPrometheus = describe.skipIf(programs === null);

function program(name: 'prometheus' | 'promtool'): string {
  if (programs === null) throw new Error(`${name} is not installed`);
  return programs[name];
}

export async function newFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'fastly-user-bot-test-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true, maxRetries: 5 }));
  return folder;
}

/** What promtool says. @throws with it, when promtool finds something wrong */
export async function promtool(...words: string[]): Promise<string> {
  const { stdout } = await promisify(execFile)(program('promtool'), words).catch((error: unknown) => {
    const { stdout: told, stderr } = z.object({ stdout: z.string(), stderr: z.string() }).parse(error);
    throw new Error(`promtool ${words.join(' ')}:\n${told}${stderr}`);
  });
  return stdout;
}

const Sample = z.object({
  metric: z.record(z.string(), z.string()),
  value: z.tuple([z.number(), z.string()]),
});
const Answer = z.object({
  status: z.literal('success'),
  data: z.object({ result: z.array(Sample) }),
});
export type Sample = z.infer<typeof Sample>;

const Rules = z.object({
  data: z.object({
    groups: z.array(
      z.object({ rules: z.array(z.object({ name: z.string(), health: z.string(), state: z.string() })) }),
    ),
  }),
});

/** A Prometheus that reads targets every second, with the bot's alert rules. */
export class Prometheus {
  readonly #url: string;

  private constructor(url: string) {
    this.#url = url;
  }

  /** @param targets each `host:port` */
  static async start(targets: readonly string[]): Promise<Prometheus> {
    const folder = await newFolder();
    const file = join(folder, 'prometheus.yml');
    const configuration = {
      global: { scrape_interval: '1s', evaluation_interval: '1s' },
      rule_files: [ALERTS],
      scrape_configs: [{ job_name: 'fastly-user-bot', static_configs: [{ targets }] }],
    };
    await writeFile(file, stringify(configuration));
    await promtool('check', 'config', file);
    const watched = new WatchedProcess(
      spawn(program('prometheus'), [
        `--config.file=${file}`,
        `--storage.tsdb.path=${join(folder, 'data')}`,
        '--web.listen-address=127.0.0.1:0',
      ]),
    );
    const find = (text: string) => /msg="Listening on" address=(\S+)/.exec(text)?.[1];
    return new Prometheus(`http://${await watched.until(find, 'the address of Prometheus')}`);
  }

  /** @throws when Prometheus does not take the expression */
  async query(expression: string): Promise<Sample[]> {
    const response = await fetch(`${this.#url}/api/v1/query?${new URLSearchParams({ query: expression })}`);
    const text = await response.text();
    if (!response.ok) throw new Error(`${expression}: ${text}`);
    return Answer.parse(JSON.parse(text)).data.result;
  }

  /** The alert rules as Prometheus has them. */
  async rules(): Promise<{ name: string; health: string; state: string }[]> {
    const response = await fetch(`${this.#url}/api/v1/rules`);
    return Rules.parse(await response.json()).data.groups.flatMap(({ rules }) => rules);
  }
}
