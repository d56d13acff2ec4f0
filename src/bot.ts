import { setTimeout as pause } from 'node:timers/promises';
import { createApp } from './app.ts';
import type { Config } from './config/config.ts';
import { CredentialRefused } from './config/secret.ts';
import { TIMES, type Times } from './config/times.ts';
import { Directory } from './directory/directory.ts';
import { FastlyClient } from './fastly/client.ts';
import { isFastlyError } from './fastly/errors.ts';
import { TOKEN_PROBLEMS, TOKEN_REMEDY, type TokenProblem } from './fastly/token.ts';
import { type Dependency, type HealthServer, Readiness, serveHealth } from './observability/health.ts';
import { InFlight } from './observability/in-flight.ts';
import { type Logger, slackSdkLogger } from './observability/log.ts';
import { reasonOf } from './observability/reason-of.ts';
import { createStore, createStoredParts, type StoredParts } from './parts.ts';
import { createClients } from './slack/connection/clients.ts';
import { Conversations } from './slack/connection/conversations.ts';
import { readIdentity } from './slack/connection/identity.ts';
import { createIntake, type Intake } from './slack/connection/intake.ts';
import { Members } from './slack/connection/members.ts';
import { NewerBlocks, Posting } from './slack/connection/posting.ts';
import { Outbox } from './slack/replies/outbox.ts';
import type { Services } from './slack/replies/services.ts';
import { DatabaseInUse } from './store/errors.ts';
import type { Store } from './store/store.ts';

const LONGEST_PAUSE_MILLISECONDS = 15_000;

/**
 * One run of the bot. It connects to the database, Fastly and Slack, retries for as long as one of them is unreachable,
 * and takes deliveries until it is told to stop. It finishes running work before it stops.
 */
export class Bot {
  readonly #config: Config;
  readonly #log: Logger;
  readonly #readiness = new Readiness();
  readonly #inFlight = new InFlight();
  readonly #store: Store;
  readonly #storedParts: StoredParts;
  readonly #services: Services;
  readonly #stopping = new AbortController();
  #health: HealthServer | null = null;
  #intake: Intake | null = null;

  constructor(config: Config, log: Logger, times: Times = TIMES) {
    this.#config = config;
    this.#log = log;
    const fastly = new FastlyClient({
      token: config.FASTLY_API_TOKEN,
      baseUrl: config.FASTLY_API_URL,
      timeout: config.FASTLY_TIMEOUT,
      onTokenProblem: (problem) => this.#tokenHealth(problem),
      onOtherUser: (error) => log.error({ err: error }, 'Fastly answered about somebody else'),
    });
    const slack = createClients(config.SLACK_BOT_TOKEN, config.SLACK_API_URL, slackSdkLogger(log));
    this.#store = createStore(config, log);
    const parts = {
      fastly,
      directory: new Directory(fastly),
      slack,
      conversations: new Conversations(slack.quick, log),
      members: new Members(slack.quick, log),
      posting: new Posting(slack.once, new NewerBlocks(log)),
      times,
      log,
    };
    this.#storedParts = createStoredParts(config, { ...parts, store: this.#store }, (error) =>
      this.#databaseHealth(error),
    );
    this.#services = {
      ...parts,
      ...this.#storedParts.services,
      outbox: new Outbox(times),
      approvalsChannel: config.APPROVALS_CHANNEL ?? null,
    };
  }

  /**
   * Runs until `stop`.
   *
   * @throws {CredentialRefused} when Slack or Fastly rejects a token
   * @throws {DatabaseInUse} when another process owns the SQLite file
   * @throws when a port is in use
   */
  async run(): Promise<void> {
    const { HEALTH_HOST, HEALTH_PORT } = this.#config;
    this.#health = await serveHealth(this.#readiness, HEALTH_HOST, HEALTH_PORT);
    this.#sayWhoAndWhere();
    if (!this.#config.APPROVAL_REQUIRED_FOR.includes('delete')) {
      this.#log.warn("deletions need no approval: APPROVAL_REQUIRED_FOR doesn't include delete");
    }
    this.#log.info({ address: this.#health.address }, 'serving /healthz and /readyz');
    await Promise.all([this.#reachDatabase(), this.#reachFastly(), this.#serveSlack()]);
  }

  /** Two variables can be empty by mistake: an unquoted `#` starts a comment in `.env`. */
  #sayWhoAndWhere(): void {
    const { SUPERUSERS, COMMAND_CHANNELS: channels } = this.#config;
    if (SUPERUSERS.length === 0) this.#log.warn('SUPERUSERS is empty: the bot will refuse everybody');
    if (channels.length === 0) this.#log.info('commands work in all channels');
    else this.#log.info({ channels }, 'commands work in these channels only');
  }

  /** Takes no new deliveries, lets running work finish (within 10 s), and closes all connections. */
  async stop(): Promise<void> {
    this.#readiness.missing('process', 'stopping');
    this.#stopping.abort();
    const { fastly, outbox, times } = this.#services;
    const drained = Promise.race([this.#drain().then(() => true), pause(times.drain, false, { ref: false })]);
    if (!(await drained)) {
      this.#log.warn(
        { unfinished: this.#inFlight.size, answers: outbox.size },
        'stopped with unfinished work',
      );
    }
    await fastly.close();
    // If the database doesn't answer, its connections stay open until the process ends.
    await Promise.race([this.#store.close(), pause(times.close, undefined, { ref: false })]);
    await this.#health?.close();
  }

  /** Over Socket Mode, acknowledgements need the connection, so it closes last. HTTP closes first, to take no more. */
  async #drain(): Promise<void> {
    if (this.#config.delivery.mode === 'socket') await this.#inFlight.idle();
    await this.#intake?.close();
    await this.#inFlight.idle();
    await this.#services.outbox.stop();
    await this.#storedParts.worker.stop();
  }

  /** Starts the worker once the database is ready, even if Slack and Fastly are still unreachable. */
  async #reachDatabase(): Promise<void> {
    await this.#persist('database', async () => {
      await this.#store.connect();
      if (this.#store.engine.exclusive) await this.#storedParts.releaseClaims();
    });
    if (this.#stopping.signal.aborted) return;
    this.#log.info({ database: this.#config.DATABASE_URL.kind }, 'database ready');
    this.#storedParts.worker.start();
  }

  #databaseHealth(error: unknown): void {
    if (error === null) {
      if ('database' in this.#readiness.report()) this.#log.info('database available');
      this.#readiness.ready('database');
      return;
    }
    const why = reasonOf(error);
    if (this.#readiness.report().database !== why) {
      this.#log.error({ err: error }, 'database unavailable, retrying');
    }
    this.#readiness.missing('database', why);
  }

  #tokenHealth(problem: TokenProblem | null): void {
    if (problem === null) {
      this.#log.info("the Fastly token's user can change users again");
      this.#readiness.degraded('fastly-token', null);
      return;
    }
    const what = TOKEN_PROBLEMS[problem];
    this.#log.error({ problem, remedy: TOKEN_REMEDY }, what);
    this.#readiness.degraded('fastly-token', { what, remedy: TOKEN_REMEDY });
  }

  async #reachFastly(): Promise<void> {
    await this.#persist('fastly', async () => {
      try {
        const user = await this.#services.fastly.getCurrentUser();
        this.#log.info({ login: user.login, role: user.role }, 'Fastly token accepted');
      } catch (error) {
        if (!isFastlyError(error)) throw error;
        if (error.kind === 'unauthorized' || error.kind === 'forbidden') {
          throw new CredentialRefused(
            `Fastly rejected FASTLY_API_TOKEN (${error.status}). Set it to a valid token with the scope global.`,
          );
        }
        // A token without a user is reported by then, and it can still read.
        if (error.kind === 'not_found') return;
        // Fastly answers other calls: the answer to this one may have changed.
        if (error.kind !== 'unexpected_answer') throw error;
        this.#log.warn({ err: error }, "Fastly answered, but didn't say which user the token belongs to");
      }
    });
    if (!this.#stopping.signal.aborted) this.#readiness.ready('fastly');
  }

  async #serveSlack(): Promise<void> {
    const identity = await this.#persist('slack', () => readIdentity(this.#services.slack.quick));
    if (identity === null || this.#stopping.signal.aborted) return;
    const { team, teamId, missingScopes } = identity;
    this.#log.info({ team, teamId }, 'Slack token accepted');
    if (missingScopes.length > 0) {
      this.#log.warn(
        { missingScopes },
        'the Slack app is missing scopes: update it from manifest.yml and reinstall it',
      );
    }
    this.#intake = createIntake(this.#config, this.#readiness, this.#log);
    const { receiver } = this.#intake;
    createApp(this.#config, identity, receiver, this.#services, this.#inFlight, this.#stopping.signal);
    await this.#intake.open();
  }

  /**
   * Retries `attempt` until it succeeds, or until the bot stops, which gives null. Logs each failure and reports it on
   * `/readyz`.
   *
   * @throws {CredentialRefused}
   * @throws {DatabaseInUse}
   */
  async #persist<T>(dependency: Dependency, attempt: () => Promise<T>): Promise<T | null> {
    const { signal } = this.#stopping;
    for (let failures = 1; !signal.aborted; failures += 1) {
      try {
        return await attempt();
      } catch (error) {
        if (error instanceof CredentialRefused || error instanceof DatabaseInUse) throw error;
        this.#readiness.missing(dependency, reasonOf(error));
        const wait = Math.min(
          this.#services.times.firstRetry * 2 ** (failures - 1),
          LONGEST_PAUSE_MILLISECONDS,
        );
        this.#log.warn({ retryInMilliseconds: wait, err: error }, `${dependency} unreachable, retrying`);
        await pause(wait, undefined, { signal }).catch(() => {});
      }
    }
    return null;
  }
}
