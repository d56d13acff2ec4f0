import { describe, expect, it } from 'vitest';
import { CDN_TEAM, type Channel, NORA, PARTNERS, PRIYA, TOMAS } from '../../sandbox/cast.ts';
import type { ControlClient } from '../../sandbox/control/client.ts';
import type { JsonObject, SeenMessage } from '../../sandbox/control/protocol.ts';
import { BILLING, ENGINEER, LOCKED_SUPERUSER, NEVER_ACTIVE, PEOPLE } from '../../sandbox/fastly/people.ts';
import { askForDeletion, untilTold } from '../support/approving.ts';
import { elementsOf, messageWith, wordsOf } from '../support/seeing.ts';
import { CI_PURGE, DAY, fromNow, LAPTOP } from '../support/tokens.ts';
import { DELIVERY, DELIVERY_MODES, startWorkplace } from '../support/workplace.ts';

const HEADLINE = 'users in the Fastly account';
const SOON = {
  ...LAPTOP,
  id: 'soon1',
  name: 'soon',
  last_used_at: fromNow(-DAY),
  expires_at: fromNow(3 * DAY),
};

/** What `report` comes to. */
async function reported(client: ControlClient, words = 'report', channel: Channel = CDN_TEAM) {
  await client.as(NORA).command(words, channel);
  return await client.as(NORA).until((sees) => messageWith(sees, channel, HEADLINE), 'the report');
}

const blockOf = ({ blocks }: SeenMessage, type: string): JsonObject | undefined =>
  blocks.find((block) => block.type === type);

/** A figure, as its field shows it. */
function figure(message: SeenMessage, label: string): string | undefined {
  return new RegExp(`\\*${label}\\*\\\\n([^"]+)"`).exec(JSON.stringify(message.blocks))?.[1];
}

const buttons = ({ blocks }: SeenMessage) => elementsOf(blocks).map(({ action_id }) => String(action_id));

/** What a click below the report shows whoever clicked. */
async function names(client: ControlClient, { ts }: SeenMessage, button: string, words: string) {
  await client.as(TOMAS).click({ channel: CDN_TEAM.id, ts, actionId: button });
  return await untilTold(client.as(TOMAS), words);
}

describe('report', () => {
  it.each(DELIVERY_MODES)(
    'shows the channel the account in figures, and nobody by name (over %s)',
    async (mode) => {
      const { client } = await startWorkplace(mode);
      await client.putFastlyTokens([CI_PURGE, LAPTOP, SOON]);
      await client.as(NORA).command('report');
      const message = await client
        .as(PRIYA)
        .until((sees) => messageWith(sees, CDN_TEAM, `${PEOPLE.length} ${HEADLINE}`), 'the report');
      const words = wordsOf(message.blocks);
      expect(words).toContain('engineer: 7 · user: 7 · Fastly superuser: 6');
      expect(figure(message, 'Fastly superusers')).toBe('6');
      expect(figure(message, 'Locked')).toBe('2');
      const without = PEOPLE.filter(({ two_factor_auth_enabled: on }) => on !== true).length;
      expect(figure(message, 'Without 2FA')).toBe(String(without));
      // Of the sandbox's own, one was used 400 days ago, one was never used, and one expires in 10 days.
      expect(figure(message, 'Idle API tokens')).toBe('3');
      expect(figure(message, 'Expiring API tokens')).toBe('2');
      for (const { login, name } of PEOPLE) {
        expect(words).not.toContain(login);
        if (name) expect(words).not.toContain(name);
      }
      expect(words).not.toContain(CI_PURGE.name);
      expect(words).not.toContain('next report');
    },
  );

  it('draws its roles as a chart of at most six segments', async () => {
    const { client } = await startWorkplace();
    const of = (role: string, count: number) =>
      Array.from({ length: count }, (_, index) => ({
        id: `${role}${index}`,
        login: `${role}${index}@example.com`,
        role,
      }));
    await client.putFastlyUsers([
      ...of('alpha', 20),
      ...of('beta', 19),
      ...of('gamma', 18),
      ...of('delta', 1),
    ]);
    const chart = blockOf(await reported(client), 'data_visualization');
    expect(chart).toMatchObject({ title: 'Users by role' });
    const { segments } = JSON.parse(JSON.stringify(chart?.chart));
    expect(segments).toHaveLength(6);
    expect(segments.slice(0, 3)).toEqual([
      { label: 'alpha', value: 20 },
      { label: 'beta', value: 19 },
      { label: 'gamma', value: 18 },
    ]);
    expect(segments.at(-1)).toMatchObject({ label: 'other' });
    const all = segments.reduce((sum: number, { value }: { value: number }) => sum + value, 0);
    expect(all).toBe(PEOPLE.length + 58);
  });

  it.each([
    ['a data table', ['data_visualization'], 'data_table'],
    ['a table', ['data_visualization', 'data_table'], 'table'],
    ['text', ['data_visualization', 'data_table', 'table'], 'rich_text'],
  ])('has %s in place of the chart where Slack does not know %j', async (_what, unknownBlocks, type) => {
    const { client } = await startWorkplace();
    await client.slackFaults({ unknownBlocks });
    const message = await reported(client);
    const table = message.blocks.findLast((block) => block.type === type && /engineer/.test(wordsOf(block)));
    expect(wordsOf(table)).toMatch(/engineer:? 7/);
    expect(figure(message, 'Locked')).toBe('2');
    expect(buttons(message)).toContain('report.locked');
  });

  it('shows names only to whoever clicks', async () => {
    const { client } = await startWorkplace();
    await client.putFastlyTokens([LAPTOP, SOON]);
    const longAgo = { created_at: fromNow(-400 * DAY), last_active_at: fromNow(-200 * DAY) };
    await client.putFastlyUsers([{ ...BILLING, ...longAgo }]);
    const message = await reported(client);
    expect(await names(client, message, 'report.locked', '2 of')).toContain(LOCKED_SUPERUSER.login);
    expect(await names(client, message, 'report.superusers', 'role superuser')).toContain(
      LOCKED_SUPERUSER.login,
    );
    expect(await names(client, message, 'report.without-2fa', ': without 2FA')).toContain(NEVER_ACTIVE.login);
    expect(await names(client, message, 'report.idle', 'inactive for 90 days')).toContain(BILLING.login);
    expect(await names(client, message, 'report.idle-tokens', 'unused for 90 days')).toContain('laptop');
    expect(await names(client, message, 'report.expiring-tokens', 'expiring within 14 days')).toContain(
      'soon',
    );
    const others = JSON.stringify(await client.as(PRIYA).sees());
    for (const { login } of PEOPLE) expect(others).not.toContain(login);
  });

  it('counts roles that end, and names them only to whoever clicks', async () => {
    const { client } = await startWorkplace();
    const before = await reported(client, 'report --private');
    expect(figure(before, 'Roles that end')).toBe('0');
    expect(buttons(before)).not.toContain('report.promotions');
    await client.as(NORA).command(`update ${ENGINEER.id} --role billing --for 1d --private`);
    await untilTold(client.as(NORA), ENGINEER.name);
    await client.as(TOMAS).command('report');
    const message = await client
      .as(TOMAS)
      .until((sees) => messageWith(sees, CDN_TEAM, HEADLINE), 'the report');
    expect(figure(message, 'Roles that end')).toBe('1');
    expect(wordsOf(message.blocks)).not.toContain(ENGINEER.name);
    expect(await names(client, message, 'report.promotions', 'billing until')).toContain(ENGINEER.login);
    expect(JSON.stringify(await client.as(PRIYA).sees())).not.toContain(ENGINEER.login);
  });

  it('counts what was changed, by kind', async () => {
    const { client } = await startWorkplace();
    const request = await askForDeletion(client, NORA, ENGINEER);
    await request.take(client.as(TOMAS), 'approve');
    await request.until(client.as(NORA), '✅ Deleted');
    for (const login of [BILLING.login, NEVER_ACTIVE.login]) {
      await client.as(NORA).command(`reset ${login} --private`);
      await untilTold(client.as(NORA), login);
    }
    await client.as(NORA).command('reset nobody@example.com');
    await untilTold(client.as(NORA), 'nobody@example.com');
    const message = await reported(client);
    expect(wordsOf(message.blocks)).toMatch(
      /Changed through the bot since .*: 2 password resets · 1 deletion /,
    );
    expect(await names(client, message, 'report.changes', 'The latest changes')).toContain(ENGINEER.name);
  });

  it('says that nothing was changed, and then offers no changes', async () => {
    const { client } = await startWorkplace();
    const message = await reported(client);
    expect(wordsOf(message.blocks)).toMatch(/Changed through the bot since .*: nothing/);
    expect(buttons(message)).not.toContain('report.changes');
  });

  it('is shown to the caller alone where another company reads along', async () => {
    const { client } = await startWorkplace();
    const message = await reported(client, 'report', PARTNERS);
    expect(message.ephemeral).toBe(true);
    expect(wordsOf(message.blocks)).toContain('people of another company');
  });

  it('leaves out tokens that Fastly does not show, and counts the rest', async () => {
    const { client } = await startWorkplace();
    await client.fastlyFaults({ tokensUnreadable: true });
    const message = await reported(client, 'report --private');
    expect(message.ephemeral).toBe(true);
    expect(figure(message, 'API tokens')).toBe("Fastly doesn't show them to the bot");
    expect(figure(message, 'Locked')).toBe('2');
    expect(buttons(message).filter((id) => id.endsWith('tokens'))).toEqual([]);
  });

  it('says of how many users it is not known whether they are idle', async () => {
    const { client } = await startWorkplace();
    await client.putFastlyUsers([
      { id: 'unknown1', login: 'unknown@example.com', last_active_at: 'no moment' },
    ]);
    expect(figure(await reported(client), 'Idle users')).toMatch(/^\d+, and 1 not known$/);
  });

  it('has no buttons for commands that are turned off', async () => {
    const { client } = await startWorkplace(DELIVERY, { DISABLED_COMMANDS: 'list,audit' });
    const message = await reported(client);
    expect(buttons(message)).toEqual(['report.idle-tokens', 'report.expiring-tokens']);
  });

  it('takes no words', async () => {
    const { client } = await startWorkplace();
    await client.as(NORA).command('report now');
    expect(await untilTold(client.as(NORA), "doesn't take")).toContain('/fastly-user report [--private]');
  });
});
