import { createServer } from 'node:http';
import { getRequestListener } from '@hono/node-server';
import { type Context, Hono } from 'hono';
import { z } from 'zod';
import { page } from '../page/page.ts';
import { Impossible } from '../slack/refusal.ts';
import type { SlackServer } from '../slack/server.ts';
import { describeSees } from './describe.ts';
import { botState, live } from './live.ts';
import { onlyFromHere } from './only-from-here.ts';
import type { FastlyCall, FastlyFaults, JsonObject, Sees } from './protocol.ts';
import * as requests from './requests.ts';
import { settingOf } from './setting.ts';

/** What the control API needs of the sandbox's Fastly account. */
export type FastlyAccount = {
  calls(): FastlyCall[];
  forgetCalls(): void;
  held(): number;
  users(): JsonObject[];
  putUsers(users: JsonObject[]): JsonObject[];
  removeUser(id: string): boolean;
  patchAccount(fields: JsonObject): JsonObject;
  patchToken(fields: JsonObject): JsonObject;
  tokens(): JsonObject[];
  putTokens(tokens: JsonObject[]): JsonObject[];
  revokeToken(id: string): boolean;
  invitations(): JsonObject[];
  faults(): FastlyFaults;
  setFaults(faults: Partial<FastlyFaults>): FastlyFaults;
  onChange(listener: () => void): () => void;
};

/** What the control API needs of the bot's process. */
export type BotSwitch = {
  readonly running: boolean;
  start(): void;
  kill(): Promise<void>;
  onChange(listener: () => void): () => void;
  /** Has its clock run so many milliseconds ahead of this machine's. */
  setClock(ahead: number): void;
};

/** The clock of Slack, of Fastly and of the bot, where the sandbox runs it. */
export type Clock = {
  /** Milliseconds before this machine's. */
  readonly ahead: number;
  advance(milliseconds: number): void;
  /** To when it is next this time in UTC, such as `09:00`. */
  advanceTo(time: string): void;
  onChange(listener: () => void): () => void;
};

export type ControlOptions = {
  slack: SlackServer;
  fastly: FastlyAccount;
  /** Null: the sandbox does not run it. */
  bot: BotSwitch | null;
  clock: Clock;
  /** 0, the default, takes any free port. */
  port?: number;
  /** Default `127.0.0.1`. */
  host?: string;
};

const LONGEST_POLL_MILLISECONDS = 10_000;

/** Serves the control API. `url` has no slash at its end. */
export async function startControl(
  options: ControlOptions,
): Promise<{ url: string; close(): Promise<void> }> {
  const { port = 0, host = '127.0.0.1' } = options;
  // A connection that the server closes while a busy client asks over it would fail that request.
  const server = createServer({ keepAliveTimeout: 600_000 }, getRequestListener(controlApi(options).fetch));
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject).listen(port, host, resolve);
  });
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('The server listens on no port.');
  return {
    url: `http://${host}:${address.port}`,
    close: async () => {
      const closed = new Promise((resolve) => server.close(resolve));
      server.closeAllConnections();
      await closed;
    },
  };
}

/** The control API's routes, to be mounted wherever a page wants them. */
export function controlApi({ slack, fastly, bot, clock }: ControlOptions): Hono {
  const app = new Hono();
  app.use(onlyFromHere);
  app.onError((error, context) => {
    if (error instanceof Impossible) return context.json({ error: error.message }, 400);
    if (error instanceof z.ZodError) return context.json({ error: z.prettifyError(error) }, 400);
    throw error;
  });
  app.notFound((context) =>
    context.json({ error: `There is no ${context.req.method} ${context.req.path}.` }, 404),
  );
  const nothing = (context: Context) => context.body(null, 204);
  const member = (context: Context) => z.string().parse(context.req.param('id'));
  const held = (service: SlackServer | FastlyAccount) => async (context: Context) => {
    const atLeast = z.coerce.number().int().default(0).parse(context.req.query('atLeast'));
    await until(service, () => service.held() >= atLeast);
    return context.json({ held: service.held() });
  };

  app.get('/members', (context) => context.json(slack.members()));
  app.get('/setting', (context) => context.json(settingOf(slack)));
  app.get('/live', live({ slack, fastly, bot, clock }));
  app.route('/', page());
  app.get('/channels', (context) => context.json(slack.channels()));
  app.get('/members/:id/sees', async (context) => {
    const after = z.coerce.number().int().default(0).parse(context.req.query('after'));
    const sees = await newerThan(slack, member(context), after);
    return context.req.query('as') === 'text' ? context.text(`${describeSees(sees)}\n`) : context.json(sees);
  });
  const act = <S extends z.ZodType>(
    name: string,
    schema: S,
    action: (memberId: string, request: z.output<S>) => unknown,
  ) => {
    app.post(`/members/:id/${name}`, async (context) =>
      Response.json(await action(member(context), await body(context, schema))),
    );
  };
  act('command', requests.commandRequest, (id, request) => slack.command(id, request));
  act('message', requests.messageRequest, (id, request) => slack.message(id, request));
  act('click', requests.clickRequest, (id, request) => slack.click(id, request));
  act('type-ahead', requests.typeAheadRequest, (id, request) => slack.typeAhead(id, request));
  act('fill', requests.fillRequest, (id, request) => slack.fill(id, request));
  act('submit', requests.submitRequest, (id, request) => slack.submit(id, request));
  act('close', requests.closeRequest, (id, request) => slack.closeModal(id, request));
  act('home', requests.homeRequest, (id) => slack.home(id));
  act('shortcut', requests.shortcutRequest, (id, { callbackId }) => slack.shortcut(id, callbackId));

  app.get('/slack/calls', (context) => context.json(slack.calls()));
  app.delete('/slack/calls', (context) => {
    slack.forgetCalls();
    return nothing(context);
  });
  app.get('/slack/deliveries', (context) => context.json(slack.deliveries()));
  app.get('/slack/connections', (context) => context.json({ open: slack.connections() }));
  app.get('/slack/held', held(slack));
  app.post('/slack/redeliver', async (context) => {
    const { id } = await body(context, requests.redeliverRequest);
    return Response.json(await slack.redeliver(id));
  });
  app.post('/slack/faults', async (context) =>
    context.json(slack.setFaults(await body(context, requests.slackFaults))),
  );
  app.post('/slack/disconnect', async (context) => {
    slack.disconnect((await body(context, requests.disconnectRequest)).how);
    return nothing(context);
  });
  app.post('/slack/raw', async (context) =>
    context.json(await slack.sendRaw(await body(context, requests.rawMessage))),
  );
  app.post('/slack/request-url', async (context) => {
    slack.setRequestUrl((await body(context, requests.requestUrlRequest)).url);
    return nothing(context);
  });
  app.post('/slack/share', async (context) => {
    slack.share((await body(context, requests.shareRequest)).channel);
    return nothing(context);
  });
  app.post('/slack/invite', async (context) => {
    const { channel, member: id } = await body(context, requests.inviteRequest);
    slack.invite(channel, id);
    return nothing(context);
  });
  app.post('/slack/channel', async (context) => {
    slack.changeChannel(await body(context, requests.channelChange));
    return nothing(context);
  });
  app.post('/slack/member', async (context) => {
    const { member: id, standing } = await body(context, requests.memberChange);
    return Response.json(await slack.changeMember(id, standing));
  });
  app.post('/slack/group', async (context) =>
    context.json(await slack.changeGroup(await body(context, requests.groupChange))),
  );
  app.post('/clock', async (context) => {
    const { advance, to } = await body(context, requests.clockRequest);
    clock.advance(advance);
    if (to !== undefined) clock.advanceTo(to);
    return nothing(context);
  });

  app.get('/bot', (context) => context.json(botState(slack, bot)));
  app.post('/bot', async (context) => {
    const { want } = await body(context, requests.botRequest);
    if (bot === null) throw new Impossible('The bot is not run by the sandbox.');
    if (want === 'start') bot.start();
    else await bot.kill();
    return context.json(botState(slack, bot));
  });

  app.get('/fastly/calls', (context) => context.json(fastly.calls()));
  app.delete('/fastly/calls', (context) => {
    fastly.forgetCalls();
    return nothing(context);
  });
  app.get('/fastly/held', held(fastly));
  app.get('/fastly/users', (context) => context.json(fastly.users()));
  app.put('/fastly/users', async (context) =>
    context.json(fastly.putUsers((await body(context, requests.fastlyUsers)).users)),
  );
  app.delete('/fastly/users/:id', (context) => {
    if (!fastly.removeUser(member(context))) throw new Impossible(`There is no user ${member(context)}.`);
    return nothing(context);
  });
  app.patch('/fastly/account', async (context) =>
    context.json(fastly.patchAccount(await body(context, requests.accountFields))),
  );
  app.patch('/fastly/token', async (context) =>
    context.json(fastly.patchToken(await body(context, requests.tokenFields))),
  );
  app.get('/fastly/tokens', (context) => context.json(fastly.tokens()));
  app.put('/fastly/tokens', async (context) =>
    context.json(fastly.putTokens((await body(context, requests.fastlyTokens)).tokens)),
  );
  app.delete('/fastly/tokens/:id', (context) => {
    if (!fastly.revokeToken(member(context))) throw new Impossible(`There is no token ${member(context)}.`);
    return nothing(context);
  });
  app.get('/fastly/invitations', (context) => context.json(fastly.invitations()));
  app.get('/fastly/faults', (context) => context.json(fastly.faults()));
  app.post('/fastly/faults', async (context) =>
    context.json(fastly.setFaults(await body(context, requests.fastlyFaults))),
  );
  return app;
}

/** What the member sees, once it is newer than `after`; after ten seconds as it is. */
async function newerThan(slack: SlackServer, memberId: string, after: number): Promise<Sees> {
  await until(slack, () => slack.sees(memberId).version > after);
  return slack.sees(memberId);
}

/** Resolves once the condition holds, after ten seconds whether it does or not. */
async function until(service: Pick<FastlyAccount, 'onChange'>, condition: () => boolean): Promise<void> {
  if (condition()) return;
  await new Promise<void>((resolve) => {
    const done = () => {
      clearTimeout(timer);
      unwatch();
      resolve();
    };
    const timer = setTimeout(done, LONGEST_POLL_MILLISECONDS);
    const unwatch = service.onChange(() => {
      if (condition()) done();
    });
  });
}

async function body<S extends z.ZodType>(context: Context, schema: S): Promise<z.output<S>> {
  const text = await context.req.text();
  try {
    return schema.parse(JSON.parse(text || '{}'));
  } catch (error) {
    if (error instanceof SyntaxError) throw new Impossible('The body is not JSON.');
    throw error;
  }
}
