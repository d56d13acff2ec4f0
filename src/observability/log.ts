import { LogLevel, type Logger as SlackLogger } from '@slack/bolt';
import { type DestinationStream, type Logger, pino } from 'pino';
import { reasonOf } from './reason-of.ts';
import { traced } from './trace.ts';

export type { Logger } from 'pino';

/** What a person at a terminal need not see: the process, and fields that repeat what their message says. */
const IN_THE_MESSAGE = 'pid,hostname,variable,inForce';

/**
 * Where the process's log goes: to stdout, in JSON or in lines for people at a terminal, whose module is loaded only then.
 *
 * @param how `at once`: each line is written before anything else is done, so the process may end after it. `in turn`: a
 *   reader who is slow keeps nobody waiting; `written` waits for what is not written yet. For people it is always at once
 */
export async function logDestination(
  format: 'json' | 'pretty',
  how: 'at once' | 'in turn',
): Promise<DestinationStream> {
  if (format === 'json') return pino.destination({ dest: 1, sync: how === 'at once', minLength: 1 });
  const { PinoPretty: pretty } = await import('pino-pretty');
  return pretty({ ignore: IN_THE_MESSAGE, singleLine: true, sync: true });
}

/** Resolves when all lines of the log so far are written. */
export async function written(log: Logger): Promise<void> {
  await new Promise<void>((resolve) => log.flush(() => resolve()));
}

/** Creates a log. Each line says what it belongs to (`Trace`). */
export function createLogger(level: string, destination?: DestinationStream): Logger {
  const everyStack = level === 'debug' || level === 'trace';
  const err = (error: unknown) => serializeError(error, everyStack);
  return pino({ level, serializers: { err }, mixin: traced }, destination);
}

/** Keeps an error's type, message and stack only. Its other properties can hold requests, answers and headers. */
function serializeError(error: unknown, everyStack: boolean): object {
  if (!(error instanceof Error)) return { message: String(error) };
  const { name: type, stack } = error;
  return { type, message: reasonOf(error), ...((everyStack || !saysEnough(error)) && { stack }) };
}

/** The errors of JavaScript, Node's `assert` and zod. They are faults in the code. */
const FAULTS = /^(?:(?:Aggregate|Assertion|Eval|Range|Reference|Syntax|Type|URI|\$?Zod)?Error)$/;

/**
 * Whether words do without a stack. An error of the bot's own classes, of Slack's SDK or of a driver has its own name.
 * One of the system has a code such as ECONNREFUSED, and one of Node's about wrong use a code such as ERR_INVALID_ARG_TYPE.
 */
function saysEnough(error: Error): boolean {
  const code = 'code' in error ? String(error.code) : 'ERR_';
  return !FAULTS.test(error.name) || !code.startsWith('ERR_');
}

/**
 * The logger for Slack's SDK. It stays at level info, because the SDK's debug lines print whole deliveries, including
 * typed passwords. It logs text only, never the SDK's objects.
 */
export function slackSdkLogger(log: Logger): SlackLogger {
  const write =
    (level: 'info' | 'warn' | 'error') =>
    (...parts: unknown[]) => {
      log[level](parts.map(textOf).join(' '));
    };
  return {
    debug: () => {},
    info: write('info'),
    warn: write('warn'),
    error: write('error'),
    setLevel: () => {},
    getLevel: () => LogLevel.INFO,
    setName: () => {},
  };
}

/** Reduces an error to its message, because the SDK's errors carry requests and answers. */
function textOf(part: unknown): string {
  return part instanceof Error ? reasonOf(part) : String(part);
}
