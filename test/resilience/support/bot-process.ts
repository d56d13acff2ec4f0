import { spawn } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, onTestFinished } from 'vitest';
import { z } from 'zod';
import { WatchedProcess } from '../../support/watched-process.ts';

const MAIN = fileURLToPath(new URL('../../../src/main.ts', import.meta.url));

/** How long something may take at most; a test's own limit comes first. */
const PATIENCE_MILLISECONDS = 60_000;

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

/** What it said last before it ended. */
export function fatalLines(bot: BotProcess): string[] {
  const lines = bot.lines.map(({ text }) => logLine(text));
  return lines.flatMap((line) => (line?.level === 60 ? [line.msg] : []));
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

const ReadyzBody = z.object({
  ready: z.boolean(),
  missing: z.record(z.string(), z.string()),
  degraded: z.array(z.object({ what: z.string(), since: z.iso.datetime(), remedy: z.string() })),
});
export type Readyz = { status: number; body: z.infer<typeof ReadyzBody> };

/** Starts `main.ts` with these variables and nothing else, in a folder with at most a `.env` of this text. */
export async function startBotProcess(
  variables: Record<string, string>,
  dotenv: string | null = null,
  main = MAIN,
): Promise<BotProcess> {
  const cwd = await mkdtemp(join(tmpdir(), 'fastly-user-bot-test-'));
  onTestFinished(() => rm(cwd, { recursive: true }));
  if (dotenv !== null) await writeFile(join(cwd, '.env'), dotenv);
  return new BotProcess(spawn(process.execPath, [main], { cwd, env: variables }));
}
