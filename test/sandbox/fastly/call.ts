import type { Json } from '../control/protocol.ts';
import type { Account } from './account.ts';
import type { Faults } from './faults.ts';
import type { User } from './user.ts';

/** An authenticated request to one of the endpoints. */
export type Call = {
  account: Account;
  faults: Faults;
  /** The user whose token, or login and password, came with the request. */
  actor: User;
  /** What the path names, decoded: an id or a login; empty where it names nothing. */
  named: string;
  /** Base URL the request was sent to, for links in the answer. */
  base: string;
  query: URLSearchParams;
  /** `Content-Type` as sent; empty when there was none. */
  contentType: string;
  body: string;
};

/** What is sent back; a `body` of null is an empty one. */
export type Answer = { status: number; body: string | null; headers: { [name: string]: string } };

export function jsonAnswer(status: number, value: Json, contentType = 'application/json'): Answer {
  return { status, body: JSON.stringify(value), headers: { 'content-type': contentType } };
}
