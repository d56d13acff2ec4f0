import { fileURLToPath } from 'node:url';
import type { Member } from './cast.ts';
import { ControlClient } from './control/client.ts';
import { type BotSwitch, type Clock, startControl } from './control/server.ts';
import { type Fastly, startFastly } from './fastly/server.ts';
import { type SlackServer, startSlack } from './slack/server.ts';

export type SandboxOptions = {
  /** 0, the default of each, takes any free port. */
  ports?: { slack?: number; fastly?: number; control?: number };
  /** Path of the app's manifest. Default: the project's `manifest.yml`. */
  manifest?: string;
  /** The app also has the scope and the event that user groups take. Default: what its manifest says. */
  groups?: boolean;
  /** The app also has the event that tells of members who leave. Default: what its manifest says. */
  leavers?: boolean;
  /** Default `127.0.0.1`. */
  host?: string;
  /** Milliseconds of real time the app has to acknowledge. Default 3000, as in Slack. */
  acknowledgeWithin?: number;
  /** The workspace is one of two in an Enterprise organisation, and Mira works in both. Default: there is none. */
  organisation?: boolean;
  /** The app is installed for the whole organisation. Default: in the workspace alone. */
  orgWide?: boolean;
  /** The id of the Slack app that the app token is of. Default: that of the bot's. */
  appTokenOf?: string;
  /** Where Slack says that it is, for a bot that gets there by a proxy. Default: where it is. */
  slackKnownAs?: string;
  /** Further members of the workspace, who are in every channel. Default: none. */
  colleagues?: readonly Member[];
  /** Slack's rate limits hold, with minutes so many times shorter. Default: there are none. */
  limited?: { faster: number };
  /** The dates of the account's people are as if it had been in use up to the start. Default: they are fixed. */
  datedNow?: boolean;
  /** The bot's process, for the control API to kill and start. Default: that is for whoever runs one. */
  bot?: BotSwitch;
};

export type Sandbox = {
  slack: SlackServer;
  fastly: Fastly;
  /** `url` has no slash at its end. */
  control: { url: string };
  /** Where a browser finds the workspace, without a slash at its end. */
  page: string;
  client: ControlClient;
  close(): Promise<void>;
};

const DAY_MILLISECONDS = 86_400_000;
const PROJECT_MANIFEST = fileURLToPath(new URL('../../manifest.yml', import.meta.url));

/** Starts a Slack workspace, a Fastly account and the control API, in this process and on a clock of their own. */
export async function startSandbox(options: SandboxOptions = {}): Promise<Sandbox> {
  const { ports = {}, manifest = PROJECT_MANIFEST, host = '127.0.0.1', acknowledgeWithin = 3000 } = options;
  const { organisation = false, colleagues = [] } = options;
  const clock = newClock(options.bot ?? null);
  const now = () => Date.now() + clock.ahead;
  const slack = await startSlack({
    manifest,
    port: ports.slack ?? 0,
    host,
    now,
    acknowledgeWithin,
    organisation,
    groups: options.groups ?? false,
    leavers: options.leavers ?? false,
    orgWide: options.orgWide ?? false,
    ...(options.appTokenOf !== undefined && { appTokenOf: options.appTokenOf }),
    ...(options.slackKnownAs !== undefined && { knownAs: options.slackKnownAs }),
    ...(options.limited !== undefined && { limited: options.limited }),
    colleagues,
  });
  const fastly = await startFastly({
    port: ports.fastly ?? 0,
    host,
    now,
    datedNow: options.datedNow ?? false,
  });
  const control = await startControl({
    slack,
    fastly,
    bot: options.bot ?? null,
    clock,
    port: ports.control ?? 0,
    host,
  });
  return {
    slack,
    fastly,
    control: { url: control.url },
    page: control.url.replace(host, 'localhost'),
    client: new ControlClient(control.url),
    close: async () => {
      await control.close();
      await slack.close();
      await fastly.close();
    },
  };
}

function newClock(bot: BotSwitch | null): Clock {
  const listeners = new Set<() => void>();
  let ahead = 0;
  const advance = (milliseconds: number) => {
    ahead += milliseconds;
    bot?.setClock(ahead);
    for (const listener of listeners) listener();
  };
  return {
    get ahead() {
      return ahead;
    },
    advance,
    advanceTo(time) {
      const now = Date.now() + ahead;
      const today = Date.parse(`${new Date(now).toISOString().slice(0, 10)}T${time}Z`);
      advance(today > now ? today - now : today + DAY_MILLISECONDS - now);
    },
    onChange(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}
