/**
 * The sandbox's Fastly account: an HTTP server that answers as Fastly's user API does, with people of its own and
 * with faults to order. It shares nothing with the bot, so what it records is independent evidence.
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { setTimeout as wait } from 'node:timers/promises';
import type { FastlyCall, FastlyFaults, JsonObject } from '../control/protocol.ts';
import { HeldRequests } from '../held-requests.ts';
import { Account } from './account.ts';
import { recordedFields } from './body.ts';
import type { Answer } from './call.ts';
import { kindOfCredentials, newToken } from './credentials.ts';
import { Faults } from './faults.ts';
import { listen } from './http-listener.ts';
import { invitationResource } from './invitation.ts';
import { RateLimit } from './rate-limit.ts';
import { answerRequest, type ReceivedRequest } from './service.ts';

export type FastlyOptions = {
  /** 0, the default, takes any free port. */
  port?: number;
  /** Default `127.0.0.1`. */
  host?: string;
  /** Unix milliseconds by the service's clock. Default: the computer's. */
  now?: () => number;
  /** People's dates are as if the account had been in use up to the start. Default: they are fixed. */
  datedNow?: boolean;
};

export type Fastly = {
  /** Base URL, without a slash at the end. */
  url: string;
  /** What goes in `Fastly-Key`: the token of `BOT_ACCOUNT`, new with each start. */
  readonly token: string;
  /** Puts a new token in the place of the one there is, which no longer works from then on. */
  rotateToken(): void;
  /** The finished requests, oldest first: those that were cut included, and those held after their work. */
  calls(): FastlyCall[];
  forgetCalls(): void;
  /** How many requests are held now. */
  held(): number;
  /** Everybody, as the service sends them. */
  users(): JsonObject[];
  /** Adds or replaces by id; fields that are missing get believable values. Answers with what was put. */
  putUsers(users: readonly JsonObject[]): JsonObject[];
  /** As if removed in Fastly's own pages; false when there never was such a user. */
  removeUser(id: string): boolean;
  /** Changes `owner_id`, `force_sso`, `force_2fa` or `can_reset_passwords`; answers with the account. */
  patchAccount(fields: JsonObject): JsonObject;
  /** Changes `user_id`, `scope`, `services` or `expires_at` of the token handed out; answers with the token. */
  patchToken(fields: JsonObject): JsonObject;
  /** The account's API tokens as the service tells of them, the one handed out first. */
  tokens(): JsonObject[];
  /** Adds or replaces by id; fields that are missing get believable values. Answers with what was put. */
  putTokens(tokens: readonly JsonObject[]): JsonObject[];
  /** As if revoked in Fastly's own pages; false when there is no such token. */
  revokeToken(id: string): boolean;
  /** Open invitations as JSON:API resources, oldest first. */
  invitations(): JsonObject[];
  faults(): FastlyFaults;
  /** Changes the faults given and leaves the others; answers with all. A `hold` of null cuts what is held. */
  setFaults(faults: Partial<FastlyFaults>): FastlyFaults;
  /**
   * Calls the listener whenever a request finished, or its work is done and its answer held back, or it is held or
   * no longer held, or something was changed from outside. Answers with what ends it.
   */
  onChange(listener: () => void): () => void;
  /** Cuts every connection and stops listening. */
  close(): Promise<void>;
};

export async function startFastly(options: FastlyOptions = {}): Promise<Fastly> {
  const { port = 0, host = '127.0.0.1', now = Date.now, datedNow = false } = options;
  const account = new Account(now, datedNow);
  const faults = new Faults();
  const service = { account, faults, rateLimit: new RateLimit(), token: newToken() };
  const calls: FastlyCall[] = [];
  const listeners = new Set<() => void>();
  const changed = () => {
    for (const listener of listeners) listener();
  };
  const held = new HeldRequests(changed);

  async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const started = performance.now();
    const gone = new AbortController();
    response.once('close', () => gone.abort());
    const { method = '', url: target = '', headers } = request;
    const line = `${method} ${target}`;
    const drop = faults.takeDrop(line);
    const hold = drop === undefined ? faults.takeHold(line) : undefined;
    const received: ReceivedRequest = { method, target, headers, body: '' };
    let done = false;
    const answer = await answerUnlessCut();
    calls.push({
      method,
      path: target,
      status: answer?.status ?? null,
      fields: recordedFields({ contentType: headers['content-type'] ?? '', body: received.body }),
      auth: kindOfCredentials(headers),
      milliseconds: Math.round(performance.now() - started),
      done,
    });
    if (hold === 'after') await held.hold(gone.signal);
    if (answer === undefined) request.socket.destroy();
    else if (answer.status === 200 && faults.takeEndless(line)) writeWithoutEnd(response);
    else response.writeHead(answer.status, answer.headers).end(answer.body ?? undefined);
    changed();

    async function answerUnlessCut(): Promise<Answer | undefined> {
      try {
        received.body = await readText(request);
        if (hold === 'before') await held.hold(gone.signal);
        if (drop === 'before' || hold === 'before') return undefined;
        const failure = faults.takeFailure(line);
        let answer = failure?.answer;
        if (answer === undefined || failure?.when === 'after') {
          const worked = answerRequest(service, received);
          done = worked.status < 300;
          answer ??= worked;
        }
        const delay = faults.delayOf(line);
        if (delay > 0) {
          changed();
          await wait(delay, undefined, { signal: gone.signal });
        }
        return drop === 'after' || hold === 'after' || gone.signal.aborted ? undefined : answer;
      } catch (error) {
        if (request.socket.destroyed) return undefined;
        throw error;
      }
    }
  }

  const listener = await listen(serve, host, port);
  return {
    url: `http://${host}:${listener.port}`,
    get token() {
      return service.token;
    },
    rotateToken: () => {
      service.token = newToken();
    },
    calls: () => [...calls],
    forgetCalls: () => {
      calls.length = 0;
      changed();
    },
    held: () => held.count,
    users: () => [...account.users.values()].map((user) => ({ ...user })),
    putUsers: (users) => {
      const put = users.map((user) => ({ ...account.put(user) }));
      changed();
      return put;
    },
    removeUser: (id) => {
      const known = account.remove(id);
      account.revokeAllOf(id);
      changed();
      return known;
    },
    patchAccount: (fields) => {
      const customer = account.patchCustomer(fields);
      changed();
      return { ...customer };
    },
    patchToken: (fields) => {
      const token = account.patchToken(fields);
      changed();
      return { ...token };
    },
    tokens: () => account.tokens().map((token) => ({ ...token })),
    putTokens: (tokens) => {
      const put = tokens.map((token) => ({ ...account.putToken(token) }));
      changed();
      return put;
    },
    revokeToken: (id) => {
      const known = account.revoke(id);
      changed();
      return known;
    },
    invitations: () => account.openInvitations().map((each) => invitationResource(each, account.now())),
    faults: () => faults.current,
    setFaults: (changes) => {
      const wasDown = faults.current.down;
      faults.set(changes, now());
      const { current } = faults;
      if (current.down && !wasDown) listener.away();
      if (!current.down && wasDown) listener.back();
      if (changes.hold === null) held.letGo();
      changed();
      return current;
    },
    onChange: (added) => {
      listeners.add(added);
      return () => listeners.delete(added);
    },
    close: () => listener.close(),
  };
}

function writeWithoutEnd(response: ServerResponse): void {
  const chunk = Buffer.alloc(16 * 1024, 'x');
  const more = () => {
    while (!response.destroyed && response.write(chunk));
  };
  response.writeHead(200, { 'content-type': 'application/json' }).on('drain', more);
  more();
}

async function readText(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
}
