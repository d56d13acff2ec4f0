import { listen } from '../../sandbox/fastly/http-listener.ts';
import { startFastly } from '../../sandbox/fastly/server.ts';
import { CUSTOMER_ID } from '../../sandbox/fastly/user.ts';
import { person, USERS } from './people.ts';

const LIST = `/customer/${CUSTOMER_ID}/users`;

/**
 * A Fastly with 100,000 users. It answers with what the sandbox's has answered once: that one takes a second to write
 * its list, which would hide what is measured. `environment` says where it is.
 */
export async function startManyUsers(): Promise<{
  environment: { FASTLY_URL: string; FASTLY_TOKEN: string; LIST: string };
  close(): Promise<void>;
}> {
  const fastly = await startFastly();
  fastly.putUsers(Array.from({ length: USERS }, (_, index) => person(index)));
  const answers = new Map<string, Buffer>();
  for (const path of ['/current_user', LIST]) {
    const answer = await fetch(`${fastly.url}${path}`, { headers: { 'fastly-key': fastly.token } });
    answers.set(path, Buffer.from(await answer.arrayBuffer()));
  }
  const { token } = fastly;
  await fastly.close();
  const { port, close } = await listen(
    ({ url = '' }, response) => {
      const body = answers.get(url);
      response.writeHead(body ? 200 : 404, { 'content-type': 'application/json' }).end(body);
    },
    '127.0.0.1',
    0,
  );
  return { environment: { FASTLY_URL: `http://127.0.0.1:${port}`, FASTLY_TOKEN: token, LIST }, close };
}
