import { Secret } from '../../src/config/secret.ts';
import { ApiTokenId } from '../../src/fastly/api-token.ts';
import type { FastlyClient } from '../../src/fastly/client.ts';
import type { CallKind } from '../../src/fastly/retry.ts';
import { ENGINEER, PASSWORD } from '../sandbox/fastly/people.ts';
import { CUSTOMER_ID } from '../sandbox/fastly/user.ts';
import { customerId, userId } from './start.ts';

/** A call of the client, what it is by the rule of retries, and the request it makes. */
export type Operation = {
  name: string;
  kind: CallKind;
  line: string;
  call: (client: FastlyClient) => Promise<unknown>;
};
const id = userId(ENGINEER);
const reset = `/user/${encodeURIComponent(ENGINEER.login)}/password/request_reset`;

/** Every call that only reads. */
export const READS: readonly Operation[] = [
  { name: 'get_user', kind: 'read', line: `GET /user/${id}`, call: (client) => client.getUser(id) },
  {
    name: 'get_current_user',
    kind: 'read',
    line: 'GET /current_user',
    call: (client) => client.getCurrentUser(),
  },
  {
    name: 'list_users',
    kind: 'read',
    line: `GET /customer/${CUSTOMER_ID}/users`,
    call: (client) => client.listUsers(customerId(CUSTOMER_ID)),
  },
  {
    name: 'list_tokens',
    kind: 'read',
    line: `GET /customer/${CUSTOMER_ID}/tokens`,
    call: (client) => client.listTokens(customerId(CUSTOMER_ID)),
  },
  {
    name: 'current_customer',
    kind: 'read',
    line: 'GET /current_customer',
    call: (client) => client.currentCustomer(),
  },
];
/** Every call after which something may be different. */
export const CHANGES: readonly Operation[] = [
  {
    name: 'delete_user',
    kind: 'change',
    line: `DELETE /user/${id}`,
    call: (client) => client.deleteUser(id),
  },
  {
    name: 'update_user',
    kind: 'change',
    line: `PUT /user/${id}`,
    call: (client) => client.updateUser(id, { locked: true }),
  },
  {
    name: 'revoke_token',
    kind: 'change',
    line: 'DELETE /tokens/Kw3nTc8Zr1Ue6PxLg5QhBd',
    call: (client) => client.revokeToken(ApiTokenId.parse('Kw3nTc8Zr1Ue6PxLg5QhBd')),
  },
  {
    name: 'create_user',
    kind: 'creation',
    line: 'POST /user',
    call: (client) => client.createUser({ login: 'ada@example.com' }),
  },
  {
    name: 'request_password_reset',
    kind: 'mail',
    line: `POST ${reset}`,
    call: (client) => client.requestPasswordReset(ENGINEER.login),
  },
  {
    name: 'update_user_password',
    kind: 'mail',
    line: 'POST /current_user/password',
    call: (client) =>
      client.updateUserPassword(ENGINEER.login, new Secret(PASSWORD), new Secret('maple_Harbour_93')),
  },
];
export const ALL = [...READS, ...CHANGES];
