// npm scripts load this file before anything else. It is plain JavaScript, so that a Node which can't read TypeScript
// can still say which one is needed.
const NEEDED = 24;
const { node: version } = process.versions;

if (Number.parseInt(version, 10) < NEEDED) {
  process.stderr.write(
    `The bot needs Node ${NEEDED} or later, and this is Node ${version}. Run \`npm ci\` without --omit=dev to install it for this project, or get it from https://nodejs.org.\n`,
  );
  process.exit(1);
}
