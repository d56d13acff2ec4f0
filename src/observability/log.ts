import { LogLevel, type Logger as SlackLogger } from '@slack/bolt';
import { type DestinationStream, type Logger, pino } from 'pino';
import { PinoPretty as pretty } from 'pino-pretty';

export type { Logger } from 'pino';

/** The process's log, on standard output or where `destination` leads. `pretty` is for people at a terminal. */
export function createLogger(
  level: string,
  format: 'json' | 'pretty',
  destination: DestinationStream = format === 'pretty'
    ? pretty({ ignore: 'pid,hostname', singleLine: true })
    : pino.destination(1),
): Logger {
  return pino({ level, serializers: { err: serializeError } }, destination);
}

/** What went wrong and where. Other properties of an error can hold requests, answers and headers; they stay out. */
function serializeError(error: unknown): object {
  if (!(error instanceof Error)) return { message: String(error) };
  return { type: error.name, message: error.message, stack: error.stack };
}

/**
 * The log as Slack's SDK wants it. Its debug lines print whole deliveries, typed passwords included, so it is kept
 * at info whatever our own level, and what it hands over is reduced to text.
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

/** An error's message only: the SDK's error objects carry requests and answers. */
function textOf(part: unknown): string {
  return part instanceof Error ? part.message : String(part);
}
