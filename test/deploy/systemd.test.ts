import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { read } from './dockerfile.ts';
import { configOf, LONGEST_STOP, overHttp, secretFiles, unknownNames } from './settings.ts';

const UNIT = read('deploy/systemd/fastly-user-bot.service');

/** The values of a setting, one for each of its lines. */
function settings(name: string): string[] {
  return [...UNIT.matchAll(new RegExp(`^${name}=(.*)$`, 'gm'))].map(([, value = '']) => value);
}

const environment = Object.fromEntries(
  settings('Environment').map((setting) => {
    const [, name = '', value = ''] = /^(\w+)=(.*)$/.exec(setting) ?? [];
    return [name, value];
  }),
);

describe('the systemd unit', () => {
  it('sets variables that the bot takes, over Socket Mode and over HTTP', () => {
    expect(unknownNames(environment)).toEqual([]);
    const whole = { ...environment, SUPERUSERS: 'U0123ABCD,U0456EFGH' };
    const [folder] = settings('StateDirectory');
    expect(configOf(whole)).toMatchObject({
      DATABASE_URL: { kind: 'sqlite', path: `/var/lib/${folder}/bot.db` },
      delivery: { mode: 'socket' },
    });
    expect(configOf(overHttp(whole)).delivery.mode).toBe('http');
  });

  it('hands every secret on as a credential of its own', () => {
    const credentials = secretFiles(environment, '%d').map((name) => `${name}:/etc/fastly-user-bot/${name}`);
    expect(credentials).not.toEqual([]);
    expect(settings('LoadCredential')).toEqual(credentials);
  });

  it('starts what npm start starts', () => {
    const { scripts } = z
      .object({ scripts: z.object({ start: z.string() }) })
      .parse(JSON.parse(read('package.json')));
    expect(settings('ExecStart')).toEqual([scripts.start.replace(/^.*exec node /, '/usr/bin/node ')]);
  });

  it('gives the bot longer to stop than it takes, and starts it again unless its configuration is wrong', () => {
    expect(Number(settings('TimeoutStopSec'))).toBeGreaterThan(LONGEST_STOP);
    expect(settings('Restart')).toEqual(['on-failure']);
    expect(settings('RestartPreventExitStatus')).toEqual(['78']);
  });

  it('lets Node make code at run time', () => {
    expect(settings('MemoryDenyWriteExecute')).toEqual([]);
  });
});
