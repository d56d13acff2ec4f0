import { Agent as PlainAgent } from 'node:http';
import { Agent as SecureAgent } from 'node:https';
import { Socket } from 'node:net';
import { Agent, buildConnector, type Dispatcher } from 'undici';
import { type ConnectionProblem, connectionProblem } from './connection-problem.ts';
import { Proxies, type ProxyVariables } from './proxies.ts';
import { openTunnel } from './tunnel.ts';

const CONNECT_TIMEOUT_MILLISECONDS = 3_000;

/**
 * A firewall may forget an idle connection without a word. Servers can ask for idle connections to be kept for minutes;
 * none is kept for longer than this.
 */
const LONGEST_IDLE_MILLISECONDS = 10_000;

/** Told of each attempt to connect over HTTP: what a person has to mend, or null. @param host with its port */
export type OnConnection = (host: string, problem: ConnectionProblem | null) => void;

/**
 * How everything but the database leaves this machine: through a proxy where the variables name one. The one place that
 * makes connections over HTTP and WebSocket.
 */
export class Network {
  readonly dispatcher: Dispatcher;
  readonly #proxies: Proxies;
  readonly #connect: buildConnector.connector;

  /** @param longestIdle in milliseconds */
  constructor(
    variables: ProxyVariables,
    onConnection: OnConnection = () => {},
    longestIdle = LONGEST_IDLE_MILLISECONDS,
  ) {
    this.#proxies = new Proxies(variables);
    // Over HTTP/2 a session that was cut silently would outlive every request that it fails; over HTTP/1.1 a request
    // that is given up takes its connection along.
    const direct = buildConnector({ timeout: CONNECT_TIMEOUT_MILLISECONDS, allowH2: false });
    this.#connect = this.#proxies.any ? throughProxies(this.#proxies, direct) : direct;
    this.dispatcher = new Agent({
      connect: reporting(this.#connect, onConnection),
      allowH2: false,
      keepAliveMaxTimeout: longestIdle,
    });
  }

  /** What connects a WebSocket where there is a proxy. */
  webSocketAgent(url: string): PlainAgent | undefined {
    if (!this.#proxies.any) return undefined;
    const secure = new URL(url).protocol === 'wss:';
    const agent = secure ? new SecureAgent() : new PlainAgent();
    agent.createConnection = ({ host, port }, callback) => {
      const to = { protocol: secure ? 'https:' : 'http:', hostname: host ?? '', port: String(port ?? '') };
      // By its type a callback takes a socket beside an error, too; Node ignores it.
      this.#connect({ ...to, host: to.hostname }, (...[error, socket]) =>
        callback?.(error, socket ?? new Socket()),
      );
      return undefined;
    };
    return agent;
  }

  async close(): Promise<void> {
    await this.dispatcher.destroy();
  }
}

function throughProxies(proxies: Proxies, direct: buildConnector.connector): buildConnector.connector {
  return (options, callback) => {
    const { protocol, hostname, port } = options;
    const secure = protocol === 'https:';
    const destination = { secure, host: hostname, port: Number(port) || (secure ? 443 : 80) };
    const proxy = proxies.for(destination);
    if (!proxy) return direct(options, callback);
    openTunnel(proxy, destination, CONNECT_TIMEOUT_MILLISECONDS).then(
      (httpSocket) => (secure ? direct({ ...options, httpSocket }, callback) : callback(null, httpSocket)),
      (error: Error) => callback(error, null),
    );
  };
}

function reporting(connect: buildConnector.connector, onConnection: OnConnection): buildConnector.connector {
  return (options, callback) => {
    connect(options, (...result) => {
      const [error] = result;
      const problem = connectionProblem(error);
      if (!error || problem) onConnection(options.host ?? options.hostname, problem);
      callback(...result);
    });
  };
}
