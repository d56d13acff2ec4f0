import { Bot, CredentialRefused } from './bot.ts';
import { ConfigError, processEnvironment, readConfig } from './config/config.ts';
import { createLogger } from './observability/log.ts';
import { DatabaseInUse } from './store/errors.ts';

const BAD_CONFIGURATION = 2;

try {
  const config = readConfig(processEnvironment());
  const log = createLogger(config.LOG_LEVEL, config.LOG_FORMAT);
  const bot = new Bot(config, log);
  let stopping = false;
  const stop = (signal: NodeJS.Signals) => {
    if (stopping) return;
    stopping = true;
    log.info({ signal }, 'stopping');
    void bot.stop().then(() => process.exit(0));
  };
  process.on('SIGTERM', stop).on('SIGINT', stop);
  await bot.run();
} catch (error) {
  const portTaken = error instanceof Error && 'code' in error && error.code === 'EADDRINUSE';
  const explained =
    error instanceof ConfigError ||
    error instanceof CredentialRefused ||
    error instanceof DatabaseInUse ||
    portTaken;
  process.stderr.write(
    `${explained ? error.message : error instanceof Error ? error.stack : String(error)}\n`,
  );
  process.exit(error instanceof ConfigError ? BAD_CONFIGURATION : 1);
}
