import { setTimeout as pause } from 'node:timers/promises';
import type { App, Receiver } from '@slack/bolt';
import { WebAPIRateLimitedError, type WebClient } from '@slack/web-api';
import { z } from 'zod';
import type { Times } from '../../config/times.ts';
import { connectionProblem } from '../../http/connection-problem.ts';
import type { Network } from '../../http/network.ts';
import type { Problem, Readiness } from '../../observability/health.ts';
import type { Logger } from '../../observability/log.ts';
import { NowAndAgain } from '../../observability/now-and-again.ts';
import { reasonOf } from '../../observability/reason-of.ts';
import { throwIfRefused } from './identity.ts';
import { whatToDo } from './refused-words.ts';
import { SocketConnection } from './socket-connection.ts';
import { deliver } from './socket-delivery.ts';
import {
  NEW_TOKEN,
  NO_MORE_CONNECTIONS,
  otherConnections,
  refusedToken,
  SWITCHED_OFF,
} from './socket-problems.ts';

type SocketModeOptions = {
  /** Calls `apps.connections.open` with the app token, in one attempt a call. */
  slack: WebClient;
  network: Network;
  /** Whether this process is the whole installation: then Slack should count its connections and no others. */
  alone: boolean;
  times: Times['socketMode'];
  readiness: Readiness;
  onUnreadable?: (type: unknown) => void;
  log: Logger;
  /** Waits before Slack is dialled again. Resolves early when `signal` is aborted. */
  wait?: (milliseconds: number, signal: AbortSignal) => Promise<void>;
};

type Setback =
  | { kind: 'none' }
  /** The last one was up for a short time only. `asked`: because Slack wanted the next one. */
  | { kind: 'short'; asked: boolean; reason: string }
  | { kind: 'failed'; error: unknown }
  | { kind: 'mended-by-person'; problem: Problem };

const OpenAnswer = z.object({ url: z.url({ protocol: /^wss?$/ }) });

/**
 * Takes deliveries for one Bolt app over Socket Mode (docs.slack.dev, using Socket Mode). When Slack asks for a new
 * connection, the next one opens before the old one goes; each delivery comes over either. The SDK's client closes the
 * old one first, and what people type in between is lost.
 */
export class SocketMode {
  readonly receiver: Receiver = {
    init: (app) => {
      this.#app = app;
    },
    start: () => this.open(),
    stop: () => this.close(),
  };
  readonly #options: SocketModeOptions;
  readonly #wait: NonNullable<SocketModeOptions['wait']>;
  readonly #stopping = new AbortController();
  /** All that are not closed yet, the newest last. */
  readonly #connections = new Set<SocketConnection>();
  /** When connections ended that Slack may still count. */
  #ended: number[] = [];
  #app: App | null = null;
  /** Whether Slack has ever taken the app token. */
  #tokenTaken = false;
  /** What a person has to mend before the next connection opens. */
  #told: string | null = null;
  readonly #said = new NowAndAgain();

  constructor(options: SocketModeOptions) {
    this.#options = options;
    this.#wait = options.wait ?? ((time, signal) => pause(time, undefined, { signal }).catch(() => {}));
  }

  /**
   * Keeps a connection until `close`.
   *
   * @throws {CredentialRefused} when Slack rejects the app token and has never taken it before
   */
  async open(): Promise<void> {
    const { signal } = this.#stopping;
    let setbacks = 0;
    while (!signal.aborted) {
      const setback = await this.#useConnection();
      if (signal.aborted) return;
      setbacks = setback.kind === 'none' ? 0 : setbacks + 1;
      if (setbacks === 0) continue;
      const milliseconds = this.#pauseAfter(setback, setbacks);
      this.#report(setback, milliseconds);
      await this.#wait(milliseconds, signal);
    }
  }

  async close(): Promise<void> {
    this.#stopping.abort();
    await Promise.all([...this.#connections].map((connection) => connection.close()));
  }

  async #useConnection(): Promise<Setback> {
    try {
      const connection = await this.#dial();
      const hello = await connection.hello;
      const began = performance.now();
      if (hello) this.#welcome(connection, hello.connections);
      const { asked, reason, cause } = await connection.ending;
      if (!hello || reason === 'link_disabled') void connection.close();
      if (reason === 'link_disabled') return { kind: 'mended-by-person', problem: SWITCHED_OFF };
      if (reason === 'too_many_websockets') this.#options.readiness.degraded(COUNT, NO_MORE_CONNECTIONS);
      if (!hello) {
        const what = asked ? 'Slack ended the connection' : 'no connection to Slack';
        return { kind: 'failed', error: new Error(`${what}: ${reason}`, { cause }) };
      }
      if (asked) this.#options.log.info({ reason }, 'opening the next connection to Slack');
      const lasted = performance.now() - began >= this.#options.times.lasting;
      return lasted ? { kind: 'none' } : { kind: 'short', asked, reason };
    } catch (error) {
      if (!this.#tokenTaken) throwIfRefused(error, 'SLACK_APP_TOKEN', NEW_TOKEN);
      const refusal = whatToDo('apps.connections.open', error);
      return 'remedy' in refusal
        ? { kind: 'mended-by-person', problem: refusedToken(refusal.word, refusal.remedy) }
        : { kind: 'failed', error };
    }
  }

  /** @throws the Web client's error, or one that says that Slack's answer has no address */
  async #dial(): Promise<SocketConnection> {
    const { slack, network, times, onUnreadable, log } = this.#options;
    const answer = await slack.apps.connections.open({});
    this.#tokenTaken = true;
    const opened = OpenAnswer.safeParse(answer);
    if (!opened.success) throw new Error('Slack gave no address for a connection');
    this.#stopping.signal.throwIfAborted();
    const connection = new SocketConnection(opened.data.url, network, times, (message) => {
      void deliver(message, {
        app: this.#app,
        log,
        onUnreadable,
        send: (answer) => this.#send(connection, answer),
      });
    });
    this.#connections.add(connection);
    void connection.closed.then(() => this.#gone(connection));
    return connection;
  }

  /** @param counted how many connections Slack counts, this one among them */
  #welcome(connection: SocketConnection, counted: number | null): void {
    const { readiness, log, times } = this.#options;
    void connection.closed.then(() => this.#missing(this.#told ?? 'reconnecting to Slack'));
    for (const old of this.#connections) if (old !== connection) old.closeAfter(times.keepOld);
    this.#told = null;
    readiness.degraded(OPENING, null);
    readiness.ready('slack');
    log.info({ counted }, 'connected to Slack');
    this.#checkCount(connection, counted);
  }

  /**
   * Slack sends each delivery to any connection of the app, so another process with an app token takes a share of what
   * people type. Replicas cannot tell each other's connections from a stranger's, so only a process that is alone looks.
   */
  #checkCount(connection: SocketConnection, counted: number | null): void {
    const { alone, readiness, log, times } = this.#options;
    const own = [...this.#connections].filter(({ isUp }) => isUp).length;
    const others = alone && counted !== null && counted > own + this.#late().length;
    readiness.degraded(COUNT, others ? otherConnections(counted, own) : null);
    if (others)
      log.warn(
        { counted, own },
        'another process uses an app token of this Slack app, and gets a part of what people type',
      );
    if (alone && counted !== null && counted > own) connection.makeWayAfter(times.recount, 'recount');
  }

  #late(): number[] {
    const { lateCount } = this.#options.times;
    this.#ended = this.#ended.filter((at) => performance.now() - at < lateCount);
    return this.#ended;
  }

  #gone(connection: SocketConnection): void {
    this.#connections.delete(connection);
    this.#late().push(performance.now());
  }

  #isUp(): boolean {
    return [...this.#connections].some(({ isUp }) => isUp);
  }

  #missing(why: string): void {
    if (this.#isUp() || this.#stopping.signal.aborted) return;
    this.#options.readiness.missing('slack', why);
    this.#options.log.info(why);
  }

  #pauseAfter(setback: Setback, setbacks: number): number {
    const { firstPause, longestPause, mendedByPerson } = this.#options.times;
    if (setback.kind === 'mended-by-person') return mendedByPerson;
    const growing = Math.min(firstPause * 2 ** (setbacks - 1), longestPause) * (0.8 + 0.4 * Math.random());
    const error = setback.kind === 'failed' ? setback.error : null;
    const asked = error instanceof WebAPIRateLimitedError ? error.retryAfter * 1000 : 0;
    return Math.max(growing, asked);
  }

  #report(setback: Setback, milliseconds: number): void {
    const { log } = this.#options;
    switch (setback.kind) {
      case 'none':
        return;
      case 'mended-by-person':
        this.#tell(setback.problem);
        return;
      case 'short':
        if (!setback.asked) log.warn({ reason: setback.reason, retryInMilliseconds: milliseconds }, RETRYING);
        return;
      case 'failed': {
        const { error } = setback;
        const problem = connectionProblem(error);
        const why = problem ? `${problem.what}. ${problem.remedy}` : reasonOf(error);
        this.#missing(`can't connect to Slack: ${why}`);
        const told = problem && { why: problem.what, remedy: problem.remedy };
        log.warn({ err: error, ...told, retryInMilliseconds: milliseconds }, RETRYING);
      }
    }
  }

  /** Says on `/readyz` and in the log what a person has to mend; in the log now and then. */
  #tell({ what, remedy }: Problem): void {
    const { readiness, log, times } = this.#options;
    if (!this.#isUp()) readiness.missing('slack', what);
    if (this.#told !== what) {
      readiness.degraded(OPENING, { what, remedy });
      this.#said.restart();
    }
    this.#told = what;
    if (this.#said.isDue(times.sayAgain)) log.error({ remedy }, what);
  }

  /**
   * Sends an acknowledgement over the connection that its delivery came from; where that is gone, over another: Slack's
   * documents neither allow nor forbid that, and without it the delivery stays unanswered.
   *
   * @throws when no connection takes it
   */
  async #send(own: SocketConnection, acknowledgement: object): Promise<void> {
    const others = [...this.#connections].filter((other) => other !== own && other.isUp);
    try {
      await own.send(acknowledgement);
    } catch (error) {
      const newest = others.at(-1);
      if (!newest) throw error;
      await newest.send(acknowledgement);
    }
  }
}

const RETRYING = 'Slack connection failed, retrying';

/** The causes on `/readyz`: that no connection can be opened, and that Slack counts others. */
const OPENING = 'slack-connection';
const COUNT = 'slack-connection-count';
