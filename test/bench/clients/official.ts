import { createRequire } from 'node:module';
import { account, serveCalls } from './calls.ts';

/** Fastly's own client, as far as it is used here; the package has no types. */
type Library = {
  ApiClient: new () => {
    authenticate(token: string): void;
    plugins: readonly ((request: { url: string }) => void)[];
  };
  UserApi: new (client: object) => { getUser(options: { user_id: string }): Promise<unknown> };
};

const library: Library = createRequire(import.meta.url)('fastly');
const client = new library.ApiClient();
client.authenticate(account.token);
// Each of its operations has the base URL of its own, so a plugin puts ours in its place.
client.plugins = [
  (request) => {
    request.url = request.url.replace('https://api.fastly.com', account.url);
  },
];
const users = new library.UserApi(client);

serveCalls((id) => users.getUser({ user_id: id }));
