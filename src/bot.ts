import { setTimeout as pause } from 'node:timers/promises';
import { createApp } from './app.ts';
import type { Config } from './config/config.ts';
import { doubts } from './config/fit.ts';
import { databaseText, inForce, inForceText } from './config/in-force.ts';
import { problemText } from './config/problem.ts';
import { TIMES, type Times } from './config/times.ts';
import { readHolder } from './fastly/holder.ts';
import { type Dependency, type HealthServer, serveHealth } from './observability/health.ts';
import { InFlight } from './observability/in-flight.ts';
import type { Logger } from './observability/log.ts';
import { within } from './observability/within.ts';
import { createParts } from './parts.ts';
import { type Identity, readIdentity } from './slack/connection/identity.ts';
import { createIntake, type Intake } from './slack/connection/intake.ts';
import { mustHaveEntry } from './store/audit-head.ts';
import type { DatabaseUnusable } from './store/errors.ts';
import { followInBackground } from './worker/background.ts';
import { untilReached } from './worker/until-reached.ts';

/**
 * One run of the bot. It connects to the database, Fastly and Slack, retries for as long as one of them is unreachable,
 * and takes deliveries until it is told to stop. It finishes running work before it stops.
 */
export class Bot {
  readonly #config: Config;
  readonly #log: Logger;
  readonly #times: Times;
  readonly #parts: ReturnType<typeof createParts>;
  readonly #inFlight = new InFlight();
  readonly #stopping = new AbortController();
  readonly #stopped = Promise.withResolvers<void>();
  /** Fastly has answered once, or could not. */
  readonly #fastlyTried = Promise.withResolvers<void>();
  readonly #databaseReached = Promise.withResolvers<void>();
  /** Slack has refused the token at the start, and roles are to end. */
  #staysRefused = false;
  #background: Promise<void> = Promise.resolve();
  #failure: DatabaseUnusable | null = null;
  #end: Promise<void> | null = null;
  #health: HealthServer | null = null;
  #intake: Intake | null = null;

  constructor(config: Config, log: Logger, times: Times = TIMES) {
    this.#config = config;
    this.#log = log;
    this.#times = times;
    this.#parts = createParts(config, log, times, {
      onAccount: (account) => this.#accountKnown(account),
      onGivenUp: (error) => this.#giveUp(error),
      stopping: this.#stopping.signal,
    });
  }

  /**
   * Runs until `stop`.
   *
   * @throws {CredentialRefused} when Slack or Fastly rejects a token
   * @throws {DatabaseUnusable} when the database can never be used as configured, or its file stays away
   * @throws {WrongDatabase} when it belongs to another Slack workspace or Fastly account, or lacks `AUDIT_HEAD`
   * @throws {FatalError} when a port is in use
   */
  async run(): Promise<void> {
    const { HEALTH_HOST, HEALTH_PORT } = this.#config;
    this.#health = await serveHealth({ ...this.#parts, log: this.#log }, HEALTH_HOST, HEALTH_PORT);
    this.#sayDoubts();
    this.#log.info({ address: this.#health.address }, 'serving /healthz and /readyz');
    await Promise.all([
      this.#reachDatabase(),
      this.#reachFastly(),
      this.#serveSlack(),
      this.#stopped.promise,
    ]);
  }

  #sayDoubts(): void {
    for (const doubt of doubts(this.#config)) {
      const useless = doubt.name === 'SUPERUSERS';
      if (useless) this.#parts.readiness.degraded(doubt.name, doubt);
      this.#log[useless ? 'error' : 'warn']({ variable: doubt.name }, problemText(doubt));
    }
  }

  /**
   * Takes no new deliveries, lets running work finish (within 10 s), and closes all connections. Over HTTP, `/readyz` says
   * so 5 s before, as load balancers need a while to notice. A second call waits for the first one's end.
   *
   * @throws {DatabaseUnusable} for which the bot was already stopping
   */
  async stop(): Promise<void> {
    this.#end ??= this.#stopInOrder();
    await this.#end;
    if (this.#failure !== null) throw this.#failure;
    this.#stopped.resolve();
  }

  async #stopInOrder(): Promise<void> {
    const { readiness, liveness, network, store, auditHeads, services } = this.#parts;
    const { stillTaking, drain, close } = this.#times;
    readiness.missing('process', 'stopping');
    if (this.#config.delivery.mode === 'http' && this.#intake !== null) await pause(stillTaking);
    this.#stopping.abort();
    const drained = this.#drain().then(() => true);
    if (!(await within(drained, drain))) {
      const unfinished = { unfinished: this.#inFlight.size, answers: services.outbox.size };
      this.#log.warn(unfinished, 'stopped with unfinished work');
    }
    await network.close();
    // So that a copy of the end of the audit log exists outside the database.
    const logged = auditHeads.logNow().catch(() => {});
    await within(logged, close);
    // If the database doesn't answer, its connections stay open until the process ends.
    await within(store.close(), close);
    await this.#health?.close();
    liveness.close();
  }

  /** Stops, and has `run` throw the error. */
  #giveUp(error: DatabaseUnusable): void {
    if (this.#end !== null) return;
    this.#log.error({ why: error.message }, 'stopping');
    this.#failure = error;
    this.stop().catch(this.#stopped.reject);
  }

  /** Over Socket Mode, acknowledgements need the connection, so it closes last. HTTP closes first, to take no more. */
  async #drain(): Promise<void> {
    if (this.#config.delivery.mode === 'socket') await this.#inFlight.idle();
    await this.#intake?.close();
    await this.#inFlight.idle();
    await this.#parts.services.outbox.stop();
    await this.#parts.worker.stop();
    await this.#background;
  }

  /** Starts the worker once the database is ready, even if Slack and Fastly are still unreachable. */
  async #reachDatabase(): Promise<void> {
    const { store, worker, readiness, releaseClaims } = this.#parts;
    const database = databaseText(this.#config.DATABASE_URL);
    await this.#reach('database', async () => {
      if (await store.connect()) {
        const what = `A new, empty database was created: ${database}`;
        const remedy = 'If the bot has been used before, correct DATABASE_URL.';
        this.#log.warn({ variable: 'DATABASE_URL' }, `${what}. ${remedy}`);
      }
      const { AUDIT_HEAD } = this.#config;
      if (AUDIT_HEAD !== undefined) await mustHaveEntry(store, AUDIT_HEAD);
      if (store.engine.exclusive) await releaseClaims();
    });
    this.#databaseReached.resolve();
    if (this.#stopping.signal.aborted) return;
    await worker.start();
    this.#log.info({ database }, 'database ready');
    readiness.ready('database');
  }

  /** The database is compared with it at once, and otherwise when it can be used. */
  async #found(kind: 'workspace' | 'account', id: string | null, name = ''): Promise<void> {
    const { belonging, worker } = this.#parts;
    belonging.found(kind, id === null ? null : { id, name });
    await worker.confirm();
  }

  /** At the start, or once Fastly says it. */
  #accountKnown(account: string): void {
    this.#parts.fastlyWatch.accountUnknown(false);
    this.#found('account', account).then(this.#fastlyTried.resolve, this.#fastlyTried.resolve);
  }

  async #reachFastly(): Promise<void> {
    const { services, fastlyWatch, tokenExpiry } = this.#parts;
    const { fastly } = services;
    const holder = await this.#reach('fastly', async () => {
      try {
        return await readHolder(fastly);
      } catch (error) {
        this.#fastlyTried.resolve();
        throw error;
      }
    });
    if (holder?.user) {
      const { login, role } = holder.user;
      this.#log.info({ login, role }, 'Fastly token accepted');
    } else if (holder?.why.kind === 'unexpected_answer') {
      this.#log.warn({ err: holder.why }, "Fastly answered, but didn't say which user the token belongs to");
    }
    const { customer_id: account } = holder?.user ?? {};
    if (!account) {
      if (holder) await this.#found('account', null);
      this.#fastlyTried.resolve();
    }
    fastlyWatch.start(() => fastly.getCurrentUser());
    if (holder && !account) fastlyWatch.accountUnknown(true);
    void tokenExpiry.follow();
  }

  async #serveSlack(): Promise<void> {
    const { services, tokenWatch, promotionEnds, network } = this.#parts;
    const { quick } = services.slack;
    const { signal } = this.#stopping;
    const identity = await this.#reach('slack', () => readIdentity(quick, () => this.#isRefusedForGood()));
    if (identity === null || signal.aborted) return;
    tokenWatch.start(() => quick.auth.test(), signal);
    if (this.#staysRefused) promotionEnds.tellNow().catch(() => {});
    services.botAdmins.worksIn(identity);
    const { team, teamId, missingScopes } = identity;
    this.#log.info({ team, teamId }, 'Slack token accepted');
    const what = inForce(this.#config, identity);
    this.#log.info({ inForce: what }, inForceText(what));
    // A change that arrives before the database is known to belong here would be refused.
    const confirmed = Promise.all([this.#found('workspace', teamId, team), this.#fastlyTried.promise]);
    await within(confirmed, this.#times.answerWithin);
    if (this.#end !== null) return;
    if (missingScopes.length > 0) {
      const remedy = 'update it from manifest.yml and reinstall it';
      this.#log.warn({ missingScopes }, `the Slack app is missing scopes: ${remedy}`);
    }
    this.#intake = this.#createIntake();
    createApp(this.#config, identity, this.#intake.receiver, network, services, this.#inFlight, signal);
    void this.#checkConfiguration(identity);
    const wake = () => this.#parts.worker.wake();
    const parts = { ...services, ...this.#parts, wake, stopping: signal };
    this.#background = followInBackground(this.#config, parts, identity);
    await this.#intake.open();
  }

  #createIntake(): Intake {
    const { metrics, leavers } = this.#parts;
    return createIntake({
      ...{ ...this.#parts, config: this.#config, times: this.#times, log: this.#log },
      onRefused: (reason) => {
        metrics.deliveryRefused(reason);
        if (reason === 'left-out') leavers.eventsLeftOut();
      },
    });
  }

  /**
   * Whether the process ends because Slack refuses its token at the start: not while a role is to end, as nobody else would
   * take it back.
   */
  async #isRefusedForGood(): Promise<boolean> {
    const { tokenWatch, promotionEnds, belonging, worker } = this.#parts;
    if (tokenWatch.reached) return false;
    await Promise.race([this.#databaseReached.promise, this.#stopped.promise]);
    if (!this.#staysRefused && !(await promotionEnds.areAwaited().catch(() => false))) return true;
    this.#staysRefused = true;
    belonging.slackRefuses();
    await worker.confirm();
    return false;
  }

  /** Never rejects. Nothing waits for it, and the process may end before it. */
  async #checkConfiguration(identity: Identity): Promise<void> {
    const { services, network, readiness } = this.#parts;
    const { signal } = this.#stopping;
    try {
      await pause(this.#times.checkedAfter, undefined, { signal, ref: false });
      // Not at the start, so that nobody who types a command waits until it is loaded.
      const { checkAtStart } = await import('./checks/at-start.ts');
      const parts = { ...services, slack: services.slack.once, identity, network, readiness };
      await checkAtStart(this.#config, parts, signal);
    } catch (error) {
      if (!signal.aborted) this.#log.warn({ err: error }, 'the configuration could not be checked');
    }
  }

  #reach<T>(service: Dependency | 'fastly', attempt: () => Promise<T>): Promise<T | null> {
    const { readiness } = this.#parts;
    const stopping = this.#stopping.signal;
    return untilReached(service, attempt, { readiness, times: this.#times, stopping, log: this.#log });
  }
}
