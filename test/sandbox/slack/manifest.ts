import { readFile } from 'node:fs/promises';
import { parse } from 'yaml';
import { z } from 'zod';

const manifestFile = z.object({
  display_information: z.object({ name: z.string() }),
  features: z
    .object({
      app_home: z
        .object({
          home_tab_enabled: z.boolean().default(false),
          messages_tab_enabled: z.boolean().default(false),
          messages_tab_read_only_enabled: z.boolean().default(false),
        })
        .prefault({}),
      slash_commands: z
        .array(
          z.object({
            command: z.string().startsWith('/'),
            description: z.string().default(''),
            usage_hint: z.string().default(''),
            should_escape: z.boolean().default(false),
          }),
        )
        .default([]),
      shortcuts: z
        .array(z.object({ type: z.enum(['global', 'message']), callback_id: z.string() }))
        .default([]),
    })
    .prefault({}),
  oauth_config: z.object({ scopes: z.object({ bot: z.array(z.string()) }) }),
  settings: z.object({
    event_subscriptions: z.object({ bot_events: z.array(z.string()).default([]) }).prefault({}),
    interactivity: z
      .object({ is_enabled: z.boolean(), message_menu_options_url: z.string().optional() })
      .prefault({ is_enabled: false }),
    socket_mode_enabled: z.boolean().default(false),
  }),
});

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

export async function readManifest(path: string): Promise<Manifest> {
  const { features, oauth_config, settings } = manifestFile.parse(parse(await readFile(path, 'utf8')));
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
