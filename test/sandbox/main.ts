import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { BotProcess } from './bot-process.ts';
import { AUDIT_TRAIL, CDN_ADMINS, CDN_TEAM, MIRA, NORA, SUPERUSERS, TOMAS } from './cast.ts';
import { FIRST_STEPS, REPORT } from './control/setting.ts';
import { type Sandbox, startSandbox } from './sandbox.ts';
import { UnusableManifest } from './slack/manifest.ts';

/** `npm run sandbox`: Slack, Fastly and the bot on this machine, until Ctrl-C. */
const USAGE = `npm run sandbox -- [--port N] [--no-bot] [--json] [--manifest FILE]

  --port N         the page's port; the next three are used, too (default 4000; 0 means any free ports)
  --no-bot         start no bot, so that you can connect your own
  --json           print the addresses as one line of JSON on standard output, and everything else on standard error
  --manifest FILE  the Slack app's manifest (default manifest.yml)
  --help           show this help
`;

/** Mira is one through the user group. */
const BOT_ADMINS = [...SUPERUSERS, CDN_ADMINS].map(({ id }) => id).join(',');
const options = readOptions();
const bot = options.bot ? new BotProcess(botVariables, botEnded) : null;
const databaseUrl = bot === null ? newDatabaseUrl() : null;
let ready = false;
let stopping = false;
const sandbox = await start(options.port);
const stop = async (code = 0) => {
  if (stopping) return;
  stopping = true;
  await bot?.stop();
  await sandbox.close();
  process.exit(code);
};
process.on('SIGINT', () => void stop()).on('SIGTERM', () => void stop());
await sandbox.slack.changeGroup({ group: CDN_ADMINS.id, members: [MIRA.id] });
if (bot !== null) {
  bot.start();
  await connected(sandbox.slack);
}
ready = true;
if (options.json) process.stdout.write(`${JSON.stringify(addresses(sandbox))}\n`);
else process.stdout.write(welcome(sandbox));

function readOptions() {
  try {
    const { values } = parseArgs({
      options: {
        port: { type: 'string', default: '4000' },
        bot: { type: 'boolean', default: true },
        json: { type: 'boolean', default: false },
        manifest: { type: 'string' },
        help: { type: 'boolean', default: false },
      },
      allowNegative: true,
    });
    if (values.help) {
      process.stdout.write(USAGE);
      process.exit(0);
    }
    const port = Number(values.port);
    if (!Number.isInteger(port) || port < 0 || port > 65_532)
      throw new TypeError(`--port takes a port number, not '${values.port}'`);
    return { ...values, port };
  } catch (error) {
    return fail(`${error instanceof Error ? error.message : String(error)}\n\n${USAGE}`, 2);
  }
}

/** Control and page, Slack, Fastly and the bot's health take `port` and the three after it; 0: any free ones. */
async function start(port: number): Promise<Sandbox> {
  const ports = port === 0 ? {} : { control: port, slack: port + 1, fastly: port + 2 };
  try {
    return await startSandbox({
      ports,
      organisation: true,
      datedNow: true,
      ...(options.manifest ? { manifest: options.manifest } : { groups: true, leavers: true }),
      ...(bot && { bot }),
    });
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EADDRINUSE') {
      return fail(
        `${'port' in error ? `Port ${error.port}` : 'A port'} is in use by another program. Stop that program, or choose other ports: npm run sandbox -- --port ${port + 100}\n`,
        1,
      );
    }
    if (error instanceof UnusableManifest) return fail(`${error.message}\n`, 1);
    throw error;
  }
}

function botVariables(): { [name: string]: string } {
  const { slack, fastly } = sandbox;
  return {
    PATH: process.env.PATH ?? '',
    SLACK_API_URL: slack.apiUrl,
    SLACK_BOT_TOKEN: slack.botToken,
    SLACK_APP_TOKEN: slack.appToken,
    SUPERUSERS: BOT_ADMINS,
    CONFIRMATIONS_CHANNEL: AUDIT_TRAIL.id,
    REPORT_SCHEDULE: REPORT.schedule,
    LEAVERS: options.manifest ? 'daily' : 'live',
    FASTLY_API_URL: fastly.url,
    FASTLY_API_TOKEN: fastly.token,
    HEALTH_PORT: String(options.port === 0 ? 0 : options.port + 3),
    LOG_LEVEL: process.env.LOG_LEVEL ?? 'warn',
    LOG_FORMAT: options.json ? 'json' : 'pretty',
  };
}

/** For the reader's own bot, in a folder that goes with the sandbox: a database belongs to one workspace and account. */
function newDatabaseUrl(): string {
  const folder = mkdtempSync(join(tmpdir(), 'fastly-user-bot-'));
  process.on('exit', () => rmSync(folder, { recursive: true, force: true }));
  return `file:${join(folder, 'bot.db')}`;
}

/** A bot that never came up ends the sandbox; one that was there can be started again. */
function botEnded(code: number | string | null): void {
  if (stopping) return;
  const next = ready ? '. Start it again on the page, or press Ctrl-C' : ' before it was connected';
  process.stderr.write(`The bot ended with code ${code}${next}.\n`);
  if (!ready) void stop(1);
}

async function connected(slack: Sandbox['slack']): Promise<void> {
  if (slack.connections() > 0) return;
  await new Promise<void>((resolve) => {
    const stopWatching = slack.onChange(() => {
      if (slack.connections() === 0) return;
      stopWatching();
      resolve();
    });
  });
}

function addresses({ slack, fastly, control, page }: Sandbox) {
  const { apiUrl, botToken, appToken, signingSecret } = slack;
  return {
    slack: { apiUrl, botToken, appToken, signingSecret },
    fastly: { url: fastly.url, token: fastly.token },
    control: control.url,
    page,
    ...(databaseUrl !== null && { databaseUrl }),
  };
}

function welcome(running: Sandbox): string {
  const { slack, fastly, control, page } = addresses(running);
  const { lookUp, askForDeletion, whom } = FIRST_STEPS;
  const [first] = whom;
  const connected =
    databaseUrl === null
      ? 'The bot is connected.'
      : `No bot was started. For yours, put these lines into .env, and run npm start in another terminal:

SLACK_API_URL=${slack.apiUrl}
SLACK_BOT_TOKEN=${slack.botToken}
SLACK_APP_TOKEN=${slack.appToken}
SUPERUSERS=${BOT_ADMINS}
FASTLY_API_URL=${fastly.url}
FASTLY_API_TOKEN=${fastly.token}
DATABASE_URL=${databaseUrl}
LOG_FORMAT=pretty

The database is for this run of the sandbox, and is deleted with it.`;
  return `
A Slack workspace and a Fastly account are running on this machine.

  Slack's Web API   ${slack.apiUrl}
  Fastly's API      ${fastly.url}
  Control API       ${control}

${connected}

Without a browser, have Nora ask for a user and for a deletion, Tomás approve it, and read what she sees. Type the lines one after another:

  curl -s ${control}/members/${NORA.id}/command -d '{"channel":"${CDN_TEAM.id}","text":"${lookUp} ${first}"}'
  curl -s ${control}/members/${NORA.id}/command -d '{"channel":"${CDN_TEAM.id}","text":"${askForDeletion} ${first}"}'
  curl -s ${control}/members/${TOMAS.id}/click -d '{"channel":"${CDN_TEAM.id}","actionId":"approvals.approve"}'
  curl -s ${control}/members/${TOMAS.id}/submit -d '{"values":{"reason":"Left in May"}}'
  curl -s '${control}/members/${NORA.id}/sees?as=text'

What else one can do is in test/sandbox/control/protocol.ts: fill in and submit a form, change Fastly, break things.
Ctrl-C stops everything.

In a browser, all of it is at

  ${page}

`;
}

function fail(message: string, code: number): never {
  process.stderr.write(message);
  process.exit(code);
}
