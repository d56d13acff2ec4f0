import { LogLevel, type Logger as SlackLogger } from '@slack/bolt';
import { type DestinationStream, type Logger, pino } from 'pino';
import { PinoPretty as pretty } from 'pino-pretty';
import { traced } from './trace.ts';

export type { Logger } from 'pino';

/** Creates the process's log. Each line says what it belongs to (`Trace`). `pretty` is for people at a terminal. */
export function createLogger(
  level: string,
  format: 'json' | 'pretty',
  destination: DestinationStream = format === 'pretty'
    ? pretty({ ignore: 'pid,hostname', singleLine: true })
    : pino.destination(1),
): Logger {
  return pino({ level, serializers: { err: serializeError }, mixin: traced }, destination);
}

/** Keeps an error's type, message and stack only. Its other properties can hold requests, answers and headers. */
function serializeError(error: unknown): object {
  if (!(error instanceof Error)) return { message: String(error) };
  return { type: error.name, message: error.message, stack: error.stack };
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
  return part instanceof Error ? part.message : String(part);
}
