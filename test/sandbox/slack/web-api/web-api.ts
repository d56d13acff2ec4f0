import { setTimeout as wait } from 'node:timers/promises';
import type { JsonObject, SlackCall } from '../../control/protocol.ts';
import type { HeldRequests } from '../../held-requests.ts';
import type { Faults } from '../faults.ts';
import type { Limits } from '../limits.ts';
import { Refusal } from '../refusal.ts';
import type { Slack } from '../slack.ts';
import { readCall } from './arguments.ts';
import { authMethods } from './auth.ts';
import { chatMethods } from './chat.ts';
import { conversationsMethods } from './conversations.ts';
import { type Method, type Methods, requireScope } from './method.ts';
import { usergroupsMethods } from './usergroups.ts';
import { usersMethods } from './users.ts';
import { viewsMethods } from './views.ts';

export type WebApiRequest = {
  contentType: string;
  authorization: string | undefined;
  body: string;
  /** Aborted when the client goes away. */
  gone: AbortSignal;
};

/** `cut`: the connection ends without an answer. `page`: a web page comes in its place. */
export type WebApiAnswer =
  | { status: number; headers: { [name: string]: string }; body: JsonObject }
  | 'cut'
  | 'page';

/** Slack's Web API: https://docs.slack.dev/apis/web-api. */
export class WebApi {
  readonly #slack: Slack;
  readonly #faults: Faults;
  readonly #held: HeldRequests;
  readonly #limits: Limits | null;
  readonly #methods: ReadonlyMap<string, Method>;
  #calls: SlackCall[] = [];

  /** `appMethods`: the methods of the app token, which need the sockets. `limits`: null for none. */
  constructor(
    slack: Slack,
    faults: Faults,
    held: HeldRequests,
    appMethods: Methods,
    limits: Limits | null = null,
  ) {
    this.#limits = limits;
    this.#slack = slack;
    this.#faults = faults;
    this.#held = held;
    this.#methods = new Map(
      Object.entries({
        ...authMethods,
        ...appMethods,
        ...chatMethods,
        ...conversationsMethods,
        ...usersMethods,
        ...usergroupsMethods,
        ...viewsMethods,
      }),
    );
  }

  calls(): SlackCall[] {
    return [...this.#calls];
  }

  forgetCalls(): void {
    this.#calls = [];
  }

  async answer(name: string, request: WebApiRequest): Promise<WebApiAnswer> {
    const lost = this.#faults.takeLoss(name);
    const hold = lost === null ? this.#faults.takeHold(name) : null;
    const record: SlackCall = { method: name, args: argumentsOf(request), result: 'lost' };
    this.#calls.push(record);
    if (hold === 'before') await this.#held.hold(request.gone);
    if (lost === 'before' || hold === 'before') return 'cut';
    if (this.#faults.takePage(name)) return 'page';
    const failure = this.#faults.takeFailure(name);
    if (failure !== null) return { status: failure, headers: {}, body: { ok: false } };
    const retryAfter = this.#faults.takeRateLimit(name) ?? this.#limits?.take(name, record.args) ?? null;
    const answer =
      retryAfter === null ? await this.#call(name, request, record) : tooManyRequests(retryAfter, record);
    if (hold === 'after') await this.#held.hold(request.gone);
    else if (this.#faults.delay > 0) await wait(this.#faults.delay);
    return lost === 'after' || hold === 'after' ? 'cut' : answer;
  }

  async #call(name: string, request: WebApiRequest, record: SlackCall): Promise<WebApiAnswer> {
    const method = this.#methods.get(name);
    const headers = {
      'x-oauth-scopes': [...this.#slack.manifest.scopes].join(','),
      'x-accepted-oauth-scopes': method?.scopes.join(',') ?? '',
    };
    try {
      const { token, args } = readCall(request.contentType, request.authorization, request.body);
      if (method === undefined) throw new Refusal('unknown_method', { req_method: name });
      this.#authorize(method, token);
      const refusal = this.#faults.takeRefusal(name, args);
      if (refusal !== null) throw new Refusal(refusal);
      const body = await method.call(this.#slack, args);
      record.result = 'ok';
      return { status: 200, headers, body: { ok: true, ...body } };
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      record.result = error.code;
      return { status: 200, headers, body: { ok: false, error: error.code, ...error.details } };
    }
  }

  #authorize({ token: kind, scopes }: Method, token: string | undefined): void {
    if (kind === 'none') return;
    if (token === undefined) throw new Refusal('not_authed');
    const { botToken, appToken } = this.#slack;
    if (token !== botToken && token !== appToken) throw new Refusal('invalid_auth');
    if ((token === appToken) !== (kind === 'app')) throw new Refusal('not_allowed_token_type');
    if (kind === 'bot') requireScope(this.#slack, scopes);
  }
}

/** For the record, which a call that Slack cannot read is in all the same. */
function argumentsOf({ contentType, body }: WebApiRequest): JsonObject {
  try {
    return readCall(contentType, undefined, body).args;
  } catch (error) {
    if (error instanceof Refusal) return {};
    throw error;
  }
}

function tooManyRequests(seconds: number, record: SlackCall): WebApiAnswer {
  record.result = 'ratelimited';
  return {
    status: 429,
    headers: { 'retry-after': String(seconds) },
    body: { ok: false, error: 'ratelimited' },
  };
}
