import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { getRequestListener } from '@hono/node-server';
import { Hono } from 'hono';
import { BOT, type Channel, type Member, TEAM } from '../cast.ts';
import type {
  Acknowledged,
  ChannelChange,
  ClickRequest,
  CloseRequest,
  CommandRequest,
  Disconnection,
  FillRequest,
  GroupChange,
  Live,
  MessageRequest,
  Outcome,
  RawMessage,
  Sees,
  SlackCall,
  SlackDelivery,
  SlackFaults,
  Standing,
  SubmitRequest,
  TypeAheadAnswer,
  TypeAheadRequest,
} from '../control/protocol.ts';
import { HeldRequests } from '../held-requests.ts';
import { changeGroup } from './acting/change-group.ts';
import { changeMember } from './acting/change-member.ts';
import { click, fill } from './acting/click.ts';
import { closeModal } from './acting/close-modal.ts';
import { typeCommand } from './acting/command.ts';
import { writeMessage } from './acting/message.ts';
import { openHome } from './acting/open-home.ts';
import { useShortcut } from './acting/shortcut.ts';
import { submit } from './acting/submit.ts';
import { typeAhead } from './acting/type-ahead.ts';
import { Deliveries, type Transport } from './delivery.ts';
import { Faults } from './faults.ts';
import { httpDelivery } from './http-delivery.ts';
import { newSecret } from './identifiers.ts';
import { parseJson } from './json.ts';
import { Limits } from './limits.ts';
import { type Manifest, readManifest } from './manifest.ts';
import { Impossible, Refusal } from './refusal.ts';
import { ResponseUrls } from './response-url.ts';
import { channelsOf, seenBy } from './sees.ts';
import type { Slack } from './slack.ts';
import { SocketMode } from './socket-mode.ts';
import { TriggerIds } from './trigger.ts';
import { Views } from './views.ts';
import type { Methods } from './web-api/method.ts';
import { WebApi } from './web-api/web-api.ts';
import { type Conversation, Workspace } from './workspace.ts';

export type SlackOptions = {
  /** Path of the app's manifest, YAML or JSON. */
  manifest: string;
  /** The app also has the scope and the event that user groups take. */
  groups?: boolean;
  /** The app also has the event that tells of members who leave. */
  leavers?: boolean;
  /** 0, the default, takes any free port. */
  port?: number;
  /** Default `127.0.0.1`. */
  host?: string;
  /** Milliseconds since 1970 by Slack's clock: triggers, response URLs, timestamps. Default: the computer's. */
  now?: () => number;
  /** Milliseconds of real time the app has to acknowledge. Default 3000, as in Slack. */
  acknowledgeWithin?: number;
  /** The workspace is one of two in an Enterprise organisation. Default: there is none. */
  organisation?: boolean;
  /** The app is installed for the whole organisation. Default: in the workspace alone. */
  orgWide?: boolean;
  /** The id of the Slack app that the app token is of. Default: that of the bot's. */
  appTokenOf?: string;
  /** Where Slack says that it is, without a slash at its end, for a bot that gets there by a proxy. Default: where it is. */
  knownAs?: string;
  /** Further members, who are in every channel. */
  colleagues?: readonly Member[];
  /** Slack's rate limits hold, with minutes so many times shorter. Default: there are none. */
  limited?: { faster: number };
};

export type SlackSecret = 'botToken' | 'appToken' | 'signingSecret';

/** A running workspace: what an app is configured with, and what its members and the tests do. */
export type SlackServer = {
  /** Base of the Web API, ends in `/api/`. */
  apiUrl: string;
  readonly botToken: string;
  readonly appToken: string;
  readonly signingSecret: string;
  /** Puts a new secret in the place of one, which no longer works from then on. */
  rotate(secret: SlackSecret): void;
  /** The app's, as it was read at the start. */
  manifest: Manifest;
  /** Each as `control/protocol.ts` says; throws `Impossible` for what nobody could do. */
  command(memberId: string, request: CommandRequest): Promise<Outcome>;
  message(memberId: string, request: MessageRequest): { ts: string };
  click(memberId: string, request: ClickRequest): Promise<Outcome>;
  typeAhead(memberId: string, request: TypeAheadRequest): Promise<TypeAheadAnswer>;
  fill(memberId: string, request: FillRequest): Promise<Outcome>;
  submit(memberId: string, request: SubmitRequest): Promise<Outcome>;
  closeModal(memberId: string, request: CloseRequest): Promise<Outcome>;
  home(memberId: string): Promise<Outcome>;
  shortcut(memberId: string, callbackId: string): Promise<Outcome>;
  sees(memberId: string): Sees;
  /** Calls the listener after each change until the returned function is called. */
  onChange(listener: () => void): () => void;
  members(): readonly Member[];
  channels(): Channel[];
  calls(): SlackCall[];
  forgetCalls(): void;
  deliveries(): SlackDelivery[];
  redeliver(id: string): Promise<Outcome>;
  /** How many Web API calls are held now. */
  held(): number;
  /** Changes the faults given and leaves the others; answers with all. A `hold` of null cuts what is held. */
  setFaults(faults: Partial<SlackFaults>): SlackFaults;
  /** Sends this over a Socket Mode connection, as it stands. */
  sendRaw(request: RawMessage): Promise<Acknowledged>;
  disconnect(how: Disconnection): void;
  /** How many Socket Mode connections there are. */
  connections(): number;
  /** Null: Socket Mode. */
  setRequestUrl(url: string | null): void;
  /** The channel is shared with another company from now on. */
  share(channel: string): void;
  changeChannel(change: ChannelChange): void;
  changeMember(memberId: string, standing: Standing): Promise<Outcome>;
  changeGroup(change: GroupChange): Promise<Outcome>;
  people(): Live['people'];
  /** The member, or else the bot, joins the channel. */
  invite(channel: string, memberId?: string): void;
  close(): Promise<void>;
};

const NEW_SECRETS: Record<SlackSecret, () => string> = {
  botToken: () => `xoxb-${newSecret()}`,
  appToken: () => `xapp-1-${BOT.appId}-${newSecret()}`,
  signingSecret: () => newSecret(),
};

/** What a proxy that wants a login answers in Slack's place. */
const PAGE = '<!DOCTYPE html><html><body><h1>Please log in</h1></body></html>';
/** What faults call a response URL, beside the methods of the Web API. */
const RESPONSE_URL = 'response_url';

/** Starts a workspace with the app of `manifest` installed. Nothing is shared between two of them. */
export async function startSlack(options: SlackOptions): Promise<SlackServer> {
  const { port = 0, host = '127.0.0.1', now = Date.now, acknowledgeWithin = 3000 } = options;
  const { organisation = false, orgWide = false, appTokenOf = BOT.appId, colleagues = [] } = options;
  const { limited } = options;
  const read = await readManifest(options.manifest);
  const { groups = false, leavers = false } = options;
  const manifest = withLeavers(withGroups(read, groups), leavers);
  const workspace = new Workspace(now, organisation, colleagues);
  const changed = () => workspace.changed();
  const faults = new Faults();
  const sockets = new SocketMode(faults, changed);
  const held = new HeldRequests(changed);
  let origin = '';
  let requestUrl: string | null = null;
  const transport = (): Transport => {
    if (faults.down) return () => Promise.resolve({ failed: 'unreachable' });
    return requestUrl === null ? sockets.send : httpDelivery(requestUrl, slack.signingSecret);
  };
  const slack: Slack = {
    organisation,
    orgWide,
    manifest,
    now,
    workspace,
    views: new Views(now, changed, () => workspace.unknownBlocks),
    triggers: new TriggerIds(now),
    responseUrls: new ResponseUrls(workspace, now, () => origin),
    deliveries: new Deliveries(transport, acknowledgeWithin),
    offered: new Map(),
    verificationToken: newSecret(12),
    botToken: NEW_SECRETS.botToken(),
    appToken: `xapp-1-${appTokenOf}-${newSecret()}`,
    signingSecret: NEW_SECRETS.signingSecret(),
  };
  const appMethods: Methods = {
    'apps.connections.open': {
      token: 'app',
      scopes: ['connections:write'],
      call: () => {
        if (!manifest.socketMode) throw new Refusal('socket_mode_not_enabled');
        return { url: `${origin.replace('http', 'ws')}/link/?ticket=${sockets.issueTicket()}` };
      },
    },
  };
  const webApi = new WebApi(slack, faults, held, appMethods, limited ? new Limits(limited.faster) : null);

  const app = new Hono<{ Bindings: { incoming: IncomingMessage; outgoing: ServerResponse } }>();
  app.all('/api/:method', async (context) => {
    const answer = await webApi.answer(context.req.param('method'), {
      contentType: context.req.header('content-type') ?? '',
      authorization: context.req.header('authorization'),
      body: await context.req.text(),
      gone: context.req.raw.signal,
    });
    if (answer === 'page') return context.html(PAGE);
    if (answer === 'cut') {
      context.env.incoming.socket.destroy();
      return context.body(null);
    }
    // By Slack's own clock, which a test may move.
    const headers = { date: new Date(now()).toUTCString(), ...answer.headers };
    return Response.json(answer.body, { status: answer.status, headers });
  });
  for (const kind of ['commands', 'actions']) {
    app.post(`/${kind}/:secret`, async (context) => {
      const lost = faults.takeLoss(RESPONSE_URL);
      const cut = () => {
        context.env.incoming.socket.destroy();
        return context.body(null);
      };
      if (lost === 'before') return cut();
      if (faults.takePage(RESPONSE_URL)) return context.html(PAGE);
      const failure = faults.takeFailure(RESPONSE_URL);
      if (failure !== null) return new Response(PAGE, { status: failure });
      const retryAfter = faults.takeRateLimit(RESPONSE_URL);
      if (retryAfter !== null) {
        context.header('retry-after', String(retryAfter));
        return context.body('', 429);
      }
      const error = faults.takeRefusal(RESPONSE_URL, {});
      if (error !== null) return context.json({ ok: false, error }, 404);
      const path = `${kind}/${context.req.param('secret')}`;
      const { status, body } = slack.responseUrls.respond(path, parseJson(await context.req.text()));
      return lost === 'after' ? cut() : context.body(body, status);
    });
  }

  const listener = getRequestListener(app.fetch);
  const server = createServer((request, response) => {
    if (faults.down) request.socket.destroy();
    else void listener(request, response);
  });
  server.on('upgrade', (request, socket, head) => {
    if (faults.down) socket.destroy();
    else sockets.upgrade(request, socket, head);
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject).listen(port, host, resolve);
  });
  const address = `http://${host}:${portOf(server.address())}`;
  origin = options.knownAs ?? address;

  return {
    apiUrl: `${address}/api/`,
    get botToken() {
      return slack.botToken;
    },
    get appToken() {
      return slack.appToken;
    },
    get signingSecret() {
      return slack.signingSecret;
    },
    rotate: (secret) => {
      slack[secret] = NEW_SECRETS[secret]();
      if (secret === 'appToken') sockets.disconnect('drop');
    },
    manifest,
    command: (memberId, request) => typeCommand(slack, memberId, request),
    message: (memberId, request) => writeMessage(slack, memberId, request),
    click: (memberId, request) => click(slack, memberId, request),
    typeAhead: (memberId, request) => typeAhead(slack, memberId, request),
    fill: (memberId, request) => fill(slack, memberId, request),
    submit: (memberId, request) => submit(slack, memberId, request),
    closeModal: (memberId, request) => closeModal(slack, memberId, request),
    home: (memberId) => openHome(slack, memberId),
    shortcut: (memberId, callbackId) => useShortcut(slack, memberId, callbackId),
    sees: (memberId) => seenBy(slack, memberId),
    onChange: (watcher) => workspace.watch(watcher),
    members: () => workspace.members,
    channels: () => channelsOf(workspace),
    calls: () => webApi.calls(),
    forgetCalls: () => webApi.forgetCalls(),
    deliveries: () => slack.deliveries.list(),
    redeliver: async (id) => {
      const delivered = await slack.deliveries.sendAgain(id);
      if (delivered === undefined) throw new Impossible(`There was no delivery ${id}.`);
      return 'acknowledged' in delivered
        ? { acknowledged: true, response: delivered.acknowledged }
        : { acknowledged: false, notice: 'The app did not acknowledge the envelope.' };
    },
    held: () => held.count,
    setFaults: (ordered) => {
      const all = faults.set(ordered);
      workspace.unknownBlocks = { types: all.unknownBlocks, error: all.unknownBlocksError };
      if (all.down) {
        sockets.disconnect('drop');
        server.closeAllConnections();
      }
      if (ordered.socketModeOff) sockets.switchedOff();
      if (ordered.hold === null) held.letGo();
      return all;
    },
    sendRaw: async ({ message, id }) => {
      if (id === null) {
        sockets.sendUnaddressed(message);
        return { acknowledged: null };
      }
      const delivered = await slack.deliveries.within((signal) => sockets.sendText(message, id, signal));
      return { acknowledged: 'acknowledged' in delivered ? delivered.acknowledged : null };
    },
    disconnect: (how) => sockets.disconnect(how),
    connections: () => sockets.open,
    setRequestUrl: (url) => {
      requestUrl = url;
    },
    share: (channelId) => {
      channelNamed(workspace, channelId).shared = true;
      workspace.changed();
    },
    changeChannel: ({ channel: channelId, archived, readOnly, newId }) => {
      const channel = channelNamed(workspace, channelId);
      channel.archived = archived ?? channel.archived;
      channel.readOnly = readOnly ?? channel.readOnly;
      if (newId === undefined) workspace.changed();
      else workspace.changeId(channel, newId);
    },
    changeGroup: (change) => changeGroup(slack, change),
    people: () => ({
      members: workspace.members.map(({ id, realName }) => ({
        id,
        realName,
        standing: workspace.standingOf(id),
      })),
      groups: [...workspace.userGroups.values()],
      hasUserGroups: workspace.hasUserGroups,
    }),
    changeMember: (memberId, standing) => changeMember(slack, memberId, standing),
    invite: (channelId, memberId) => {
      const channel = channelNamed(workspace, channelId);
      if (memberId === undefined) channel.botIsMember = true;
      else channel.members.add(guest(workspace.member(memberId), channel.shared).id);
      workspace.changed();
    },
    close: async () => {
      slack.deliveries.close();
      await sockets.close();
      const closed = new Promise((resolve) => server.close(resolve));
      server.closeAllConnections();
      await closed;
    },
  };
}

function withGroups({ scopes, events, ...others }: Manifest, isWanted: boolean): Manifest {
  if (!isWanted) return { scopes, events, ...others };
  return {
    ...others,
    scopes: new Set([...scopes, 'usergroups:read']),
    events: new Set([...events, 'subteam_members_changed']),
  };
}

function withLeavers({ events, ...others }: Manifest, isWanted: boolean): Manifest {
  return { ...others, events: isWanted ? new Set([...events, 'user_change']) : events };
}

function channelNamed(workspace: Workspace, id: string): Conversation {
  const channel = workspace.conversations.get(id);
  if (channel === undefined || channel.kind === 'im') throw new Impossible(`There is no channel ${id}.`);
  return channel;
}

/** Members of another workspace come into shared channels only. */
function guest(member: Member, shared: boolean): Member {
  if (member.teamId !== TEAM.id && !shared)
    throw new Impossible(`${member.id} can only join shared channels.`);
  return member;
}

function portOf(address: string | AddressInfo | null): number {
  if (address === null || typeof address === 'string') throw new Error('The server listens on no port.');
  return address.port;
}
