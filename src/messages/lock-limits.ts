import { type Sentence, say } from './kit/sentence.ts';

/** What locking is, in a form. Fastly defines `locked` as 'locked for editing', and says no more. */
export function lockingText(who: Sentence): Sentence {
  return say`Fastly says only that a locked user can't be edited. ${who} may still be able to sign in. ${STAYS}`;
}

/** What a lock leaves as it is. */
export const STAYS = say`Browser sessions and API tokens of a locked user may go on working.`;
export const TOKENS_STAY = say`API tokens of a locked user may go on working.`;

/** What unlocking leaves as it is. */
export const NOT_BROUGHT_BACK = say`Unlocking brings back no browser session and no API token that has ended.`;
