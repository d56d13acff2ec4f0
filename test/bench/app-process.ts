import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { isDeepStrictEqual } from 'node:util';
import { z } from 'zod';
import { CDN_TEAM, NORA, SUPERUSERS } from '../sandbox/cast.ts';
import { type Sandbox, startSandbox } from '../sandbox/sandbox.ts';
import { residentAfterIdle } from './resident.ts';

const OURS = fileURLToPath(new URL('../../src/main.ts', import.meta.url));
const PEER = fileURLToPath(new URL('peers/bolt-app.ts', import.meta.url));
/** With these, a process tells what its heap holds. */
export const HEAP_FLAGS = ['--expose-gc', '--import', new URL('heap.ts', import.meta.url).href];
/** With these, a process tells how often it has queried SQLite. */
export const QUERY_FLAGS = ['--import', new URL('queries.ts', import.meta.url).href];
/** With these, it does so only at its start and when something happens. */
export const QUIET_FLAGS = ['--import', new URL('quiet.ts', import.meta.url).href];
const PORT_LINE = /"port":(\d+)\}?,"msg":"taking Slack|^listening on (\d+)$/;

export type Mode = 'socket' | 'http';

/** The bot, or the Bolt app beside it, as a process of its own in front of a Slack and a Fastly of its own. */
export class AppProcess {
  readonly sandbox: Sandbox;
  readonly #child: ChildProcess;
  readonly #folder: string;
  readonly #ownsSandbox: boolean;
  /** `performance.now()` when the process was begun. */
  readonly begunAt: number;

  private constructor(
    sandbox: Sandbox,
    child: ChildProcess,
    folder: string,
    begunAt: number,
    ownsSandbox: boolean,
  ) {
    this.sandbox = sandbox;
    this.#child = child;
    this.#folder = folder;
    this.begunAt = begunAt;
    this.#ownsSandbox = ownsSandbox;
  }

  /**
   * Resolves once it takes commands.
   *
   * @param place where it works beside others; without it, in a sandbox of its own
   * @param flags of Node
   */
  static async start(
    who: 'ours' | 'peer',
    mode: Mode,
    variables: Record<string, string> = {},
    { place, flags = [] }: { place?: Sandbox; flags?: readonly string[] } = {},
  ): Promise<AppProcess> {
    const sandbox = place ?? (await startSandbox());
    const { slack, fastly } = sandbox;
    const folder = mkdtempSync(join(tmpdir(), 'fastly-user-bot-bench-'));
    const connected = mode === 'socket' ? connectedTo(sandbox) : null;
    const begunAt = performance.now();
    const child = spawn(process.execPath, [...flags, who === 'ours' ? OURS : PEER], {
      cwd: folder,
      stdio: ['ignore', 'pipe', 'inherit', ...(flags.length > 0 ? (['ipc'] as const) : [])],
      env: {
        SLACK_API_URL: slack.apiUrl,
        SLACK_BOT_TOKEN: slack.botToken,
        ...(mode === 'socket'
          ? { SLACK_APP_TOKEN: slack.appToken }
          : { SLACK_SIGNING_SECRET: slack.signingSecret, HOST: '127.0.0.1', PORT: '0' }),
        SUPERUSERS: SUPERUSERS.map(({ id }) => id).join(','),
        FASTLY_API_URL: fastly.url,
        FASTLY_API_TOKEN: fastly.token,
        HEALTH_PORT: '0',
        ...variables,
      },
    });
    const port = portIn(child);
    // Over Socket Mode nobody asks for it.
    port.catch(() => {});
    if (connected) await connected;
    else slack.setRequestUrl(`http://127.0.0.1:${await port}/slack/events`);
    return new AppProcess(sandbox, child, folder, begunAt, place === undefined);
  }

  /** Types a command. Resolves when it is acknowledged. */
  async type(text: string): Promise<void> {
    const outcome = await this.sandbox.slack.command(NORA.id, { channel: CDN_TEAM.id, text });
    if (!outcome.acknowledged) throw new Error(`'${text}' was not acknowledged: ${outcome.notice}`);
  }

  /** Resolves with the text of the latest message when there are `count` of the app's. */
  async untilAnswered(count: number): Promise<string> {
    const { slack } = this.sandbox;
    const { promise, resolve } = Promise.withResolvers<string>();
    const look = () => {
      const messages = this.#messages();
      if (messages.length >= count) resolve(messages.at(-1)?.text ?? '');
    };
    const stop = slack.onChange(look);
    look();
    return await promise.finally(stop);
  }

  /** How many messages of the app's there are. */
  get answers(): number {
    return this.#messages().length;
  }

  /** The latest message, as the app sent it. */
  get latest(): { text: string; blocks: unknown } {
    const message = this.#messages().at(-1);
    return { text: message?.text ?? '', blocks: message?.blocks };
  }

  /** Resident memory in bytes, when nothing has happened for a while. */
  async residentAfterIdle(): Promise<number> {
    return await residentAfterIdle(this.#child.pid);
  }

  /** What is left of the heap, in bytes, when all that nobody holds is collected; needs `HEAP_FLAGS`. */
  async heapUsed(): Promise<number> {
    return z.object({ heapUsed: z.number() }).parse(await this.#told()).heapUsed;
  }

  /** The statements that it has had SQLite carry out, and how often each; needs `QUERY_FLAGS`. */
  async queries(): Promise<Record<string, number>> {
    return z.object({ queries: z.record(z.string(), z.number()) }).parse(await this.#told()).queries;
  }

  async stop(): Promise<void> {
    if (this.#child.exitCode === null && this.#child.signalCode === null) {
      const exit = once(this.#child, 'exit');
      this.#child.kill('SIGKILL');
      await exit;
    }
    if (this.#ownsSandbox) await this.sandbox.close();
    rmSync(this.#folder, { recursive: true, force: true });
  }

  /** What the file that is preloaded into it tells. */
  async #told(): Promise<unknown> {
    const answered = once(this.#child, 'message');
    this.#child.send('tell');
    const [message] = await answered;
    return message;
  }

  #messages() {
    const { channels } = this.sandbox.slack.sees(NORA.id);
    return (
      channels.find(({ id }) => id === CDN_TEAM.id)?.messages.filter(({ author }) => author !== NORA.id) ?? []
    );
  }
}

/**
 * What the bot answers a command with, for `ANSWER` of the Bolt app. A peer that did less work would be none, so it is
 * compared here with what the Bolt app answers then.
 */
export async function answerOf(command: string, mode: Mode): Promise<string> {
  const ours = await answered('ours', command, mode);
  const answer = JSON.stringify(ours);
  const theirs = await answered('peer', command, mode, { ANSWER: answer });
  if (!isDeepStrictEqual(theirs, ours))
    throw new Error(`the Bolt app answers '${command}' with another message`);
  return answer;
}

async function answered(
  who: 'ours' | 'peer',
  command: string,
  mode: Mode,
  variables: Record<string, string> = {},
): Promise<AppProcess['latest']> {
  const app = await AppProcess.start(who, mode, variables);
  try {
    await app.type(command);
    await app.untilAnswered(1);
    return app.latest;
  } finally {
    await app.stop();
  }
}

/** Resolves when there is one connection more. */
async function connectedTo({ slack }: Sandbox): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const before = slack.connections();
  const stop = slack.onChange(() => {
    if (slack.connections() > before) resolve();
  });
  await promise.finally(stop);
}

/** Resolves with the port that the process says it listens on. */
function portIn(child: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    let said = '';
    child.stdout?.setEncoding('utf8').on('data', (text: string) => {
      said = `${said}${text}`.slice(-20_000);
      for (const line of said.split('\n')) {
        const found = PORT_LINE.exec(line);
        if (found) resolve(found[1] ?? found[2] ?? '');
      }
    });
    child.once('exit', (code) => reject(new Error(`a process of the bench ended with ${code}:\n${said}`)));
  });
}
