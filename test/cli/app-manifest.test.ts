import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { appManifest } from '../../src/cli/app-manifest.ts';
import { parseManifest } from '../sandbox/slack/manifest.ts';

const ORIGIN = 'https://bot.example.com';
const REQUEST_URL = `${ORIGIN}/slack/events`;

describe('the manifest', () => {
  it('that is printed for Socket Mode is manifest.yml', () => {
    const file = readFileSync(new URL('../../manifest.yml', import.meta.url), 'utf8');
    expect(file, 'update it: npm run -s manifest > manifest.yml').toBe(appManifest(null));
  });

  it('with groups asks for their scope and their event, and for nothing else', () => {
    const { oauth_config, settings, ...others } = parse(appManifest(null));
    const more = parse(appManifest(null, { groups: true }));
    expect(more).toEqual({
      ...others,
      oauth_config: { scopes: { bot: [...oauth_config.scopes.bot, 'usergroups:read'] } },
      settings: {
        ...settings,
        event_subscriptions: {
          bot_events: [...settings.event_subscriptions.bot_events, 'subteam_members_changed'],
        },
      },
    });
    expect(() => parseManifest(appManifest(ORIGIN, { groups: true }))).not.toThrow();
  });

  it('with leavers asks for their event, and for no scope', () => {
    const { settings, ...others } = parse(appManifest(null));
    const { bot_events } = settings.event_subscriptions;
    const event_subscriptions = { bot_events: [...bot_events, 'user_change'] };
    expect(parse(appManifest(null, { leavers: true }))).toEqual({
      ...others,
      settings: { ...settings, event_subscriptions },
    });
    expect(parse(appManifest(null, { leavers: true, groups: true })).settings.event_subscriptions).toEqual({
      bot_events: [...bot_events, 'subteam_members_changed', 'user_change'],
    });
  });

  it.each([null, ORIGIN])('is within what Slack takes: at %s', (origin) => {
    expect(() => parseManifest(appManifest(origin))).not.toThrow();
  });

  it('for HTTP differs in where Slack sends commands, events, interactions and options', () => {
    const { features, settings, ...others } = parse(appManifest(null));
    const [command, ...none] = features.slash_commands;
    expect(none).toEqual([]);
    expect(parse(appManifest(ORIGIN))).toEqual({
      ...others,
      features: { ...features, slash_commands: [{ ...command, url: REQUEST_URL }] },
      settings: {
        ...settings,
        event_subscriptions: { ...settings.event_subscriptions, request_url: REQUEST_URL },
        interactivity: { is_enabled: true, request_url: REQUEST_URL, message_menu_options_url: REQUEST_URL },
        socket_mode_enabled: false,
      },
    });
  });
});
