import { readFile } from 'node:fs/promises';
import { parse } from 'yaml';
import { z } from 'zod';

const httpsUrl = z.url({ protocol: /^https$/ });

/**
 * What Slack takes as a manifest, with the limits of each field (docs.slack.dev/reference/app-manifest). An app without
 * Socket Mode must say where it takes its requests.
 */
const manifestFile = z
  .object({
    display_information: z.object({
      name: z.string().min(1).max(35),
      description: z.string().max(140).optional(),
      background_color: z
        .string()
        .regex(/^#([0-9a-f]{3}|[0-9a-f]{6})$/i)
        .optional(),
    }),
    features: z
      .object({
        app_home: z
          .object({
            home_tab_enabled: z.boolean().default(false),
            messages_tab_enabled: z.boolean().default(false),
            messages_tab_read_only_enabled: z.boolean().default(false),
          })
          .prefault({}),
        bot_user: z.object({ display_name: z.string().regex(/^[a-z0-9._-]{1,80}$/) }).optional(),
        slash_commands: z
          .array(
            z.object({
              command: z.string().startsWith('/').max(32),
              url: httpsUrl.optional(),
              description: z.string().min(1).max(2000),
              usage_hint: z.string().max(1000).default(''),
              should_escape: z.boolean().default(false),
            }),
          )
          .max(50)
          .default([]),
        shortcuts: z
          .array(z.object({ type: z.enum(['global', 'message']), callback_id: z.string().max(255) }))
          .max(10)
          .default([]),
      })
      .prefault({}),
    oauth_config: z.object({ scopes: z.object({ bot: z.array(z.string()).max(255) }) }),
    settings: z.object({
      event_subscriptions: z
        .object({ request_url: httpsUrl.optional(), bot_events: z.array(z.string()).max(100).default([]) })
        .prefault({}),
      interactivity: z
        .object({
          is_enabled: z.boolean(),
          request_url: httpsUrl.optional(),
          message_menu_options_url: httpsUrl.optional(),
        })
        .prefault({ is_enabled: false }),
      socket_mode_enabled: z.boolean().default(false),
    }),
  })
  .refine(
    ({ features, settings: { socket_mode_enabled, event_subscriptions: events, interactivity } }) =>
      socket_mode_enabled ||
      (features.slash_commands.every(({ url }) => url !== undefined) &&
        (events.bot_events.length === 0 || events.request_url !== undefined) &&
        (!interactivity.is_enabled || interactivity.request_url !== undefined)),
    'an app without Socket Mode needs the URL of each command, of events and of interactivity',
  );

/** What an app manifest says of the app, see https://docs.slack.dev/reference/app-manifest. */
export type Manifest = {
  scopes: ReadonlySet<string>;
  /** By name, slash included. */
  commands: ReadonlyMap<string, { description: string; usageHint: string; shouldEscape: boolean }>;
  globalShortcuts: ReadonlySet<string>;
  events: ReadonlySet<string>;
  homeTab: boolean;
  messagesTab: boolean;
  messagesTabReadOnly: boolean;
  interactivity: boolean;
  /** Whether options can be asked for: always over Socket Mode, over HTTP where the manifest names the URL. */
  asksForOptions: boolean;
  socketMode: boolean;
};

/** A file is no manifest that Slack would take. The message says why. */
export class UnusableManifest extends Error {
  constructor(path: string, error: unknown) {
    const why = error instanceof z.ZodError ? `\n${z.prettifyError(error)}` : ` ${reasonOf(error)}`;
    super(`The manifest ${path} can't be used:${why}`);
    this.name = 'UnusableManifest';
  }
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** What was read last: tests start thousands of workspaces with one manifest. */
let last: { text: string; manifest: Manifest } | null = null;

/** @throws {UnusableManifest} */
export async function readManifest(path: string): Promise<Manifest> {
  try {
    const text = await readFile(path, 'utf8');
    if (last?.text !== text) last = { text, manifest: parseManifest(text) };
    return last.manifest;
  } catch (error) {
    throw new UnusableManifest(path, error);
  }
}

/** @param text YAML or JSON. Throws what is wrong with it */
export function parseManifest(text: string): Manifest {
  const { features, oauth_config, settings } = manifestFile.parse(parse(text));
  return {
    scopes: new Set(oauth_config.scopes.bot),
    commands: new Map(
      features.slash_commands.map(({ command, description, usage_hint, should_escape }) => [
        command,
        { description, usageHint: usage_hint, shouldEscape: should_escape },
      ]),
    ),
    globalShortcuts: new Set(
      features.shortcuts.filter((each) => each.type === 'global').map((each) => each.callback_id),
    ),
    events: new Set(settings.event_subscriptions.bot_events),
    homeTab: features.app_home.home_tab_enabled,
    messagesTab: features.app_home.messages_tab_enabled,
    messagesTabReadOnly: features.app_home.messages_tab_read_only_enabled,
    interactivity: settings.interactivity.is_enabled,
    asksForOptions:
      settings.socket_mode_enabled || settings.interactivity.message_menu_options_url !== undefined,
    socketMode: settings.socket_mode_enabled,
  };
}
