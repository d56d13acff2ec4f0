import { Secret } from '../../../src/config/secret.ts';
import { FastlyClient } from '../../../src/fastly/client.ts';
import { UserId } from '../../../src/fastly/user.ts';
import { Network } from '../../../src/http/network.ts';
import { account, serveCalls } from './calls.ts';

const { dispatcher } = new Network({});
const client = new FastlyClient({
  token: new Secret(account.token),
  baseUrl: account.url,
  timeout: 10_000,
  dispatcher,
});

serveCalls((id) => client.getUser(UserId.parse(id)));
