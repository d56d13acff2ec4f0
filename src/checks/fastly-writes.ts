import { type Dispatcher, request } from 'undici';
import { boundedText, MEBIBYTE } from '../http/bounded-body.ts';
import { type Finding, fine, notKnown, warning } from './finding.ts';

const METRIC = /^fastly_user_bot_fastly_writes_remaining(?:\{[^}]*\})? (\d+)\s*$/m;
/** The bot answers from memory, on this machine as a rule. */
const PATIENCE_MILLISECONDS = 2_000;

/**
 * How many changes Fastly takes from the bot before the hour is over. Only the running bot knows, by what Fastly last
 * answered to one.
 *
 * @param place HEALTH_HOST and HEALTH_PORT
 */
export async function checkFastlyWrites(
  place: { host: string; port: number },
  dispatcher: Dispatcher,
): Promise<Finding[]> {
  const left = await writesLeft(place, dispatcher);
  if (left === null) return [notKnown('How many changes Fastly still takes in this hour is not known.')];
  if (left > 0) return [fine(`Fastly takes ${left} more changes in this hour, by the running bot.`)];
  return [
    warning(
      'Fastly takes no more changes from the bot in this hour.',
      'Wait until the hour is over. If this happens often, look for other programs that use the same Fastly user, or ask Fastly for a higher limit.',
    ),
  ];
}

/** Null where no bot is running, or Fastly has not told it yet. */
async function writesLeft(
  { host, port }: { host: string; port: number },
  dispatcher: Dispatcher,
): Promise<number | null> {
  try {
    const { statusCode, body } = await request(
      `http://${host.includes(':') ? `[${host}]` : host}:${port}/metrics`,
      { dispatcher, signal: AbortSignal.timeout(PATIENCE_MILLISECONDS) },
    );
    const text = await boundedText(body, MEBIBYTE);
    const [, left] = (statusCode === 200 && METRIC.exec(text)) || [];
    return left === undefined ? null : Number(left);
  } catch {
    return null;
  }
}
