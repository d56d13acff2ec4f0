import type { Action } from '../../approvals/action.ts';
import type { TokenSnapshot } from '../../changes/token.ts';
import { counted, joined, type Sentence, say } from '../kit/sentence.ts';
import { isInUse, tokenName, tokenNames, tokenText, unreadableTokens } from './text.ts';

/** Of many tokens, so many are told with all that is known of them. */
const MOST_TOLD = 15;
const MOST_IN_LIST = 3;

export const MAY_REFUSE = say`Fastly may refuse until the tokens are revoked. If Fastly doesn't refuse, the tokens end with the user.`;
export const IN_TWO_STEPS = say`Step 1 revokes the tokens and the user's browser sessions. Step 2 deletes the user. Step 1 can't be undone, even if step 2 fails.`;
const SESSIONS_FIRST = say`Step 1 ends the user's browser sessions. Step 2 deletes the user. Step 1 can't be undone, even if step 2 fails.`;
const SESSIONS_END = say`Browser sessions of the user end after the change, for good.`;
const LATER = say`API tokens made before the deletion are included.`;
const NONE_YET = say`Fastly may refuse until they are revoked. If Fastly doesn't refuse, they end with the user.`;
export const COULD_NOT_LOOK = say`⚠️ The bot couldn't look whether programs use API tokens of this user.`;

/** What approvers have to know of the user's API tokens, and of what happens to them. */
export function tokenNotes(action: Action): Sentence[] {
  if (action.kind === 'revoke') return [everyTokenText(action.shown, 'to revoke')];
  if (action.kind === 'demote-with-tokens') {
    return [
      ...(action.sessions ? [SESSIONS_END] : []),
      ...(action.shown === null
        ? []
        : action.shown.tokens.length === 0
          ? [say`${shownText(action.shown)} There is none to revoke.`]
          : [say`${everyTokenText(action.shown, 'to revoke after the change')} That can't be undone.`]),
    ];
  }
  if (action.kind !== 'delete-with-tokens') return [];
  const { shown, revokeFirst, laterTokens } = action;
  const hasNone = shown?.tokens.length === 0;
  // Without tokens that were shown, there are sessions to end, or what may be made until then.
  const first = hasNone && !laterTokens ? SESSIONS_FIRST : IN_TWO_STEPS;
  const mayRefuse = hasNone ? NONE_YET : MAY_REFUSE;
  return [
    shown === null ? COULD_NOT_LOOK : shownText(shown),
    ...(laterTokens && hasNone ? [LATER] : []),
    revokeFirst ? first : mayRefuse,
    ...(laterTokens && !hasNone ? [LATER] : []),
  ];
}

/** The same in a list of requests, which has to fit into one message. */
export function tokenNotesInShort(action: Action): Sentence[] {
  if (!('shown' in action)) return tokenNotes(action);
  const { shown } = action;
  if (shown === null || shown.tokens.length === 0) return tokenNotes(action);
  return [
    say`${counted(shown.tokens.length, 'token')} that programs use: ${tokenNames(shown.tokens, MOST_IN_LIST)}.`,
    ...('revokeFirst' in action && action.revokeFirst ? [IN_TWO_STEPS] : []),
  ];
}

/** Said once more where it is approved: what was used within a week will stop working. */
export function inUseNote(action: Action): Sentence[] {
  const shown = 'shown' in action ? action.shown : null;
  const used = shown?.tokens.filter((token) => isInUse(token, shown.readAt)) ?? [];
  if (used.length === 0) return [];
  return [
    say`⚠️ Used within the last week: ${tokenNames(used)}. What uses ${used.length === 1 ? 'it' : 'them'} stops working.`,
  ];
}

/** '2 tokens that programs use: `ci-purge` (purge_all, …), `laptop` (global, unused for 400 days).' */
export function shownText(snapshot: TokenSnapshot): Sentence {
  const more = snapshot.tokens.length - MOST_TOLD;
  return snapshotText(snapshot, 'that programs use', more > 0 ? [say`${more} more`] : []);
}

/**
 * The same, where each of them is revoked: no approval counts for a token that is not named.
 *
 * @param which behind the number: 'to revoke'
 */
export function everyTokenText(snapshot: TokenSnapshot, which: string): Sentence {
  return snapshotText(snapshot, which, snapshot.tokens.slice(MOST_TOLD).map(tokenName));
}

function snapshotText(
  { readAt, tokens, unreadable = 0 }: TokenSnapshot,
  which: string,
  rest: readonly Sentence[],
): Sentence {
  const unread = unreadable === 0 ? say`` : say` ${unreadableTokens(unreadable)}`;
  if (tokens.length === 0) return say`No API token that programs use.${unread}`;
  const told = tokens.slice(0, MOST_TOLD).map((token) => tokenText(token, readAt));
  return say`${counted(tokens.length, 'token')} ${which}: ${joined([...told, ...rest], say`, `)}.${unread}`;
}
