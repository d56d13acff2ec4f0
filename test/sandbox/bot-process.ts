import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const MAIN = fileURLToPath(new URL('../../src/main.ts', import.meta.url));
const CLOCK = new URL('bot-clock.ts', import.meta.url).href;

/**
 * The bot as a process of its own, which can be killed and started again. It works in an empty folder that it keeps
 * from one start to the next, so that no `.env` of the reader's gets into it and its database outlives it.
 */
export class BotProcess {
  readonly #variables: () => { [name: string]: string };
  readonly #ended: (code: number | string | null) => void;
  readonly #listeners = new Set<() => void>();
  readonly #folder = mkdtempSync(join(tmpdir(), 'fastly-user-bot-'));
  #child: ChildProcess | null = null;
  #ahead = 0;

  /**
   * `variables` is asked at each start. `ended` is called with the exit code, or the signal, when the bot ends
   * without having been told to.
   */
  constructor(variables: () => { [name: string]: string }, ended: (code: number | string | null) => void) {
    this.#variables = variables;
    this.#ended = ended;
    process.on('exit', () => rmSync(this.#folder, { recursive: true, force: true }));
  }

  get running(): boolean {
    return this.#child !== null;
  }

  /** Calls the listener whenever it was started or has ended, until the returned function is called. */
  onChange(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Does nothing where it runs already. */
  start(): void {
    if (this.#child !== null) return;
    const child = spawn(process.execPath, ['--import', CLOCK, MAIN], {
      cwd: this.#folder,
      env: { ...this.#variables(), SANDBOX_CLOCK_AHEAD: String(this.#ahead) },
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    });
    child.stdout?.pipe(process.stderr, { end: false });
    child.stderr?.pipe(process.stderr, { end: false });
    child.once('exit', (code, signal) => {
      const told = this.#child !== child;
      if (!told) this.#child = null;
      this.#changed();
      if (!told) this.#ended(code ?? signal);
    });
    this.#child = child;
    this.#changed();
  }

  /** Has its clock run ahead of this machine's, now and after each start. */
  setClock(ahead: number): void {
    this.#ahead = ahead;
    if (this.#child?.connected) this.#child.send({ ahead });
  }

  /** Ends it at once, in the middle of whatever it does. Resolves when it is gone. */
  kill(): Promise<void> {
    return this.#end('SIGKILL');
  }

  /** Lets it finish what it does. Resolves when it is gone. */
  stop(): Promise<void> {
    return this.#end('SIGTERM');
  }

  async #end(signal: NodeJS.Signals): Promise<void> {
    const child = this.#child;
    if (child === null) return;
    this.#child = null;
    const exit = once(child, 'exit');
    child.kill(signal);
    await exit;
  }

  #changed(): void {
    for (const listener of this.#listeners) listener();
  }
}
