import type { JsonObject } from '../../control/protocol.ts';
import { Refusal } from '../refusal.ts';
import type { Slack } from '../slack.ts';

/** One Web API method. See https://docs.slack.dev/reference/methods. */
export type Method = {
  /** The kind of token it takes; `none` needs no token. */
  token: 'bot' | 'app' | 'none';
  /** Any one of these is enough. Empty: no scope is needed. */
  scopes: readonly string[];
  /** Answers with what comes beside `ok: true`; throws `Refusal` otherwise. */
  call: (slack: Slack, args: JsonObject) => JsonObject | Promise<JsonObject>;
};

export type Methods = { readonly [name: string]: Method };

/** Refuses with `missing_scope` unless the app has one of `scopes`. */
export function requireScope(slack: Slack, scopes: readonly string[]): void {
  if (scopes.length === 0 || scopes.some((scope) => slack.manifest.scopes.has(scope))) return;
  throw new Refusal('missing_scope', {
    needed: scopes.join(','),
    provided: [...slack.manifest.scopes].join(','),
  });
}
