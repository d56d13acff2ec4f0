import { parseArgs } from 'node:util';
import { appManifest } from './app-manifest.ts';

/** `npm run manifest`: prints the Slack app's manifest. It reads no variables. */
const USAGE = `npm run -s manifest         prints the manifest of the Slack app for Socket Mode, as in manifest.yml
npm run -s manifest -- --url https://bot.example.com
                            prints it for HTTP, with the address at which Slack reaches the bot
npm run -s manifest -- --groups
                            adds what user groups in SUPERUSERS need; goes with --url, too
npm run -s manifest -- --leavers
                            adds what LEAVERS=live needs; goes with --url and --groups, too
npm run manifest -- --help  shows this help

The -s keeps npm's own lines out of the output.
Exit codes: 0 for success, 2 for a wrong command.
`;

const MISUSED = 2;

process.exitCode = main(process.argv.slice(2));

function main(args: string[]): number {
  try {
    const { values } = parseArgs({
      args,
      options: {
        url: { type: 'string' },
        groups: { type: 'boolean', default: false },
        leavers: { type: 'boolean', default: false },
        help: { type: 'boolean', default: false },
      },
    });
    process.stdout.write(
      values.help ? USAGE : appManifest(values.url === undefined ? null : originOf(values.url), values),
    );
    return 0;
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n\n${USAGE}`);
    return MISUSED;
  }
}

/** @throws {TypeError} for anything but an address that Slack can send to, in words */
function originOf(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : null;
  if (url?.protocol === 'http:')
    throw new TypeError(
      `--url must begin with https://, because Slack sends nothing over plain HTTP: ${text}`,
    );
  if (url?.protocol !== 'https:')
    throw new TypeError(`--url must be an address such as https://bot.example.com: ${text}`);
  if (url.href !== `${url.origin}/`)
    throw new TypeError(
      `--url must be the address alone, because the manifest adds the path /slack/events itself: try --url ${url.origin}`,
    );
  return url.origin;
}
