import { setTimeout as pause } from 'node:timers/promises';
import { createApp } from './app.ts';
import type { Config } from './config/config.ts';
import { doubts } from './config/fit.ts';
import { databaseText, inForce, inForceText } from './config/in-force.ts';
import { problemText } from './config/problem.ts';
import { scheduleOf } from './config/report-schedule.ts';
import { TIMES, type Times } from './config/times.ts';
import { Directory } from './directory/directory.ts';
import { FastlyClient } from './fastly/client.ts';
import { readHolder } from './fastly/holder.ts';
import type { Attempt } from './fastly/transport.ts';
import { Network } from './http/network.ts';
import { type Dependency, type HealthServer, Readiness, serveHealth } from './observability/health.ts';
import { InFlight } from './observability/in-flight.ts';
import { Liveness } from './observability/liveness.ts';
import { type Logger, slackSdkLogger } from './observability/log.ts';
import type { Metrics } from './observability/metrics.ts';
import { tracing } from './observability/trace.ts';
import { createMetrics, createStore, createStoredParts, type StoredParts } from './parts.ts';
import { BotAdmins, countsOf } from './slack/bot-admins/bot-admins.ts';
import { UserGroups } from './slack/bot-admins/user-groups.ts';
import { createClients } from './slack/connection/clients.ts';
import { Conversations } from './slack/connection/conversations.ts';
import { type Identity, readIdentity } from './slack/connection/identity.ts';
import { createIntake, type Intake } from './slack/connection/intake.ts';
import { Members } from './slack/connection/members.ts';
import { Posting } from './slack/connection/posting.ts';
import { TokenWatch } from './slack/connection/token-watch.ts';
import { Outbox } from './slack/replies/outbox.ts';
import type { Services } from './slack/replies/services.ts';
import { mustHaveEntry } from './store/audit-head.ts';
import type { DatabaseUnusable } from './store/errors.ts';
import { StoreHealth } from './store/health.ts';
import type { Store } from './store/store.ts';
import { BotAdminWatch } from './worker/bot-admin-watch.ts';
import { ConnectionWatch } from './worker/connection-watch.ts';
import { FastlyWatch } from './worker/fastly-watch.ts';
import { LeaverWatch } from './worker/leavers/watch.ts';
import { ScheduledReports } from './worker/scheduled-reports.ts';
import { TokenExpiry } from './worker/token-expiry.ts';
import { TokenReminders } from './worker/token-reminders.ts';
import { untilReached } from './worker/until-reached.ts';

/**
 * One run of the bot. It connects to the database, Fastly and Slack, retries for as long as one of them is unreachable,
 * and takes deliveries until it is told to stop. It finishes running work before it stops.
 */
export class Bot {
  readonly #config: Config;
  readonly #log: Logger;
  readonly #readiness = new Readiness();
  readonly #liveness = new Liveness();
  readonly #network: Network;
  readonly #fastlyWatch: FastlyWatch;
  readonly #tokenExpiry: TokenExpiry;
  readonly #metrics: Metrics;
  readonly #inFlight = new InFlight();
  readonly #tokenWatch: TokenWatch;
  readonly #botAdmins: BotAdmins;
  readonly #store: Store;
  readonly #storedParts: StoredParts;
  readonly #leavers: LeaverWatch;
  readonly #services: Services;
  readonly #stopping = new AbortController();
  readonly #stopped = Promise.withResolvers<void>();
  /** Fastly has answered once, or could not. */
  readonly #fastlyTried = Promise.withResolvers<void>();
  readonly #databaseReached = Promise.withResolvers<void>();
  /** Slack has refused the token at the start, and roles are to end. */
  #staysRefused = false;
  #reminding: Promise<void> = Promise.resolve();
  #reporting: Promise<void> = Promise.resolve();
  #watchingLeavers: Promise<void> = Promise.resolve();
  #failure: DatabaseUnusable | null = null;
  #end: Promise<void> | null = null;
  #health: HealthServer | null = null;
  #intake: Intake | null = null;

  constructor(config: Config, log: Logger, times: Times = TIMES) {
    this.#config = config;
    this.#log = log;
    const health = { readiness: this.#readiness, liveness: this.#liveness };
    this.#fastlyWatch = new FastlyWatch({ ...health, times, stopping: this.#stopping.signal, log });
    const connections = new ConnectionWatch(this.#readiness, config.FASTLY_API_URL, log);
    this.#network = new Network(config, (host, problem) =>
      // Connections are made for all.
      tracing({}, () => connections.connecting(host, problem)),
    );
    const { dispatcher } = this.#network;
    const fastly = new FastlyClient({
      dispatcher,
      token: config.FASTLY_API_TOKEN,
      baseUrl: config.FASTLY_API_URL,
      timeout: config.FASTLY_TIMEOUT,
      onTokenProblem: (problem) => this.#fastlyWatch.token(problem),
      onAccount: (account) => this.#accountKnown(account),
      onTokenRefused: (refused) => this.#fastlyWatch.refused(refused),
      onReach: (error) => this.#fastlyWatch.reached(error),
      onOtherUser: (error) => log.error({ err: error }, 'Fastly answered about somebody else'),
      onAttempt: (attempt) => this.#fastlyAttempt(attempt),
      onWritesRemaining: (...writes) => this.#metrics.writesRemain(...writes),
    });
    const { degraded } = this.#readiness;
    const onBack = () => this.#storedParts.worker.slackIsBack();
    this.#tokenWatch = new TokenWatch({ degraded, onBack, times, log });
    const slack = createClients(
      config.SLACK_BOT_TOKEN,
      config.SLACK_API_URL,
      this.#network,
      slackSdkLogger(log),
      (error) => this.#tokenWatch.answered(error),
    );
    this.#tokenExpiry = new TokenExpiry({
      fastly,
      onRead: (expiresAt) => this.#metrics.tokenExpires(expiresAt),
      times,
      stopping: this.#stopping.signal,
      log,
    });
    this.#store = createStore(config, log);
    this.#metrics = createMetrics(this.#store, this.#readiness, times, log);
    const storeHealth = new StoreHealth({
      log,
      remindEvery: times.stillAway,
      goneFor: times.databaseGone,
      // The bot stays ready: whoever needs the database is told in words.
      onChange: (trouble) => degraded('database', trouble),
      onGivenUp: (error) => this.#giveUp(error),
    });
    const members = new Members(slack.quick, log);
    const groups = new UserGroups(slack.quick, log);
    this.#botAdmins = new BotAdmins({ listed: config.SUPERUSERS, members, groups, times });
    const parts = {
      fastly,
      directory: new Directory(fastly),
      slack,
      conversations: new Conversations(slack.quick, log),
      members,
      botAdmins: this.#botAdmins,
      posting: new Posting(slack.once, dispatcher, log),
      times,
      log,
    };
    this.#storedParts = createStoredParts(
      config,
      { ...parts, store: this.#store, ...health },
      {
        onHealth: (error) => storeHealth.report(error),
        onWrongDatabase: (error) => this.#giveUp(error),
        onAdmitted: (login) => this.#leavers.admitted(login),
      },
    );
    const approvalsChannel = config.APPROVALS_CHANNEL ?? null;
    this.#leavers = new LeaverWatch({
      ...parts,
      ...this.#storedParts.services,
      mode: config.LEAVERS,
      store: this.#store,
      approvalsChannel,
      readiness: this.#readiness,
      stopping: this.#stopping.signal,
    });
    this.#services = {
      ...parts,
      ...this.#storedParts.services,
      leavers: this.#leavers,
      outbox: new Outbox(times),
      metrics: this.#metrics,
      approvalsChannel,
    };
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
    const reported = {
      readiness: this.#readiness,
      liveness: this.#liveness,
      metrics: this.#metrics,
      log: this.#log,
    };
    this.#health = await serveHealth(reported, HEALTH_HOST, HEALTH_PORT);
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
      if (useless) this.#readiness.degraded(doubt.name, doubt);
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
    const { outbox, times } = this.#services;
    this.#readiness.missing('process', 'stopping');
    if (this.#config.delivery.mode === 'http' && this.#intake !== null) await pause(times.stillTaking);
    this.#stopping.abort();
    const drained = Promise.race([this.#drain().then(() => true), pause(times.drain, false, { ref: false })]);
    if (!(await drained)) {
      this.#log.warn(
        { unfinished: this.#inFlight.size, answers: outbox.size },
        'stopped with unfinished work',
      );
    }
    await this.#network.close();
    await Promise.race([this.#logAuditHead(), pause(times.close, undefined, { ref: false })]);
    // If the database doesn't answer, its connections stay open until the process ends.
    await Promise.race([this.#store.close(), pause(times.close, undefined, { ref: false })]);
    await this.#health?.close();
    this.#liveness.close();
  }

  /** Stops, and has `run` throw the error. */
  #giveUp(error: DatabaseUnusable): void {
    if (this.#end !== null) return;
    this.#log.error({ why: error.message }, 'stopping');
    this.#failure = error;
    this.stop().catch(this.#stopped.reject);
  }

  /** So that a copy of the end of the audit log exists outside the database. */
  async #logAuditHead(): Promise<void> {
    await this.#storedParts.auditHeads.logNow().catch(() => {});
  }

  /** Over Socket Mode, acknowledgements need the connection, so it closes last. HTTP closes first, to take no more. */
  async #drain(): Promise<void> {
    if (this.#config.delivery.mode === 'socket') await this.#inFlight.idle();
    await this.#intake?.close();
    await this.#inFlight.idle();
    await this.#services.outbox.stop();
    await this.#storedParts.worker.stop();
    await this.#reminding;
    await this.#reporting;
    await this.#watchingLeavers;
  }

  /** Starts the worker once the database is ready, even if Slack and Fastly are still unreachable. */
  async #reachDatabase(): Promise<void> {
    const database = databaseText(this.#config.DATABASE_URL);
    await this.#reach('database', async () => {
      if (await this.#store.connect()) {
        const what = `A new, empty database was created: ${database}`;
        const remedy = 'If the bot has been used before, correct DATABASE_URL.';
        this.#log.warn({ variable: 'DATABASE_URL' }, `${what}. ${remedy}`);
      }
      const { AUDIT_HEAD } = this.#config;
      if (AUDIT_HEAD !== undefined) await mustHaveEntry(this.#store, AUDIT_HEAD);
      if (this.#store.engine.exclusive) await this.#storedParts.releaseClaims();
    });
    this.#databaseReached.resolve();
    if (this.#stopping.signal.aborted) return;
    await this.#storedParts.worker.start();
    this.#log.info({ database }, 'database ready');
    this.#readiness.ready('database');
  }

  /** The database is compared with it at once, and otherwise when it can be used. */
  async #found(kind: 'workspace' | 'account', id: string | null, name = ''): Promise<void> {
    const { belonging, worker } = this.#storedParts;
    belonging.found(kind, id === null ? null : { id, name });
    await worker.confirm();
  }

  #fastlyAttempt({ operation, status, milliseconds, attempt }: Attempt): void {
    this.#metrics.fastlyAnswered(operation, status, milliseconds);
    const line = { operation, status, milliseconds: Math.round(milliseconds), attempt };
    this.#log.debug(line, 'a call to Fastly');
  }

  /** At the start, or once Fastly says it. */
  #accountKnown(account: string): void {
    this.#fastlyWatch.accountUnknown(false);
    this.#found('account', account).then(this.#fastlyTried.resolve, this.#fastlyTried.resolve);
  }

  async #reachFastly(): Promise<void> {
    const { fastly } = this.#services;
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
    this.#fastlyWatch.start(() => fastly.getCurrentUser());
    if (holder && !account) this.#fastlyWatch.accountUnknown(true);
    void this.#tokenExpiry.follow();
  }

  async #serveSlack(): Promise<void> {
    const { quick } = this.#services.slack;
    const identity = await this.#reach('slack', () => readIdentity(quick, () => this.#isRefusedForGood()));
    if (identity === null || this.#stopping.signal.aborted) return;
    this.#tokenWatch.start(() => quick.auth.test(), this.#stopping.signal);
    if (this.#staysRefused) this.#storedParts.promotionEnds.tellNow().catch(() => {});
    const { team, teamId, missingScopes } = identity;
    this.#botAdmins.worksIn(identity);
    this.#log.info({ team, teamId }, 'Slack token accepted');
    const what = inForce(this.#config, identity);
    this.#log.info({ inForce: what }, inForceText(what));
    // A change that arrives before the database is known to belong here would be refused.
    const confirmed = Promise.all([this.#found('workspace', teamId, team), this.#fastlyTried.promise]);
    const { answerWithin } = this.#services.times;
    await Promise.race([confirmed, pause(answerWithin, undefined, { ref: false })]);
    if (this.#end !== null) return;
    if (missingScopes.length > 0) {
      this.#log.warn(
        { missingScopes },
        'the Slack app is missing scopes: update it from manifest.yml and reinstall it',
      );
    }
    this.#intake = createIntake(
      this.#config,
      this.#network,
      this.#readiness,
      this.#log,
      this.#services.times,
      (reason) => {
        this.#metrics.deliveryRefused(reason);
        if (reason === 'left-out') this.#leavers.eventsLeftOut();
      },
    );
    const { receiver } = this.#intake;
    const { signal } = this.#stopping;
    createApp(this.#config, identity, receiver, this.#network, this.#services, this.#inFlight, signal);
    void this.#checkConfiguration(identity);
    void this.#followBotAdmins();
    if (this.#config.TOKEN_REMINDERS) {
      const parts = { ...this.#services, store: this.#store, workspace: identity, stopping: signal };
      this.#reminding = new TokenReminders(parts).follow();
    }
    const { CONFIRMATIONS_CHANNEL: channel, EXECUTION_LEASE: lease } = this.#config;
    const schedule = scheduleOf(this.#config);
    if (schedule && channel) {
      const parts = { ...this.#services, store: this.#store, stopping: signal };
      this.#reporting = new ScheduledReports({ ...parts, schedule, channel, lease }).follow();
    }
    this.#watchingLeavers = this.#leavers.follow(identity);
    await this.#intake.open();
  }

  /**
   * Whether the process ends because Slack refuses its token at the start: not while a role is to end, as nobody else would
   * take it back.
   */
  async #isRefusedForGood(): Promise<boolean> {
    if (this.#tokenWatch.reached) return false;
    await Promise.race([this.#databaseReached.promise, this.#stopped.promise]);
    if (!this.#staysRefused && !(await this.#storedParts.promotionEnds.areAwaited().catch(() => false))) {
      return true;
    }
    this.#staysRefused = true;
    this.#storedParts.belonging.slackRefuses();
    await this.#storedParts.worker.confirm();
    return false;
  }

  /** Never rejects. */
  async #followBotAdmins(): Promise<void> {
    const { APPROVALS_REQUIRED, ALLOW_SELF_APPROVAL, APPROVAL_REQUIRED_FOR } = this.#config;
    const approvers = APPROVALS_REQUIRED + (ALLOW_SELF_APPROVAL ? 0 : 1);
    const watch = new BotAdminWatch({
      ...this.#services,
      store: this.#store,
      needed: APPROVAL_REQUIRED_FOR.length > 0 ? approvers : 0,
      wake: () => this.#storedParts.worker.wake(),
      onRead: (roll) => this.#metrics.botAdmins(countsOf(roll)),
      readiness: this.#readiness,
      stopping: this.#stopping.signal,
    });
    await watch.follow();
  }

  /** Never rejects. Nothing waits for it, and the process may end before it. */
  async #checkConfiguration(identity: Identity): Promise<void> {
    const { slack, fastly, times } = this.#services;
    const { signal } = this.#stopping;
    try {
      await pause(times.checkedAfter, undefined, { signal, ref: false });
      // Not at the start, so that nobody who types a command waits until it is loaded.
      const { checkAtStart, logFindings } = await import('./checks/at-start.ts');
      const parts = { slack: slack.once, identity, fastly, network: this.#network };
      const findings = await checkAtStart(this.#config, parts);
      const known = this.#readiness.problems().map(({ what }) => what);
      if (!signal.aborted) logFindings(findings, known, this.#log);
    } catch (error) {
      if (!signal.aborted) this.#log.warn({ err: error }, 'the configuration could not be checked');
    }
  }

  #reach<T>(service: Dependency | 'fastly', attempt: () => Promise<T>): Promise<T | null> {
    const { times } = this.#services;
    const stopping = this.#stopping.signal;
    return untilReached(service, attempt, { readiness: this.#readiness, times, stopping, log: this.#log });
  }
}
