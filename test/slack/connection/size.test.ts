import { expect, it } from 'vitest';
import { Secret } from '../../../src/config/secret.ts';
import { message } from '../../../src/messages/kit/message.ts';
import { say } from '../../../src/messages/kit/sentence.ts';
import { createLogger, slackSdkLogger } from '../../../src/observability/log.ts';
import { createClients } from '../../../src/slack/connection/clients.ts';
import { respond } from '../../../src/slack/connection/response-url.ts';
import { endlessServer } from '../../support/endless-server.ts';
import { newNetwork } from '../../support/network.ts';

const TOO_LARGE = 'the answer is too large';

it.each(['quick', 'once'] as const)(
  'an endless answer of the Web API closes the connection and fails the %s client',
  async (kind) => {
    const { url, closed } = await endlessServer();
    const logger = slackSdkLogger(createLogger('silent'));
    const clients = createClients(new Secret('xoxb-test'), `${url}/api/`, newNetwork(), logger);
    await expect(clients[kind].auth.test()).rejects.toThrow(TOO_LARGE);
    await closed;
  },
);

it('an endless answer of a response URL closes the connection and fails', async () => {
  const { url, closed } = await endlessServer();
  const response = { kind: 'post', visibleTo: 'caller', message: message(say`Hello`) } as const;
  await expect(respond(url, response, newNetwork().dispatcher)).rejects.toMatchObject({
    name: 'ResponseUrlRefused',
    message: expect.stringContaining(TOO_LARGE),
  });
  await closed;
});
