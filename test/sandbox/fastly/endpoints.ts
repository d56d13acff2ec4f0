import type { Answer, Call } from './call.ts';
import { createInvitation, deleteInvitation, listInvitations } from './invitations.ts';
import { requestPasswordReset, updatePassword } from './passwords.ts';
import { getCurrentToken, listTokens, revokeToken } from './tokens.ts';
import {
  createUser,
  deleteUser,
  getCurrentCustomer,
  getCurrentUser,
  getUser,
  listUsers,
  updateUser,
} from './users.ts';

export type Endpoint = {
  method: string;
  /** Matches the path as sent; the first group is what it names, percent-encoded. */
  path: RegExp;
  /** How the caller says who it is. */
  auth: 'token' | 'basic';
  answer: (call: Call) => Answer;
};

const token = (method: string, path: RegExp, answer: Endpoint['answer']): Endpoint => ({
  method,
  path,
  auth: 'token',
  answer,
});

const ENDPOINTS: readonly Endpoint[] = [
  token('POST', /^\/user$/, createUser),
  token('GET', /^\/user\/([^/]+)$/, getUser),
  token('PUT', /^\/user\/([^/]+)$/, updateUser),
  token('DELETE', /^\/user\/([^/]+)$/, deleteUser),
  token('POST', /^\/user\/([^/]+)\/password\/request_reset$/, requestPasswordReset),
  token('GET', /^\/current_user$/, getCurrentUser),
  { method: 'POST', path: /^\/current_user\/password$/, auth: 'basic', answer: updatePassword },
  token('GET', /^\/customer\/([^/]+)\/users$/, listUsers),
  token('GET', /^\/current_customer$/, getCurrentCustomer),
  token('GET', /^\/tokens\/self$/, getCurrentToken),
  token('GET', /^\/customer\/([^/]+)\/tokens$/, listTokens),
  token('DELETE', /^\/tokens\/([^/]+)$/, revokeToken),
  token('POST', /^\/invitations$/, createInvitation),
  token('GET', /^\/invitations$/, listInvitations),
  token('DELETE', /^\/invitations\/([^/]+)$/, deleteInvitation),
];

/** The endpoint for a method and a path as sent, with what the path names, still encoded. */
export function findEndpoint(
  method: string,
  path: string,
): { endpoint: Endpoint; encoded: string } | undefined {
  for (const endpoint of ENDPOINTS) {
    const found = endpoint.method === method ? endpoint.path.exec(path) : null;
    if (found !== null) return { endpoint, encoded: found[1] ?? '' };
  }
  return undefined;
}
