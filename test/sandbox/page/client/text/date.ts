import { now } from '../now.ts';

const DAY_MILLISECONDS = 86_400_000;

/** The tokens of a date's format, see https://docs.slack.dev/messaging/formatting-message-text#date-formatting */
const TOKENS: { [token: string]: (date: Date) => string } = {
  date_num: (date) => [date.getFullYear(), two(date.getMonth() + 1), two(date.getDate())].join('-'),
  date_slash: (date) => [two(date.getMonth() + 1), two(date.getDate()), date.getFullYear()].join('/'),
  date: (date) => written(date, { month: 'long', day: 'numeric', year: 'numeric' }),
  date_short: (date) => written(date, { month: 'short', day: 'numeric', year: 'numeric' }),
  date_long: (date) => written(date, { weekday: 'long', month: 'long', day: 'numeric', year: 'numeric' }),
  date_long_full: (date) =>
    written(date, { weekday: 'long', month: 'long', day: 'numeric', year: 'numeric' }),
  time: (date) => written(date, { hour: 'numeric', minute: '2-digit' }),
  time_secs: (date) => written(date, { hour: 'numeric', minute: '2-digit', second: '2-digit' }),
  ago,
  day_divider_pretty: (date) =>
    near(date) ?? written(date, { weekday: 'long', month: 'long', day: 'numeric' }),
};
const PRETTY = /_pretty$/;

/** A moment (Unix seconds) in the reader's time zone and language, after Slack's format. */
export function formatDate(seconds: number, format: string): string {
  const date = new Date(seconds * 1000);
  return format.replace(/\{(\w+)\}/g, (unknown, token: string) => {
    const write = TOKENS[token] ?? TOKENS[token.replace(PRETTY, '')];
    if (write === undefined) return unknown;
    return (PRETTY.test(token) && near(date)) || write(date);
  });
}

/** When a message was written: the time today, and the day before it otherwise. */
export function formatTs(ts: string): string {
  const date = new Date(Number(ts) * 1000);
  const time = written(date, { hour: 'numeric', minute: '2-digit' });
  return daysAgo(date) === 0
    ? time
    : `${near(date) ?? written(date, { month: 'short', day: 'numeric' })} ${time}`;
}

function written(date: Date, how: Intl.DateTimeFormatOptions): string {
  return new Intl.DateTimeFormat(undefined, how).format(date);
}

function near(date: Date): string | null {
  const days = daysAgo(date);
  if (Math.abs(days) > 1) return null;
  return new Intl.RelativeTimeFormat(undefined, { numeric: 'auto' }).format(-days, 'day');
}

function daysAgo(date: Date): number {
  const midnight = (of: Date) => new Date(of.getFullYear(), of.getMonth(), of.getDate()).getTime();
  return Math.round((midnight(new Date(now())) - midnight(date)) / DAY_MILLISECONDS);
}

function ago(date: Date): string {
  const minutes = Math.round((date.getTime() - now()) / 60_000);
  const relative = new Intl.RelativeTimeFormat(undefined, { numeric: 'auto' });
  if (Math.abs(minutes) < 60) return relative.format(minutes, 'minute');
  if (Math.abs(minutes) < 1440) return relative.format(Math.round(minutes / 60), 'hour');
  return relative.format(Math.round(minutes / 1440), 'day');
}

const two = (number: number) => String(number).padStart(2, '0');
