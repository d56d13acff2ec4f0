import { processEnvironment, readConfig, readLogSettings } from './config/config.ts';
import { ConfigError, problemText, type VariableProblem } from './config/problem.ts';
import { FatalError } from './observability/fatal-error.ts';
import { createLogger, logDestination, written } from './observability/log.ts';

const { environment, warnings } = processEnvironment();
const { LOG_LEVEL, LOG_FORMAT } = readLogSettings(environment);
/** For the start and the end, which the process may not outlive. */
const log = createLogger(LOG_LEVEL, await logDestination(LOG_FORMAT, 'at once'));
const botLog = createLogger(LOG_LEVEL, await logDestination(LOG_FORMAT, 'in turn'));

// Node would write its warnings to stderr.
process.removeAllListeners('warning').on('warning', ({ name, message }) => {
  // Whoever runs the bot can do nothing about what Node itself calls experimental.
  log[name === 'ExperimentalWarning' ? 'debug' : 'warn']({ warning: name }, message);
});
// Whatever failed was somebody's single delivery or message; everybody else's go on.
process.on('unhandledRejection', (error) => log.error(withStack(error), 'a rejection that nobody handled'));
process.on('uncaughtException', (error) => {
  log.fatal(withStack(error), 'an exception that nobody caught, the process ends');
  process.exit(1);
});

try {
  const config = readConfig(environment);
  for (const warning of warnings) warnAbout(warning);
  // Not before now, as loading it can make Node warn.
  const { Bot } = await import('./bot.ts');
  const bot = new Bot(config, botLog);
  let stopping = false;
  const stop = (signal: NodeJS.Signals) => {
    if (stopping) return;
    stopping = true;
    botLog.info({ signal }, 'stopping');
    void bot
      .stop()
      .then(() => written(botLog))
      .then(() => process.exit(0), end);
  };
  process.on('SIGTERM', stop).on('SIGINT', stop).on('SIGHUP', stop);
  await bot.run();
} catch (error) {
  if (error instanceof ConfigError) warnings.forEach(warnAbout);
  await end(error);
}

function warnAbout(warning: VariableProblem): void {
  log.warn({ variable: warning.name }, problemText(warning));
}

/** Ends the process. An error that tells the operator what to do is logged without its stack. */
async function end(error: unknown): Promise<never> {
  await written(botLog);
  if (error instanceof ConfigError) logConfigError(error);
  else if (error instanceof FatalError) log.fatal(error.message);
  else log.fatal(withStack(error), 'an error that the bot did not expect, the process ends');
  process.exit(error instanceof FatalError ? error.exitCode : 1);
}

/** Nobody expected the error, so where it comes from matters whatever its kind is. */
function withStack(error: unknown): { err: unknown; stack?: string | undefined } {
  return error instanceof Error ? { err: error, stack: error.stack } : { err: error };
}

function logConfigError({ problems, hint }: ConfigError): void {
  const count = problems.length === 1 ? '1 variable is' : `${problems.length} variables are`;
  log.fatal(`The bot can't start: ${count} missing or wrong.`);
  for (const problem of problems) log.fatal({ variable: problem.name }, problemText(problem));
  if (hint !== null) log.fatal(hint);
}
