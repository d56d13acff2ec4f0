import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { AUDIT_TRAIL, CDN_TEAM, NORA, SUPERUSERS, TOMAS } from './cast.ts';
import { type Sandbox, startSandbox } from './sandbox.ts';

/** `npm run sandbox`: Slack, Fastly and the bot on this machine, until Ctrl-C. */
const USAGE = `npm run sandbox -- [--port N] [--no-bot] [--json] [--manifest FILE]

  --port N         the first of the ports taken (default 4000)
  --no-bot         leave the bot out, for one of your own
  --json           one line of JSON on standard output when ready, everything else on standard error
  --manifest FILE  the manifest of the app to be installed (default manifest.yml)
`;

const options = readOptions();
const sandbox = await start(options.port);
let bot: ChildProcess | null = null;
let ready = false;
let stopping = false;
const stop = async () => {
  if (stopping) return;
  stopping = true;
  await stopBot(bot);
  await sandbox.close();
  process.exit(0);
};
process.on('SIGINT', () => void stop()).on('SIGTERM', () => void stop());
if (options.bot) {
  bot = startBot(sandbox);
  bot.once('exit', (code) => {
    if (stopping) return;
    process.stderr.write(`The bot ended with code ${code}${ready ? '' : ' before it was connected'}.\n`);
    void sandbox.close().then(() => process.exit(1));
  });
  await connected(sandbox.slack);
}
ready = true;
if (options.json) process.stdout.write(`${JSON.stringify(addresses(sandbox))}\n`);
else process.stdout.write(welcome(sandbox, options.bot));

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

/** Control, Slack, Fastly and the bot's health take `port` and the three after it; 0: any free ones. */
async function start(port: number): Promise<Sandbox> {
  const ports = port === 0 ? {} : { control: port, slack: port + 1, fastly: port + 2 };
  try {
    return await startSandbox({ ports, ...(options.manifest && { manifest: options.manifest }) });
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EADDRINUSE') {
      return fail(
        `${error.message}: another program has that port. Choose others: npm run sandbox -- --port ${port + 100}\n`,
        1,
      );
    }
    throw error;
  }
}

/** The bot as a process of its own, in an empty folder, so that no `.env` of the reader's gets into it. */
function startBot({ slack, fastly }: Sandbox): ChildProcess {
  const cwd = mkdtempSync(join(tmpdir(), 'fastly-user-bot-'));
  process.on('exit', () => rmSync(cwd, { recursive: true, force: true }));
  const child = spawn(process.execPath, [fileURLToPath(new URL('../../src/main.ts', import.meta.url))], {
    cwd,
    env: {
      PATH: process.env.PATH,
      SLACK_API_URL: slack.apiUrl,
      SLACK_BOT_TOKEN: slack.botToken,
      SLACK_APP_TOKEN: slack.appToken,
      SUPERUSERS: SUPERUSERS.map(({ id }) => id).join(','),
      CONFIRMATIONS_CHANNEL: AUDIT_TRAIL.id,
      FASTLY_API_URL: fastly.url,
      FASTLY_API_TOKEN: fastly.token,
      ...(process.env.DATABASE_URL && { DATABASE_URL: process.env.DATABASE_URL }),
      HEALTH_PORT: String(options.port === 0 ? 0 : options.port + 3),
      LOG_LEVEL: process.env.LOG_LEVEL ?? 'warn',
      LOG_FORMAT: options.json ? 'json' : 'pretty',
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  child.stdout.pipe(process.stderr);
  child.stderr.pipe(process.stderr);
  return child;
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

async function stopBot(child: ChildProcess | null): Promise<void> {
  if (!child || child.exitCode !== null) return;
  const exit = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGTERM');
  await exit;
}

function addresses({ slack, fastly, control }: Sandbox) {
  const { apiUrl, botToken, appToken, signingSecret } = slack;
  return {
    slack: { apiUrl, botToken, appToken, signingSecret },
    fastly: { url: fastly.url, token: fastly.token },
    control: control.url,
  };
}

function welcome(running: Sandbox, withBot: boolean): string {
  const { slack, fastly, control } = addresses(running);
  const bot = withBot
    ? 'The bot is connected. Type a command as Nora, and read what she sees:'
    : `No bot was started. Start yours with:
  SLACK_API_URL=${slack.apiUrl} SLACK_BOT_TOKEN=${slack.botToken} SLACK_APP_TOKEN=${slack.appToken} \\
  SUPERUSERS=${SUPERUSERS.map(({ id }) => id).join(',')} FASTLY_API_URL=${fastly.url} FASTLY_API_TOKEN=${fastly.token} npm start
Then type a command as Nora, and read what she sees:`;
  return `
A Slack workspace and a Fastly account are running on this machine.

  Slack's Web API   ${slack.apiUrl}
  Fastly's API      ${fastly.url}
  Control API       ${control}

${bot}

  curl -s ${control}/members/${NORA.id}/command -d '{"channel":"${CDN_TEAM.id}","text":"get nora l"}'
  curl -s '${control}/members/${NORA.id}/sees?as=text'

Or have Nora ask for a deletion, and Tomás approve it:

  curl -s ${control}/members/${NORA.id}/command -d '{"channel":"${CDN_TEAM.id}","text":"delete edda"}'
  curl -s ${control}/members/${TOMAS.id}/click -d '{"channel":"${CDN_TEAM.id}","actionId":"approvals.approve"}'

What else one can do is in test/sandbox/control/protocol.ts: fill in and submit a form, change Fastly, break things.

Ctrl-C stops everything.
`;
}

function fail(message: string, code: number): never {
  process.stderr.write(message);
  process.exit(code);
}
