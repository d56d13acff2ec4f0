import { App, SocketModeReceiver } from '@slack/bolt';
import { Agent, request } from 'undici';
import { z } from 'zod';

/** What one would write with Bolt in an afternoon: no gate, no store, no forms. It answers what the bench compares. */
const {
  SLACK_API_URL: slackApiUrl,
  SLACK_BOT_TOKEN: token,
  SLACK_APP_TOKEN: appToken,
  SLACK_SIGNING_SECRET: signingSecret,
  FASTLY_API_URL,
  FASTLY_API_TOKEN,
  ANSWER,
} = z
  .object({
    SLACK_API_URL: z.string(),
    SLACK_BOT_TOKEN: z.string(),
    SLACK_APP_TOKEN: z.string().optional(),
    SLACK_SIGNING_SECRET: z.string().optional(),
    FASTLY_API_URL: z.string(),
    FASTLY_API_TOKEN: z.string(),
    ANSWER: z
      .string()
      .default('{"text":"fine"}')
      .transform((text) =>
        z.object({ text: z.string(), blocks: z.array(z.any()).optional() }).parse(JSON.parse(text)),
      ),
  })
  .parse(process.env);

const User = z.object({ id: z.string(), login: z.string() });
const dispatcher = new Agent();

async function userAt(path: string): Promise<z.infer<typeof User>> {
  const { body } = await request(`${FASTLY_API_URL}${path}`, {
    headers: { 'fastly-key': FASTLY_API_TOKEN },
    dispatcher,
    signal: AbortSignal.timeout(10_000),
  });
  return User.parse(await body.json());
}

const clientOptions = { slackApiUrl };
const app = new App(
  appToken
    ? {
        token,
        clientOptions,
        receiver: new SocketModeReceiver({ appToken, installerOptions: { clientOptions } }),
      }
    : { token, clientOptions, signingSecret: signingSecret ?? '' },
);

app.command('/fastly-user', async ({ command, ack, respond }) => {
  await ack();
  const [name, id] = command.text.split(' ');
  if (name === 'whoami') await userAt('/current_user');
  if (name === 'get') await userAt(`/user/${id}`);
  await respond({ ...ANSWER, response_type: name === 'help' ? 'ephemeral' : 'in_channel' });
});

app.event('user_change', async () => {});

if (appToken) await app.start();
else {
  const server = await app.start({ port: 0, host: '127.0.0.1' });
  const address = server.address();
  process.stdout.write(`listening on ${typeof address === 'object' ? address?.port : address}\n`);
}
