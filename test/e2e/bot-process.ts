import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { expect, onTestFinished } from 'vitest';
import { z } from 'zod';

const MAIN = fileURLToPath(new URL('../../src/main.ts', import.meta.url));

/** How long something may take at most; a test's own limit comes first. */
const PATIENCE_MILLISECONDS = 60_000;

export type Readyz = { status: number; body: { ready: boolean; missing: Record<string, string> } };

/** A process of which a test reads the output. It is gone when the test ends. */
export class WatchedProcess {
  readonly child: ChildProcess;
  /** The exit code, or the signal that ended it. */
  readonly ended: Promise<number | string | null>;
  /** Each line of both outputs, as it came. */
  readonly lines: { from: 'stdout' | 'stderr'; text: string }[] = [];
  readonly #watchers = new Set<() => void>();
  #over = false;

  constructor(child: ChildProcess) {
    this.child = child;
    this.#read('stdout');
    this.#read('stderr');
    this.ended = once(child, 'close').then(([code, signal]) => code ?? signal);
    void this.ended.then(() => {
      this.#over = true;
      this.#tell();
    });
    onTestFinished(async () => {
      if (!this.#over) child.kill('SIGKILL');
      await this.ended;
    });
  }

  /** Everything that one of the outputs held so far. */
  text(from: 'stdout' | 'stderr'): string {
    return this.lines
      .filter((line) => line.from === from)
      .map(({ text }) => `${text}\n`)
      .join('');
  }

  /** Resolves with the first line, past or to come, for which `find` gives something. */
  async until<Found>(find: (text: string) => Found | undefined | false, what: string): Promise<Found> {
    for (let place = 0; ; place += 1) {
      let line = this.lines[place];
      while (line === undefined) {
        if (this.#over) throw new Error(`The process ended without ${what}:\n${this.#all()}`);
        await new Promise<void>((resolve) => this.#watchers.add(resolve));
        line = this.lines[place];
      }
      const found = find(line.text);
      if (found !== undefined && found !== false) return found;
    }
  }

  #read(from: 'stdout' | 'stderr'): void {
    const input = this.child[from];
    if (!input) throw new TypeError(`The process's ${from} is not a pipe.`);
    createInterface({ input }).on('line', (text) => {
      this.lines.push({ from, text });
      this.#tell();
    });
  }

  #tell(): void {
    for (const watcher of this.#watchers) watcher();
    this.#watchers.clear();
  }

  #all(): string {
    return this.lines.map(({ text }) => text).join('\n');
  }
}

const LogLine = z.looseObject({ msg: z.string(), pid: z.number() });
export type LogLine = z.infer<typeof LogLine>;

/** A log line of the bot's, if the text is one. */
export function logLine(text: string): LogLine | undefined {
  try {
    return LogLine.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined;
  }
}

/** The bot as whoever runs it has it: a process of its own. */
export class BotProcess extends WatchedProcess {
  /** Resolves with the `time`th log line that has this message. */
  async log(message: string, time = 1): Promise<LogLine> {
    let times = 0;
    return await this.until((text) => {
      const line = logLine(text);
      if (line?.msg === message) times += 1;
      return times === time && line;
    }, `the log line '${message}'`);
  }

  /** Where `path` of the health server is. */
  async health(path: string): Promise<string> {
    const { address } = await this.log('serving /healthz and /readyz');
    const { port } = z.object({ port: z.number() }).parse(address);
    return `http://127.0.0.1:${port}${path}`;
  }

  async readyz(): Promise<Readyz> {
    const response = await fetch(await this.health('/readyz'));
    return { status: response.status, body: ReadyzBody.parse(await response.json()) };
  }

  /** Waits until `/readyz` answers this status, and names `missing` and nothing else as missing. */
  async untilReadyz(status: 200 | 503, missing: readonly string[] = []): Promise<void> {
    await expect
      .poll(
        async () => {
          const answer = await this.readyz();
          return { status: answer.status, missing: Object.keys(answer.body.missing) };
        },
        { timeout: PATIENCE_MILLISECONDS },
      )
      .toEqual({ status, missing });
  }
}

const ReadyzBody = z.object({ ready: z.boolean(), missing: z.record(z.string(), z.string()) });

/** Starts `src/main.ts` with these variables and nothing else, in an empty folder. */
export async function startBotProcess(variables: Record<string, string>): Promise<BotProcess> {
  const cwd = await mkdtemp(join(tmpdir(), 'fastly-user-bot-test-'));
  onTestFinished(() => rm(cwd, { recursive: true }));
  return new BotProcess(spawn(process.execPath, [MAIN], { cwd, env: variables }));
}
