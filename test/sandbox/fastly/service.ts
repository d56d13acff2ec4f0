import type { IncomingHttpHeaders } from 'node:http';
import type { Account } from './account.ts';
import { type Answer, type Call, jsonAnswer } from './call.ts';
import { basicUser, mustBeInScope, tokenHolder } from './credentials.ts';
import { findEndpoint } from './endpoints.ts';
import { badRequest, missingCredentials, Refusal, recordNotFound, refusal } from './errors.ts';
import type { Faults } from './faults.ts';
import { aboutSomebodyElse } from './other-user.ts';
import { type RateLimit, rateLimitHeaders } from './rate-limit.ts';

/** An HTTP request, read to its end. */
export type ReceivedRequest = {
  method: string;
  /** Path and query as sent. */
  target: string;
  headers: IncomingHttpHeaders;
  body: string;
};

export type Service = {
  account: Account;
  faults: Faults;
  rateLimit: RateLimit;
  token: string;
};

/** Any token can be asked what it is. */
const OF_THE_TOKEN = '/tokens/self';

/** Does what the request asks and answers as the API does: credentials first, then the token's scope, then the rate limit, then the work. */
export function answerRequest(service: Service, request: ReceivedRequest): Answer {
  const { account, faults } = service;
  const headers: Answer['headers'] = {};
  try {
    const url = new URL(request.target, `http://${request.headers.host}`);
    const path = request.target.split('?')[0] ?? '';
    const found = findEndpoint(request.method, path);
    const actor =
      found?.endpoint.auth === 'basic'
        ? basicUser(request.headers, account)
        : holderUnlessRefused(service, request.headers);
    if (found?.endpoint.auth === 'token' && path !== OF_THE_TOKEN) mustBeInScope(request.method, account);
    if (found === undefined) throw recordNotFound(`No endpoint ${request.method} ${path}`);
    if (request.method !== 'GET') {
      const allowance = faults.usedUp(account.now()) ?? service.rateLimit.spend(actor.id, account.now());
      // Invitations are another application's: the user API's own writes are those that tell what is left.
      if (allowance.exhausted || !path.startsWith('/invitations')) {
        Object.assign(headers, rateLimitHeaders(allowance));
      }
      if (allowance.exhausted) throw refusal(429, 'Too many requests', 'You have exceeded your rate limit');
    }
    const call: Call = {
      account,
      faults,
      actor,
      named: decode(found.encoded),
      base: url.origin,
      query: url.searchParams,
      contentType: request.headers['content-type'] ?? '',
      body: request.body,
    };
    const done = found.endpoint.answer(call);
    const isOther = faults.isAboutSomebodyElse(`${request.method} ${request.target}`);
    const answer = isOther ? aboutSomebodyElse(call, done) : done;
    return { ...answer, headers: { ...answer.headers, ...headers } };
  } catch (error) {
    const { status, body } =
      error instanceof Refusal ? error : refusal(500, 'Internal server error', String(error));
    const refused = jsonAnswer(status, body);
    return { ...refused, headers: { ...refused.headers, ...headers } };
  }
}

function holderUnlessRefused({ faults, token, account }: Service, headers: IncomingHttpHeaders) {
  if (faults.tokenRefused) throw missingCredentials();
  const holder = tokenHolder(headers, token, account);
  account.token = { ...account.token, last_used_at: account.timestamp() };
  return holder;
}

function decode(encoded: string): string {
  try {
    return decodeURIComponent(encoded);
  } catch {
    throw badRequest('The path is not percent-encoded UTF-8');
  }
}
