import { describe, expect, it, onTestFinished } from 'vitest';
import { CDN_TEAM, GENERAL, NORA, TOMAS } from '../../sandbox/cast.ts';
import { BOT_ACCOUNT } from '../../sandbox/fastly/people.ts';
import { type Sandbox, startSandbox } from '../../sandbox/sandbox.ts';
import { readyz } from '../support/readyz.ts';
import { connected, DELIVERY, environmentFor, runBot, startWorkplace } from '../support/workplace.ts';

const CHECKED = 'the configuration was checked; npm run doctor tells more';
const AT_ONCE = { checkedAfter: 0 };
const ERROR = 50;

describe('a start', () => {
  it('tells of channels that are not there and of members whom Slack does not know', async () => {
    const place = await startWorkplace(
      DELIVERY,
      { SUPERUSERS: `${NORA.id},${TOMAS.id},U0NOBODY1`, APPROVALS_CHANNEL: 'C0NOWHERE' },
      {},
      AT_ONCE,
    );
    const { log } = place;
    expect(await log.until(CHECKED)).toMatchObject({ wrong: 2 });
    expect(JSON.stringify((await readyz(place)).body.degraded)).not.toContain('C0NOWHERE');
    expect(log.lines).toContainEqual(
      expect.objectContaining({
        level: ERROR,
        msg: 'SUPERUSERS: U0NOBODY1: Slack knows no such member.',
        remedy: expect.stringContaining('Correct the ID.'),
      }),
    );
    expect(log.lines).toContainEqual(
      expect.objectContaining({
        level: ERROR,
        msg: expect.stringContaining('APPROVALS_CHANNEL: Slack shows the bot no channel C0NOWHERE.'),
        remedy: expect.stringContaining('/invite'),
      }),
    );
  });

  it('says in one line that nothing is wrong, and posts nothing', async () => {
    const { client, log } = await startWorkplace(DELIVERY, { APPROVALS_CHANNEL: GENERAL.id }, {}, AT_ONCE);
    expect(await log.until(CHECKED)).toMatchObject({ wrong: 0, notKnown: 0 });
    expect(log.lines.filter(({ level }) => level === ERROR)).toEqual([]);
    const methods = (await client.slackCalls()).map(({ method }) => method);
    expect(methods).toContain('conversations.info');
    expect(methods.filter((method) => method.startsWith('chat.'))).toEqual([]);
  });

  it('takes commands while Slack does not answer what is checked', async () => {
    const sandbox = await startedSandbox();
    const { client } = sandbox;
    await client.slackFaults({ hold: { method: 'conversations.info', when: 'before', times: 1 } });
    const { log } = runBot({ ...environmentFor(sandbox, DELIVERY), APPROVALS_CHANNEL: CDN_TEAM.id }, AT_ONCE);
    await connected(sandbox, log, DELIVERY);
    await client.untilHeld('slack');
    const nora = client.as(NORA);
    await nora.command('help');
    await nora.until(
      ({ channels }) => channels.flatMap(({ messages }) => messages).find(({ ephemeral }) => ephemeral),
      'help',
    );
    expect(log.text).not.toContain(CHECKED);
    await client.slackFaults({ hold: null });
    expect(await log.until(CHECKED)).toMatchObject({ wrong: 0, notKnown: 1 });
  });

  it('tells no second time what the bot has told by itself', async () => {
    const sandbox = await startedSandbox();
    await sandbox.client.putFastlyUsers([{ ...BOT_ACCOUNT, role: 'engineer' }]);
    const { log } = runBot(environmentFor(sandbox, DELIVERY), AT_ONCE);
    expect(await log.until(CHECKED)).toMatchObject({ wrong: 1 });
    const told = log.lines.filter(({ msg }) => String(msg).includes('is no Fastly superuser'));
    expect(told).toHaveLength(1);
  });
});

async function startedSandbox(): Promise<Sandbox> {
  const sandbox = await startSandbox();
  onTestFinished(() => sandbox.close());
  return sandbox;
}
