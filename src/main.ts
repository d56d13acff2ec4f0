import { Bot } from './bot.ts';
import { ConfigError, processEnvironment, readConfig } from './config/config.ts';
import { CredentialRefused } from './config/secret.ts';
import { createLogger } from './observability/log.ts';
import { DatabaseUnusable, WrongDatabase } from './store/errors.ts';

const BAD_CONFIGURATION = 2;
/** Of sysexits.h: a restart would not help. */
const WRONG_DATABASE = 78;

const { environment, warnings } = processEnvironment();

try {
  const config = readConfig(environment);
  const log = createLogger(config.LOG_LEVEL, config.LOG_FORMAT);
  for (const warning of warnings) log.warn(warning);
  // Whatever failed was somebody's single delivery or message; everybody else's go on.
  process.on('unhandledRejection', (error) => log.error({ err: error }, 'a rejection that nobody handled'));
  process.on('uncaughtException', (error) => {
    log.fatal({ err: error }, 'an exception that nobody caught, the process ends');
    process.exit(1);
  });
  const bot = new Bot(config, log);
  let stopping = false;
  const stop = (signal: NodeJS.Signals) => {
    if (stopping) return;
    stopping = true;
    log.info({ signal }, 'stopping');
    const failed = (error: unknown) => {
      log.error({ err: error }, 'the bot could not stop in order');
      return 1;
    };
    void bot
      .stop()
      .then(() => 0, failed)
      .then((code) => process.exit(code));
  };
  process.on('SIGTERM', stop).on('SIGINT', stop);
  await bot.run();
} catch (error) {
  const unexpected = error instanceof Error ? error.stack : String(error);
  const hints = error instanceof ConfigError ? warnings : [];
  process.stderr.write(`${[explanationOf(error) ?? unexpected, ...hints].join('\n')}\n`);
  const wrongDatabase = error instanceof WrongDatabase ? WRONG_DATABASE : 1;
  process.exit(error instanceof ConfigError ? BAD_CONFIGURATION : wrongDatabase);
}

/** What the operator can do about an error; null for an error that needs its stack trace. */
function explanationOf(error: unknown): string | null {
  if (error instanceof ConfigError || error instanceof CredentialRefused || error instanceof DatabaseUnusable)
    return error.message;
  const portInUse = error instanceof Error && 'code' in error && error.code === 'EADDRINUSE';
  return portInUse
    ? `${error.message}. Stop the other process, or set PORT or HEALTH_PORT to a free port.`
    : null;
}
