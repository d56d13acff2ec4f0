import { describe, expect, it, onTestFinished } from 'vitest';
import { CDN_TEAM, NORA } from '../../sandbox/cast.ts';
import { ENGINEER } from '../../sandbox/fastly/people.ts';
import { type Sandbox, startSandbox } from '../../sandbox/sandbox.ts';
import { readyz } from '../support/readyz.ts';
import { messageWith } from '../support/seeing.ts';
import {
  connected,
  DELIVERY,
  environmentFor,
  type RunningBot,
  runBot,
  startWorkplace,
} from '../support/workplace.ts';

const ALWAYS = 1_000;

async function degraded(bot: Pick<RunningBot, 'log'>) {
  return (await readyz(bot)).body.degraded.map(({ what, remedy }) => ({ what, remedy }));
}

async function startedSandbox(): Promise<Sandbox> {
  const sandbox = await startSandbox();
  onTestFinished(() => sandbox.close());
  return sandbox;
}

describe('a bot token that Slack refuses', () => {
  it('does not end a running bot, which goes on once Slack takes it again', async () => {
    const workplace = await startWorkplace();
    const { client, log } = workplace;
    const nora = client.as(NORA);
    await client.slackFaults({ refuse: { method: null, error: 'invalid_auth', times: ALWAYS } });
    await nora.command(`get ${ENGINEER.id}`);
    await log.until('Slack refuses SLACK_BOT_TOKEN (invalid_auth).');
    expect(await degraded(workplace)).toEqual([
      {
        what: 'Slack refuses SLACK_BOT_TOKEN (invalid_auth).',
        remedy: expect.stringMatching(/Check the token\. .*IP addresses/),
      },
    ]);
    if (DELIVERY === 'socket') {
      workplace.slack.disconnect('drop');
      await log.until('Slack connection failed, retrying');
    }
    await client.slackFaults({ refuse: null });
    await log.until('Slack accepts SLACK_BOT_TOKEN again');
    expect(await degraded(workplace)).toEqual([]);
    if (DELIVERY === 'socket') await log.untilTimes('connected to Slack', 2);
    await nora.command('whoami');
    await nora.until((sees) => messageWith(sees, CDN_TEAM, 'The bot acts in Fastly'), 'the answer');
  });

  it('ends a bot that has reached nothing with it, even when Slack was away before', async () => {
    const sandbox = await startedSandbox();
    await sandbox.client.slackFaults({
      page: { method: 'auth.test', times: 1 },
      refuse: { method: 'auth.test', error: 'invalid_auth', times: ALWAYS },
    });
    const bot = runBot(environmentFor(sandbox, DELIVERY));
    const error = await bot.ended;
    expect(error).toMatchObject({
      name: 'CredentialRefused',
      message: expect.stringMatching(/^Slack rejected SLACK_BOT_TOKEN \(invalid_auth\)\. .*IP addresses/),
    });
  });
});

it.each([
  [
    'limits the addresses it takes calls from',
    { refuse: { method: 'auth.test', error: 'accesslimited', times: 2 } },
  ],
  [
    'wants the organisation to log in',
    { refuse: { method: 'auth.test', error: 'org_login_required', times: 2 } },
  ],
  ['is behind a proxy that wants a login', { page: { method: 'auth.test', times: 2 } }],
])('a bot waits at start while Slack %s', async (_what, faults) => {
  const sandbox = await startedSandbox();
  await sandbox.client.slackFaults(faults);
  const bot = runBot(environmentFor(sandbox, DELIVERY));
  await bot.log.untilTimes('slack unreachable', 2);
  await connected(sandbox, bot.log, DELIVERY);
  expect(await degraded(bot)).toEqual([]);
});
