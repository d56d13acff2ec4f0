import { once } from 'node:events';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { onTestFinished } from 'vitest';
import { portOf } from '../stand-in.ts';

/** How PostgreSQL answers to a commit (its protocol's CommandComplete). */
const COMMITTED = 'COMMIT\0';

/** The network between a bot and what it needs, which the test can break. */
export class Wire {
  readonly #server: Server;
  readonly #ends = new Set<Socket>();
  readonly #forgotten = new Set<Socket>();
  #state: 'whole' | 'cut' | 'silent' = 'whole';
  #commitsToLose = 0;

  constructor(service: URL) {
    this.#server = createServer({ allowHalfOpen: true }, (near) => {
      if (this.#state === 'cut') return near.destroy();
      const far = connect({ host: service.hostname, port: Number(service.port), allowHalfOpen: true });
      far.on('data', (answer: Buffer) => {
        if (this.#commitsToLose === 0 || !answer.includes(COMMITTED)) return;
        this.#commitsToLose -= 1;
        near.destroy();
      });
      for (const [from, to] of [
        [near, far],
        [far, near],
      ] as const) {
        this.#ends.add(from);
        from.on('error', () => from.destroy()).on('close', () => this.#ends.delete(from) && to.destroy());
        from.pipe(to);
        if (this.#state === 'silent') from.pause();
      }
    });
  }

  /** Opens it until the test ends, and gives the port at which the service is then. */
  async open(): Promise<number> {
    this.#server.listen(0, '127.0.0.1');
    await once(this.#server, 'listening');
    onTestFinished(() => {
      this.#server.close();
      this.cut();
    });
    return portOf(this.#server.address());
  }

  /** Breaks every connection, and each new one at once. */
  cut(): void {
    this.#state = 'cut';
    for (const end of [...this.#ends, ...this.#forgotten]) end.destroy();
  }

  /** Breaks the connections over which PostgreSQL is about to say that it has committed, the next `times` times. */
  loseCommits(times: number): void {
    this.#commitsToLose = times;
  }

  /** Carries nothing any more, and breaks nothing. */
  silence(): void {
    this.#state = 'silent';
    for (const end of this.#ends) end.pause();
  }

  /** Carries nothing more over the connections there are, as a firewall that forgot them; new ones are whole. */
  forget(): void {
    for (const end of this.#ends) {
      end.unpipe().pause();
      this.#forgotten.add(end);
      this.#ends.delete(end);
    }
  }

  mend(): void {
    this.#state = 'whole';
    for (const end of this.#ends) end.resume();
  }
}

/** A wire to a database, and the URL of the database for whoever goes through it. */
export async function wireTo(databaseUrl: string): Promise<{ wire: Wire; url: string }> {
  const url = new URL(databaseUrl);
  const wire = new Wire(url);
  const through = new URL(databaseUrl);
  through.port = String(await wire.open());
  return { wire, url: through.href };
}
