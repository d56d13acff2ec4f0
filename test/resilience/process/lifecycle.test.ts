import { connect } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import { toldPrivately } from '../../e2e/support/approving.ts';
import { DELIVERY_MODES, type DeliveryMode, environmentFor } from '../../e2e/support/workplace.ts';
import { CDN_TEAM, NORA, TEAM } from '../../sandbox/cast.ts';
import type { Sees } from '../../sandbox/control/protocol.ts';
import { NORA_USER } from '../../sandbox/fastly/people.ts';
import { type Sandbox, startSandbox } from '../../sandbox/sandbox.ts';
import { portOf, standIn } from '../../support/stand-in.ts';
import { type BotProcess, fatalLines, logLine, startBotProcess } from '../support/bot-process.ts';

async function startedSandbox(): Promise<Sandbox> {
  const sandbox = await startSandbox();
  onTestFinished(() => sandbox.close());
  return sandbox;
}

/** The bot in a process of its own, ready for what happens in the sandbox. */
async function startReady(
  sandbox: Sandbox,
  mode: DeliveryMode = 'socket',
  variables: Record<string, string> = {},
): Promise<BotProcess> {
  const bot = await startBotProcess({ ...environmentFor(sandbox, mode), ...variables });
  await bot.untilReadyz(200);
  if (mode === 'http') {
    const { address } = await bot.log("taking Slack's requests at /slack/events");
    await sandbox.client.setRequestUrl(`http://127.0.0.1:${portOf(address)}/slack/events`);
  }
  return bot;
}

/** Whether the member sees the card of Nora's Fastly user in #cdn-team. */
const seesCard = ({ channels }: Sees) =>
  JSON.stringify(channels.find(({ id }) => id === CDN_TEAM.id)?.messages).includes(NORA_USER.id);

describe('a bot that cannot start', () => {
  it('points to the sandbox when nothing is set', async () => {
    const bot = await startBotProcess({});
    expect(await bot.ended).toBe(78);
    expect(fatalLines(bot).at(-1)).toContain('npm run sandbox');
    expect(bot.text('stderr')).toBe('');
  });

  it('names every variable that is wrong in a line of its own', async () => {
    const wrong = {
      SLACK_BOT_TOKEN: 'xapp-mixed-up',
      SLACK_APP_TOKEN: 'xapp-1-fine',
      SUPERUSERS: 'nora',
      FASTLY_TIMEOUT: 'soon',
      HEALTH_PORT: '99999',
      LOG_LEVEL: 'loud',
    };
    const bot = await startBotProcess(wrong);
    expect(await bot.ended).toBe(78);
    expect(fatalLines(bot)).toEqual([
      "The bot can't start: 6 variables are missing or wrong.",
      expect.stringMatching(/^SLACK_BOT_TOKEN is an app-level token/),
      expect.stringMatching(/^SUPERUSERS can't contain 'nora'/),
      expect.stringMatching(/^FASTLY_API_TOKEN is missing\./),
      expect.stringMatching(/^FASTLY_TIMEOUT can't be 'soon'/),
      expect.stringMatching(/^HEALTH_PORT can't be '99999'/),
      expect.stringMatching(/^LOG_LEVEL can't be 'loud'/),
    ]);
    expect(bot.text('stdout')).not.toContain('xapp-mixed-up');
    expect(bot.text('stderr')).toBe('');
  });

  it('names them for a person, too, where LOG_FORMAT is pretty', async () => {
    const bot = await startBotProcess({ LOG_FORMAT: 'pretty', FASTLY_TIMEOUT: 'soon' });
    expect(await bot.ended).toBe(78);
    const lines = bot.text('stdout').trim().split('\n');
    expect(lines).toHaveLength(6);
    expect(lines[4]).toMatch(/^\[[\d:.]+\] FATAL: FASTLY_TIMEOUT can't be 'soon'\. [^{]+ 24d\.$/);
    expect(bot.text('stderr')).toBe('');
  });

  it('names a misspelt variable in .env, and a value that is taken for a comment', async () => {
    const bot = await startBotProcess({}, 'SUPERUSER=U0NORA001\nAPPROVALS_CHANNEL=#approvals\n');
    expect(await bot.ended).toBe(78);
    expect(bot.text('stdout')).toContain('SUPERUSERS is missing');
    expect(bot.text('stdout')).toContain('Did you mean SUPERUSERS?');
    expect(bot.text('stdout')).toContain(
      '.env sets APPROVALS_CHANNEL to nothing, because # starts a comment.',
    );
  });

  it.each([
    { refused: 'the bot token', variables: { SLACK_BOT_TOKEN: 'xoxb-revoked' }, says: 'SLACK_BOT_TOKEN' },
    { refused: 'the app token', variables: { SLACK_APP_TOKEN: 'xapp-1-revoked' }, says: 'SLACK_APP_TOKEN' },
    { refused: 'the Fastly token', variables: { FASTLY_API_TOKEN: 'revoked' }, says: 'FASTLY_API_TOKEN' },
  ])('ends and says what to do when $refused is refused', async ({ variables, says }) => {
    const sandbox = await startedSandbox();
    const bot = await startBotProcess({ ...environmentFor(sandbox, 'socket'), ...variables });
    expect(await bot.ended).toBe(1);
    expect(fatalLines(bot)).toEqual([
      expect.stringMatching(new RegExp(`^(Slack|Fastly) rejected ${says} \\(.+\\)\\. `)),
    ]);
    expect(bot.text('stdout')).not.toContain('revoked');
    expect(bot.text('stderr')).toBe('');
  });

  it('ends when Fastly revokes the token while Slack is away', async () => {
    const sandbox = await startedSandbox();
    await sandbox.client.slackFaults({ down: true });
    await sandbox.client.fastlyFaults({ tokenRefused: true });
    const bot = await startBotProcess(environmentFor(sandbox, 'socket'));
    expect(await bot.ended).toBe(1);
    expect(fatalLines(bot)).toEqual([expect.stringContaining('Fastly rejected FASTLY_API_TOKEN')]);
  });

  it('ends and gives the reason when it is installed for a whole organisation', async () => {
    const sandbox = await startedSandbox();
    const slack = await standIn({
      'POST /api/auth.test': () => ({ ok: true, team_id: TEAM.id, is_enterprise_install: true }),
    });
    const variables = { ...environmentFor(sandbox, 'socket'), SLACK_API_URL: `${slack.url}/api/` };
    const bot = await startBotProcess(variables);
    expect(await bot.ended).toBe(1);
    expect(fatalLines(bot)).toEqual([expect.stringContaining('org-wide install')]);
    expect(bot.text('stdout')).not.toContain('    at ');
  });

  it.each(['HEALTH_PORT', 'PORT'])('names the port that is taken, and its variable: %s', async (variable) => {
    const sandbox = await startedSandbox();
    const port = new URL(sandbox.control.url).port;
    const bot = await startBotProcess({ ...environmentFor(sandbox, 'http'), [variable]: port });
    expect(await bot.ended).toBe(1);
    expect(fatalLines(bot)).toEqual([
      `${variable}: port ${port} on 127.0.0.1 is in use. Stop the other program, or set ${variable} to a free port.`,
    ]);
    expect(bot.text('stderr')).toBe('');
  });

  it('names the address that is not of this machine, and its variable', async () => {
    const sandbox = await startedSandbox();
    const bot = await startBotProcess({ ...environmentFor(sandbox, 'http'), HEALTH_HOST: '192.0.2.1' });
    expect(await bot.ended).toBe(1);
    expect(fatalLines(bot)).toEqual([
      'HEALTH_HOST: this machine has no address 192.0.2.1. Set HEALTH_HOST to one that it has, such as 0.0.0.0.',
    ]);
  });
});

it('a bot that starts logs a warning for a misspelt variable in .env', async () => {
  const sandbox = await startedSandbox();
  const bot = await startBotProcess(environmentFor(sandbox, 'socket'), 'APPROVALS_TTL=1h\n');
  await bot.log('.env sets APPROVALS_TTL, which is no variable of the bot. Did you mean APPROVAL_TTL?');
});

describe('a bot that starts while Slack is away', () => {
  it('lives, says what is missing, and is ready when it is back', async () => {
    const sandbox = await startedSandbox();
    await sandbox.client.slackFaults({ down: true });
    const bot = await startBotProcess(environmentFor(sandbox, 'socket'));
    await bot.log('slack unreachable, retrying');
    await bot.log('slack unreachable', 2);
    expect((await fetch(await bot.health('/healthz'))).status).toBe(200);
    await bot.untilReadyz(503, ['slack']);
    expect((await bot.readyz()).body.missing.slack).toMatch(/\w+ \w+/);
    await sandbox.client.slackFaults({ down: false });
    await bot.untilReadyz(200);
    await sandbox.client.as(NORA).command(`get ${NORA_USER.id}`);
    await sandbox.client.as(NORA).until(seesCard, 'the card');
  });
});

describe('a bot that starts while Fastly is away', () => {
  it('is ready and degraded, answers in words, and shows users when Fastly is back', async () => {
    const sandbox = await startedSandbox();
    const nora = sandbox.client.as(NORA);
    await sandbox.client.fastlyFaults({ down: true });
    const bot = await startBotProcess(environmentFor(sandbox, 'socket'));
    await bot.log('fastly unreachable, retrying', 2);
    await bot.untilReadyz(200);
    const what = expect.stringContaining("Fastly can't be used: ");
    expect((await bot.readyz()).body.degraded).toMatchObject([{ what }]);
    await nora.command(`get ${NORA_USER.id}`);
    await nora.until((sees) => toldPrivately(sees).some((words) => words.includes('Fastly')), 'to be told');
    await sandbox.client.fastlyFaults({ down: false });
    await bot.log('Fastly can be used again');
    expect((await bot.readyz()).body.degraded).toEqual([]);
    await nora.command(`get ${NORA_USER.id}`);
    await nora.until(seesCard, 'the card');
  });
});

it.each(['slack', 'fastly'] as const)(
  'a bot that starts while %s is away stops when it is told to',
  async (away) => {
    const sandbox = await startedSandbox();
    await sandbox.client.slackFaults({ down: away === 'slack' });
    await sandbox.client.fastlyFaults({ down: away === 'fastly' });
    const bot = await startBotProcess(environmentFor(sandbox, 'socket'));
    await bot.log(`${away} unreachable, retrying`);
    bot.child.kill('SIGTERM');
    expect(await bot.ended).toBe(0);
  },
);

describe('readiness over Socket Mode', () => {
  it('follows the connection', async () => {
    const sandbox = await startedSandbox();
    const bot = await startReady(sandbox);
    await sandbox.client.slackFaults({ down: true });
    await sandbox.client.disconnect('drop');
    await bot.untilReadyz(503, ['slack']);
    await sandbox.client.slackFaults({ down: false });
    await bot.untilReadyz(200);
    await sandbox.client.as(NORA).command(`get ${NORA_USER.id}`);
    await sandbox.client.as(NORA).until(seesCard, 'the card');
  });

  it('comes back after Slack asked for a new connection, and takes commands again', async () => {
    const sandbox = await startedSandbox();
    const bot = await startReady(sandbox);
    await sandbox.client.disconnect('refresh');
    await bot.log('connected to Slack', 2);
    await sandbox.client.as(NORA).command(`get ${NORA_USER.id}`);
    await sandbox.client.as(NORA).until(seesCard, 'the card');
    await expect.poll(() => sandbox.client.connections()).toBe(1);
  });

  it('comes back after its connection was cut silently, and takes commands again within 30 s', async () => {
    const sandbox = await startedSandbox();
    const bot = await startReady(sandbox);
    await sandbox.client.disconnect('silence');
    expect(await sandbox.client.connections()).toBe(0);
    await expect.poll(() => sandbox.client.connections(), { timeout: 30_000 }).toBe(1);
    await bot.log('connected to Slack', 2);
    await sandbox.client.as(NORA).command(`get ${NORA_USER.id}`);
    await sandbox.client.as(NORA).until(seesCard, 'the card');
  });

  it('outlives an app token that is refused while it runs', async () => {
    const sandbox = await startedSandbox();
    const bot = await startReady(sandbox);
    const refuse = { method: 'apps.connections.open', error: 'invalid_auth', times: 1_000 };
    await sandbox.client.slackFaults({ refuse });
    await sandbox.client.disconnect('drop');
    await bot.log('Slack rejects SLACK_APP_TOKEN (invalid_auth), so the bot cannot open a connection.');
    await bot.untilReadyz(503, ['slack']);
    expect((await fetch(await bot.health('/healthz'))).status).toBe(200);
  });
});

describe.each(DELIVERY_MODES)('SIGTERM over %s', (mode) => {
  it('finishes what is under way', async () => {
    const sandbox = await startedSandbox();
    const bot = await startReady(sandbox, mode);
    await sandbox.client.fastlyFaults({ delay: { match: 'GET /user/', milliseconds: 1_500 } });
    await sandbox.client.as(NORA).command(`get ${NORA_USER.id}`);
    await bot.log('taken');
    bot.child.kill('SIGTERM');
    expect(await bot.ended).toBe(0);
    expect(seesCard(await sandbox.client.as(NORA).sees())).toBe(true);
  });

  it.each(['SIGTERM', 'SIGHUP', 'SIGINT'] as const)(
    'and %s end an idle bot without waiting in vain',
    async (signal) => {
      const bot = await startReady(await startedSandbox(), mode);
      bot.child.kill(signal);
      expect(await bot.ended).toBe(0);
      // It says so after it has waited in vain.
      expect(bot.text('stdout')).toContain('stopping');
      expect(bot.text('stdout')).not.toContain('stopped with unfinished work');
    },
  );
});

describe('SIGTERM over HTTP', () => {
  it('makes the bot say that it stops, take requests for a while, and close what does not come to an end', async () => {
    const sandbox = await startedSandbox();
    const bot = await startReady(sandbox, 'http');
    const { address } = await bot.log("taking Slack's requests at /slack/events");
    const unfinished = connect(portOf(address), '127.0.0.1');
    unfinished.on('error', () => {});
    unfinished.write('POST /slack/events HTTP/1.1\r\n');
    bot.child.kill('SIGTERM');
    await bot.untilReadyz(503, ['process']);
    await sandbox.client.as(NORA).command(`get ${NORA_USER.id}`);
    await sandbox.client.as(NORA).until(seesCard, 'the card');
    const drip = setInterval(() => unfinished.write('a'), 500);
    unfinished.once('close', () => clearInterval(drip));
    expect(await bot.ended).toBe(0);
    expect(bot.text('stdout')).not.toContain('stopped with unfinished work');
  });
});

describe.each(DELIVERY_MODES)("the bot's output over %s", (mode) => {
  it('holds no secret, even at LOG_LEVEL=trace and in trouble', async () => {
    const sandbox = await startedSandbox();
    const { slack, fastly, client } = sandbox;
    await client.slackFaults({ refuse: { method: 'auth.test', error: 'internal_error', times: 1 } });
    await client.fastlyFaults({ fail: { match: null, status: 503, body: fastly.token, times: 4 } });
    const bot = await startReady(sandbox, mode, { LOG_LEVEL: 'trace' });
    // A token that is refused before it was accepted would end the process.
    await bot.log('Fastly token accepted');
    const nora = client.as(NORA);
    await nora.command(`get ${NORA_USER.id}`);
    await nora.until(seesCard, 'the card');
    await client.fastlyFaults({ tokenRefused: true });
    await nora.command('whoami');
    await bot.log('failed');
    await client.slackFaults({ refuse: { method: 'views.open', error: 'invalid_auth', times: 1 } });
    await nora.command('get');
    await bot.log('a form could not be opened');
    if (mode === 'socket') {
      await client.slackFaults({ down: true });
      await bot.log('Slack connection failed, retrying');
    }
    bot.child.kill('SIGTERM');
    expect(await bot.ended).toBe(0);
    expect(bot.lines.filter(({ text }) => logLine(text) === undefined)).toEqual([]);
    const output = bot.text('stdout');
    const inDeliveries = (await client.deliveries()).map(({ payload }) => String(payload.response_url));
    expect(inDeliveries).toHaveLength(3);
    const { botToken, appToken, signingSecret } = slack;
    for (const secret of [botToken, appToken, signingSecret, fastly.token, ...inDeliveries]) {
      expect(output).not.toContain(secret);
    }
  });
});
