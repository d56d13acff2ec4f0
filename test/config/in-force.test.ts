import { describe, expect, it } from 'vitest';
import { readConfig } from '../../src/config/config.ts';
import { inForce, inForceText } from '../../src/config/in-force.ts';

const VARIABLES = {
  SLACK_BOT_TOKEN: 'xoxb-hush',
  SLACK_SIGNING_SECRET: 'hush-signing',
  SUPERUSERS: 'U0NORA001,U0TOMAS01,U0PRIYA01',
  FASTLY_API_TOKEN: 'hush-fastly',
};
const WORKSPACE = { teamId: 'T0HOME001', team: 'Example Corp' };

const inForceWith = (variables: Record<string, string>) =>
  inForce(readConfig({ ...VARIABLES, ...variables }), WORKSPACE);

describe('what is in force', () => {
  it('is told whole where everything is set, without a secret', () => {
    const what = inForceWith({
      COMMAND_CHANNELS: 'C0ONE1234,C0TWO1234',
      DISABLED_COMMANDS: 'invite,password',
      APPROVALS_CHANNEL: 'C0ONE1234',
      CONFIRMATIONS_CHANNEL: 'C0TWO1234',
      REPORT_SCHEDULE: '0 9 * * 1',
      REPORT_TIMEZONE: 'Europe/Berlin',
      LEAVERS: 'daily',
      APPROVALS_REQUIRED: '2',
      ALLOW_SELF_APPROVAL: 'yes',
      DATABASE_URL: 'postgres://nora:hush-db@db.example.com:5433/bot?password=hush-too',
      HTTPS_PROXY: 'http://nora:hush-proxy@proxy.example.com:3128',
      HTTP_PROXY: 'proxy.example.com',
    });
    const text = inForceText(what);
    expect(text).toContain(
      " serves the workspace Example Corp (T0HOME001). Bot admins: 3. Commands: in C0ONE1234, C0TWO1234. Turned off: invite, password. Approvals: 2 for delete, promote, demote, revoke, lock-several, and the requester's own counts. Requests appear in C0ONE1234. People who left Slack: daily. Confirmations: also in C0TWO1234. Reports: 0 9 * * 1 Europe/Berlin. Database: PostgreSQL db.example.com:5433/bot. Delivery: HTTP. Proxy: http://proxy.example.com:3128 (HTTPS_PROXY), http://proxy.example.com (HTTP_PROXY).",
    );
    const printed = text + JSON.stringify(what);
    expect(printed).not.toContain('hush');
    expect(printed).not.toContain('nora');
  });

  it('is told by its defaults where little is set', () => {
    expect(inForceText(inForceWith({ APPROVAL_REQUIRED_FOR: 'none' }))).toContain(
      'Commands: in all channels. Approvals: none needed. Database: SQLite /',
    );
  });

  it.each([
    ['U0NORA001,S0CDNADM1,U0TOMAS01', '2 members and 1 user group'],
    ['U0NORA001,S0CDNADM1,S0ONCALL1', '1 member and 2 user groups'],
    ['S0CDNADM1', 'the members of 1 user group'],
    ['', '0'],
  ])('counts members and user groups of %s apart', (SUPERUSERS, expected) => {
    const text = inForceText(inForceWith({ SUPERUSERS }));
    expect(text).toContain(`Bot admins: ${expected}. `);
  });

  it.each([
    ['postgres:///bot?host=/run/postgresql', 'PostgreSQL /run/postgresql/bot'],
    ['postgresql://db.example.com', 'PostgreSQL db.example.com'],
  ])('names the database at %s', (DATABASE_URL, expected) => {
    expect(inForceWith({ DATABASE_URL }).database).toBe(expected);
  });
});
