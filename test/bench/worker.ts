import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';

const Ready = z.object({ ready: z.literal(true) });
const Answer = z.object({ answer: z.unknown() });

/** A process of its own that is asked to do something again and again. */
export class Worker {
  readonly child: ChildProcess;

  private constructor(child: ChildProcess) {
    this.child = child;
  }

  /** Resolves once the script has called `serve`. @param script beside this file */
  static async start(script: string, environment: Record<string, string>): Promise<Worker> {
    const file = fileURLToPath(new URL(script, import.meta.url));
    const child = fork(file, { env: environment, execArgv: ['--disable-warning=ExperimentalWarning'] });
    const worker = new Worker(child);
    await worker.#message(Ready);
    return worker;
  }

  /** @param request anything that JSON can carry */
  async ask<T>(request: unknown, answer: z.ZodType<T>): Promise<T> {
    const answered = this.#message(Answer);
    this.child.send({ request });
    return answer.parse((await answered).answer);
  }

  async stop(): Promise<void> {
    if (this.child.exitCode !== null || this.child.signalCode !== null) return;
    const exit = once(this.child, 'exit');
    this.child.disconnect();
    await exit;
  }

  async #message<T>(schema: z.ZodType<T>): Promise<T> {
    const abort = new AbortController();
    try {
      const [message] = await Promise.race([
        once(this.child, 'message', { signal: abort.signal }),
        once(this.child, 'exit', { signal: abort.signal }).then(([code]) => {
          throw new Error(`a process of the bench ended with ${String(code)}`);
        }),
      ]);
      return schema.parse(message);
    } finally {
      abort.abort();
    }
  }
}

/** In the process of a `Worker`: answers each request, until the bench is done with it. */
export function serve(answer: (request: unknown) => Promise<unknown>): void {
  process.on('message', (message) => {
    const { request } = z.object({ request: z.unknown() }).parse(message);
    void answer(request).then((answered) => process.send?.({ answer: answered }));
  });
  process.on('disconnect', () => process.exit(0));
  process.send?.({ ready: true });
}
