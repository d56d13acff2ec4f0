import { readBacklog } from './approvals/backlog.ts';
import { quickActionsWithout } from './commands/home.ts';
import type { Config } from './config/config.ts';
import { VERSION } from './config/package.ts';
import type { Times } from './config/times.ts';
import { Directory } from './directory/directory.ts';
import { FastlyClient } from './fastly/client.ts';
import type { Attempt } from './fastly/transport.ts';
import type { CustomerId } from './fastly/user.ts';
import { Network } from './http/network.ts';
import { Readiness } from './observability/health.ts';
import { KeptReading } from './observability/kept-reading.ts';
import { Liveness } from './observability/liveness.ts';
import { type Logger, slackSdkLogger } from './observability/log.ts';
import { Metrics } from './observability/metrics.ts';
import { tracing } from './observability/trace.ts';
import { BotAdmins } from './slack/bot-admins/bot-admins.ts';
import { UserGroups } from './slack/bot-admins/user-groups.ts';
import { createClients } from './slack/connection/clients.ts';
import { Conversations } from './slack/connection/conversations.ts';
import { Members } from './slack/connection/members.ts';
import { Posting } from './slack/connection/posting.ts';
import { DELIVERY_REFUSALS } from './slack/connection/refused-signatures.ts';
import { TokenWatch } from './slack/connection/token-watch.ts';
import { CALLER_REFUSALS } from './slack/gate/authorization.ts';
import { Outbox } from './slack/replies/outbox.ts';
import type { Services } from './slack/replies/services.ts';
import { type DatabaseUnusable, StoreUnavailable } from './store/errors.ts';
import { StoreHealth } from './store/health.ts';
import { postgres } from './store/postgres.ts';
import { sqlite } from './store/sqlite.ts';
import { Store } from './store/store.ts';
import { ConnectionWatch } from './worker/connection-watch.ts';
import { FastlyWatch } from './worker/fastly-watch.ts';
import { LeaverWatch } from './worker/leavers/watch.ts';
import { createStoredParts } from './worker/stored-parts.ts';
import { TokenExpiry } from './worker/token-expiry.ts';

/** What the bot is told by its parts, and tells them. */
type Told = {
  /** Fastly has said whose account it is. */
  onAccount(account: CustomerId): void;
  /** The database can't be used, and a restart would not help. */
  onGivenUp(error: DatabaseUnusable): void;
  /** Aborted when the bot stops. */
  stopping: AbortSignal;
};

/** Makes every part of the bot. None does anything yet. */
export function createParts(
  config: Config,
  log: Logger,
  times: Times,
  { onAccount, onGivenUp, stopping }: Told,
) {
  const readiness = new Readiness();
  const liveness = new Liveness();
  const { degraded } = readiness;
  const store = createStore(config, log);
  const metrics = createMetrics(store, readiness, times, log);

  const network = createNetwork(config, readiness, log);
  const { dispatcher } = network;
  const fastlyWatch = new FastlyWatch({ readiness, times, stopping, log });
  const fastly = new FastlyClient({
    dispatcher,
    token: config.FASTLY_API_TOKEN,
    baseUrl: config.FASTLY_API_URL,
    timeout: config.FASTLY_TIMEOUT,
    onAccount,
    onTokenProblem: (problem) => fastlyWatch.token(problem),
    onTokenRefused: (refused) => fastlyWatch.refused(refused),
    onReach: (error) => fastlyWatch.reached(error),
    onOtherUser: (error) => log.error({ err: error }, 'Fastly answered about somebody else'),
    onAttempt: (attempt) => noteAttempt(attempt, metrics, log),
    onWritesRemaining: (...writes) => metrics.writesRemain(...writes),
  });
  const onRead = (expiresAt: number | null) => metrics.tokenExpires(expiresAt);
  const tokenExpiry = new TokenExpiry({ fastly, onRead, times, stopping, log });
  const directory = new Directory(fastly);

  const tokenWatch = new TokenWatch({ degraded, onBack: () => worker.slackIsBack(), times, log });
  const slack = createClients(
    config.SLACK_BOT_TOKEN,
    config.SLACK_API_URL,
    network,
    slackSdkLogger(log),
    (error) => tokenWatch.answered(error),
  );
  const conversations = new Conversations(slack.quick, log);
  const members = new Members(slack.quick, log);
  const groups = new UserGroups(slack.quick, log);
  const botAdmins = new BotAdmins({ listed: config.SUPERUSERS, members, groups, times });
  const posting = new Posting(slack.once, dispatcher, log);

  const disabled = new Set<string>(config.DISABLED_COMMANDS);
  const shared = {
    fastly,
    directory,
    slack,
    conversations,
    members,
    botAdmins,
    posting,
    disabled,
    times,
    log,
  };
  const storeHealth = new StoreHealth({
    log,
    remindEvery: times.stillAway,
    goneFor: times.databaseGone,
    // The bot stays ready: whoever needs the database is told in words.
    onChange: (trouble) => degraded('database', trouble),
    onGivenUp,
  });
  const {
    services: stored,
    worker,
    ...storedParts
  } = createStoredParts(
    config,
    { ...shared, store, readiness, liveness, quickActions: quickActionsWithout(disabled) },
    {
      onHealth: (error) => storeHealth.report(error),
      onWrongDatabase: onGivenUp,
      onAdmitted: (login) => leavers.admitted(login),
    },
  );
  const mode = config.LEAVERS;
  const leavers = new LeaverWatch({ ...shared, ...stored, mode, store, readiness, stopping });
  const services: Services = { ...shared, ...stored, leavers, outbox: new Outbox(times), metrics };
  return {
    ...storedParts,
    ...{ readiness, liveness, metrics, network, store, worker, leavers, services },
    ...{ fastlyWatch, tokenExpiry, tokenWatch },
  };
}

/** Reports which hosts can't be connected to. Connections are made for all, not for one interaction. */
function createNetwork(config: Config, readiness: Readiness, log: Logger): Network {
  const watch = new ConnectionWatch(readiness, config.FASTLY_API_URL, log);
  return new Network(config, (host, problem) => tracing({}, () => watch.connecting(host, problem)));
}

function noteAttempt(
  { operation, status, milliseconds, attempt }: Attempt,
  metrics: Metrics,
  log: Logger,
): void {
  metrics.fastlyAnswered(operation, status, milliseconds);
  const line = { operation, status, milliseconds: Math.round(milliseconds), attempt };
  log.debug(line, 'a call to Fastly');
}

/** The store where the configuration says it is. */
function createStore({ DATABASE_URL: location }: Config, log: Logger): Store {
  const engine =
    location.kind === 'sqlite'
      ? sqlite(location.path)
      : postgres(location.url, (error) =>
          // Connections outlive the interaction that opened them.
          tracing({}, () => log.warn({ err: error }, 'a connection to the database was lost')),
        );
  return new Store(engine, log);
}

function createMetrics(store: Store, readiness: Readiness, times: Times, log: Logger): Metrics {
  const read = async () => {
    try {
      return await store.read((database) => readBacklog(database, store.engine));
    } catch (error) {
      // The worker notices by itself that the database is away.
      if (!(error instanceof StoreUnavailable)) log.error({ err: error }, 'the metrics could not be read');
      throw error;
    }
  };
  return new Metrics({
    version: VERSION,
    refusals: { callers: CALLER_REFUSALS, deliveries: DELIVERY_REFUSALS },
    readiness,
    backlog: new KeptReading(read, times.backlog),
  });
}
