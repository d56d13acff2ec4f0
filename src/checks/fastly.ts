import { superuserStanding } from '../changes/superuser.ts';
import { type ApiToken, isGlobal } from '../fastly/api-token.ts';
import type { FastlyClient } from '../fastly/client.ts';
import { type FastlyError, isFastlyError } from '../fastly/errors.ts';
import { TOKEN_PROBLEMS, TOKEN_REMEDY, tokenProblemOf } from '../fastly/token.ts';
import type { User } from '../fastly/user.ts';
import { reasonOf } from '../observability/reason-of.ts';
import { counted, type Finding, fine, notKnown, warning, wrong } from './finding.ts';

const DAY_MILLISECONDS = 24 * 60 * 60 * 1000;
const SOON_DAYS = 14;

const NEW_TOKEN =
  "Sign in to Fastly as the bot's own user, create a token with the scope global, and put it into FASTLY_API_TOKEN.";
const ADDRESS_REMEDY = 'Check FASTLY_API_URL, the proxy and fastlystatus.com.';

/** `holder`: the user behind the token; null where there is none, or where Fastly cannot be asked. */
export type TokenLook = { findings: Finding[]; holder: User | null };

/**
 * Whether Fastly answers, and whether its token lets the bot change users. Quick: two reads at once.
 *
 * @param address FASTLY_API_URL, which is named
 * @param now Unix milliseconds
 */
export async function checkFastlyToken(
  fastly: FastlyClient,
  address: string,
  now = Date.now(),
): Promise<TokenLook> {
  const [holder, token] = await Promise.all([
    answerOf(fastly.getCurrentUser()),
    answerOf(fastly.currentToken()),
  ]);
  const away = [holder, token].map(({ error }) => error && unreachable(error, address)).find(Boolean);
  if (away) return { findings: [away], holder: null };
  const reached = fine(`Fastly answers at ${address}.`);
  if (holder.error?.kind === 'unauthorized') {
    const what = 'Fastly refuses FASTLY_API_TOKEN (401). It is wrong, has expired or was revoked.';
    return { findings: [reached, wrong(what, NEW_TOKEN)], holder: null };
  }
  const findings = [reached, holderFinding(holder), ...tokenFindings(token, now)];
  return { findings, holder: holder.value ?? null };
}

type Answered<T> = { value: T; error?: never } | { value?: never; error: FastlyError };

async function answerOf<T>(call: Promise<T>): Promise<Answered<T>> {
  try {
    return { value: await call };
  } catch (error) {
    if (isFastlyError(error)) return { error };
    throw error;
  }
}

/** Null where Fastly itself has answered. */
function unreachable(error: FastlyError, address: string): Finding | null {
  switch (error.kind) {
    case 'cut_off':
      return wrong(
        `Fastly can't be reached at ${address}: ${error.reason}.`,
        error.problem?.remedy ?? ADDRESS_REMEDY,
      );
    case 'timed_out':
      return wrong(`Nothing answered at ${address} within FASTLY_TIMEOUT.`, ADDRESS_REMEDY);
    case 'unavailable': {
      const isPage = error.status !== null && error.status < 500;
      const what = isPage
        ? `A page came back from ${address} with status ${error.status}, not an answer of Fastly's. The token was not checked.`
        : `Fastly is in trouble: ${address} answered ${error.status}.`;
      return wrong(what, ADDRESS_REMEDY);
    }
    default:
      return null;
  }
}

function holderFinding({ value: holder, error }: Answered<User>): Finding {
  if (error && error.kind !== 'not_found') {
    if (error.kind === 'forbidden')
      return wrong(
        "Fastly doesn't let the token read its own user (403), so the bot can't work with it.",
        TOKEN_REMEDY,
      );
    return notKnown(`The token's user is not known: ${error.reason}.`);
  }
  const problem = tokenProblemOf(holder ?? null);
  if (problem !== null || holder === undefined) {
    return wrong(TOKEN_PROBLEMS[problem ?? 'no-user'], TOKEN_REMEDY);
  }
  return superuserStanding(holder) === 'yes'
    ? fine(`The token belongs to ${holder.login}, a Fastly superuser.`)
    : notKnown(
        `The token belongs to ${holder.login}. Fastly doesn't say whether that is a Fastly superuser.`,
      );
}

function tokenFindings({ value: token, error }: Answered<ApiToken>, now: number): Finding[] {
  if (error) return [notKnown(`The token's scope, and when it expires, are not known: ${error.reason}.`)];
  return [scopeFinding(token), expiryFinding(token, now)];
}

/**
 * A limit to some services is none for what the bot does.
 *
 * @see https://www.fastly.com/documentation/reference/api/auth-tokens/user/
 */
function scopeFinding({ scope, services }: ApiToken): Finding {
  if (!scope) return notKnown("Fastly doesn't say which scope the token has.");
  if (!isGlobal({ scope })) {
    return wrong(`The token's scope is '${scope}', so the bot can't change users.`, NEW_TOKEN);
  }
  const limit = services?.length
    ? ` It is limited to some services (${services.length}), which makes no difference to users.`
    : '';
  return fine(`The token's scope is global.${limit}`);
}

function expiryFinding({ expires_at: expires }: ApiToken, now: number): Finding {
  if (expires === undefined) return notKnown("Fastly doesn't say when the token expires.");
  if (expires === null) return fine('The token never expires.');
  const at = Date.parse(expires);
  const date = new Date(at).toISOString().replace(/T(\d\d:\d\d).*/, ' at $1 UTC');
  if (at <= now) return wrong(`The token expired on ${date}.`, NEW_TOKEN);
  const days = Math.floor((at - now) / DAY_MILLISECONDS);
  if (at - now > SOON_DAYS * DAY_MILLISECONDS)
    return fine(`The token expires on ${date} (${days} days left).`);
  const left = days === 0 ? 'less than a day' : counted(days, 'day');
  return warning(
    `The token expires on ${date} (${left} left).`,
    `${NEW_TOKEN} Then restart the bot, and revoke the old token.`,
  );
}

/** What is told of anything else that went wrong while something was looked at. */
export function notLookedAt(what: string, error: unknown): Finding {
  return notKnown(`${what}: ${isFastlyError(error) ? error.reason : reasonOf(error)}.`);
}
