import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { onTestFinished } from 'vitest';

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
