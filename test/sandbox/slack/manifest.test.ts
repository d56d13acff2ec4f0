import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parse, stringify } from 'yaml';
import { parseManifest } from './manifest.ts';

const SAMPLE = readFileSync(new URL('sample-manifest.yml', import.meta.url), 'utf8');
const URL_WITHOUT_TLS = 'http://bot.example.com/slack/events';

/** The sample manifest with one value set, at a path such as `settings.socket_mode_enabled`. */
function sampleWith(path: string, value: unknown): string {
  const manifest = parse(SAMPLE);
  const names = path.split('.');
  const last = names.pop() ?? '';
  let inside = manifest;
  for (const name of names) inside = inside[name] ??= {};
  inside[last] = value;
  return stringify(manifest);
}

/** `length` of text, or a list of that length. */
const long = (length: number) => 'a'.repeat(length);
const many = <Item>(length: number, item: Item) => Array.from({ length }, () => item);

describe("an app's manifest", () => {
  it.each<[path: string, allowed: unknown, refused: unknown]>([
    ['display_information.name', long(35), long(36)],
    ['display_information.description', long(140), long(141)],
    ['display_information.background_color', '#1d1c1d', 'black'],
    ['features.bot_user.display_name', `a-_.${long(76)}`, long(81)],
    ['features.bot_user.display_name', 'sample-bot', 'Sample Bot'],
    ['features.slash_commands.0.command', `/${long(31)}`, `/${long(32)}`],
    ['features.slash_commands.0.description', long(2000), long(2001)],
    ['features.slash_commands.0.usage_hint', long(1000), long(1001)],
    [
      'features.slash_commands',
      many(50, { command: '/a', description: 'b' }),
      many(51, { command: '/a', description: 'b' }),
    ],
    ['oauth_config.scopes.bot', many(255, 'commands'), many(256, 'commands')],
    ['settings.event_subscriptions.bot_events', many(100, 'message.im'), many(101, 'message.im')],
    ['settings.interactivity.request_url', 'https://bot.example.com/slack/events', URL_WITHOUT_TLS],
    [
      'settings.interactivity.message_menu_options_url',
      'https://bot.example.com/slack/events',
      URL_WITHOUT_TLS,
    ],
    ['settings.event_subscriptions.request_url', 'https://bot.example.com/slack/events', URL_WITHOUT_TLS],
    ['features.slash_commands.0.url', 'https://bot.example.com/slack/events', URL_WITHOUT_TLS],
    ['settings.socket_mode_enabled', true, false],
  ])('is taken with %s up to its limit, and refused beyond it', (path, allowed, refused) => {
    expect(() => parseManifest(sampleWith(path, allowed))).not.toThrow();
    expect(() => parseManifest(sampleWith(path, refused))).toThrow();
  });
});
