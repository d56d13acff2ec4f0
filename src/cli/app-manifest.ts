import { SUBCOMMAND_NAMES } from '../config/subcommand-names.ts';
import { GROUPS_SCOPE, SCOPES } from '../slack/connection/identity.ts';

/** The events that the bot listens to. */
const EVENTS = ['app_home_opened'];
/** What only an installation listens to that has user groups among its bot admins. */
const GROUP_EVENTS = ['subteam_members_changed'];
/** What only an installation listens to that sets LEAVERS to live. */
const LEAVER_EVENTS = ['user_change'];

/**
 * The Slack app's manifest as YAML (docs.slack.dev/reference/app-manifest). What one feature alone needs goes here, too:
 * `npm run manifest` adds it when the feature is named, so that `manifest.yml` asks for nothing that nobody uses.
 *
 * @param origin where Slack reaches the bot over HTTP, such as `https://bot.example.com`; null for Socket Mode
 * @param groups whether user groups are among the bot admins
 * @param leavers whether Slack tells of members who leave (`LEAVERS=live`)
 */
export function appManifest(origin: string | null, { groups = false, leavers = false } = {}): string {
  const scopes = groups ? [...SCOPES, GROUPS_SCOPE] : SCOPES;
  const events = [...EVENTS, ...(groups ? GROUP_EVENTS : []), ...(leavers ? LEAVER_EVENTS : [])];
  const requestUrl = (name: string, indent: number) =>
    origin === null ? '' : `\n${' '.repeat(indent)}${name}: ${origin}/slack/events`;
  return `display_information:
  name: Fastly users
  description: Manage the users of our Fastly account from Slack
  background_color: "#1d1c1d"
features:
  app_home:
    home_tab_enabled: true
    messages_tab_enabled: true
    messages_tab_read_only_enabled: true
  bot_user:
    display_name: fastly-user-bot
    always_online: true
  slash_commands:
    - command: /fastly-user${requestUrl('url', 6)}
      description: Manage the users of our Fastly account
      usage_hint: "[${SUBCOMMAND_NAMES.join(' | ')}] [user]"
      should_escape: true
oauth_config:
  scopes:
    bot:${items(scopes)}
settings:
  event_subscriptions:${requestUrl('request_url', 4)}
    bot_events:${items(events)}
  interactivity:
    is_enabled: true${requestUrl('request_url', 4)}${requestUrl('message_menu_options_url', 4)}
  org_deploy_enabled: false
  socket_mode_enabled: ${origin === null}
  token_rotation_enabled: false
`;
}

function items(names: readonly string[]): string {
  return names.map((name) => `\n      - ${name}`).join('');
}
