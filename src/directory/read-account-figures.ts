import { accountTokens } from '../fastly/account-tokens.ts';
import type { FastlyClient } from '../fastly/client.ts';
import { isFastlyError } from '../fastly/errors.ts';
import {
  type AccountFigures,
  EVERYBODY,
  type TokenFigures,
  tokenFigures,
  userFigures,
} from './account-figures.ts';
import type { Directory } from './directory.ts';

/** Reads the account and counts it. Users are at most a minute old. @throws {FastlyError} */
export async function readAccountFigures(
  directory: Directory,
  fastly: FastlyClient,
  now: number,
): Promise<AccountFigures> {
  const reading = [directory.list(EVERYBODY), readTokenFigures(fastly, now)] as const;
  const [{ users, account }, tokens] = await Promise.all(reading);
  return { ...(await userFigures(users, account, now)), tokens };
}

/** Null where the bot may not see the tokens, as they are no reason to withhold the rest. */
async function readTokenFigures(fastly: FastlyClient, now: number): Promise<TokenFigures | null> {
  try {
    const { programs, unreadable } = await accountTokens(fastly);
    return await tokenFigures(programs, unreadable, now);
  } catch (error) {
    if (isFastlyError(error) && error.kind === 'forbidden') return null;
    throw error;
  }
}
