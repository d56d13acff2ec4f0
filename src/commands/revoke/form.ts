import type { ModalView } from '@slack/types';
import { z } from 'zod';
import { needsReason } from '../../approvals/policy.ts';
import { RequestId } from '../../approvals/request.ts';
import type { ListedToken, TokenSnapshot } from '../../changes/token.ts';
import { MOST_REVOKED } from '../../changes/token-revocation.ts';
import { MOST_OPTIONS, multiSelect, option } from '../../messages/kit/inputs.ts';
import { plainText, richText, type Sentence, say } from '../../messages/kit/sentence.ts';
import { tokenName, tokenText, unreadableTokens } from '../../messages/tokens/text.ts';
import { userText } from '../../messages/user-text.ts';
import { codecFor } from '../../slack/carried.ts';
import type { FormValues } from '../../slack/incoming.ts';
import type { Interaction } from '../../slack/replies/interaction.ts';
import { FieldError } from '../../slack/replies/submission.ts';
import { isApprovalRequired } from '../approvals/filing.ts';
import { viewOf } from '../form.ts';
import { Meant } from '../inputs/meant.ts';
import { reasonInput } from '../inputs/reason.ts';
import { USER_PICKER, userPicker } from '../inputs/user-picker.ts';

const TOKENS = 'tokens';
const TITLE = 'Revoke API tokens';

export const FORM = { id: 'revoke.form', title: TITLE, mainBlockId: TOKENS };
export const PICK = { id: 'revoke.pick', title: TITLE, submit: 'Continue', mainBlockId: USER_PICKER };

/**
 * Whose tokens a form is about: a user, or the user whom a request has deleted and whose tokens are still listed. It comes
 * back as input.
 */
export const Whose = z.union([z.object({ user: Meant }), z.object({ deletedBy: RequestId })]);
export type Whose = z.infer<typeof Whose>;
export const Subject = codecFor('form', Whose, 'revoke');

/** What a form shows: whose tokens, which there are, and which are chosen already. */
export type Contents = {
  whose: Whose;
  owner: { name: string; login: string };
  live: TokenSnapshot;
  chosen: readonly string[];
  reason: string | null;
  note: Sentence | null;
};

export function revokeForm(interaction: Interaction, contents: Contents, problem?: Sentence): ModalView {
  const { whose, owner, live, chosen, reason, note } = contents;
  const { approvals } = interaction.services;
  const submit = isApprovalRequired(interaction.services, 'revoke') ? 'Request' : 'Revoke';
  return viewOf({ ...FORM, submit }, interaction.origin, {
    onTop: problem,
    subject: Subject.write(whose),
    blocks: [
      richText(
        say`${userText(owner)}`,
        ...live.tokens.slice(0, MOST_TOLD).map((each) => tokenText(each, live.readAt)),
        ...(live.unreadable ? [unreadableTokens(live.unreadable)] : []),
        ...limits(live.tokens.length),
      ),
      multiSelect({
        id: TOKENS,
        label: 'Tokens to revoke',
        placeholder: 'Choose tokens',
        options: live.tokens.map((token) => tokenOption(token, live.tokens)),
        chosen: chosen.map(optionOf),
      }),
      reasonInput('Reason', reason, { optional: !needsReason(approvals.policy, 'revoke') }),
      richText(CONSEQUENCE, ...(note ? [note] : [])),
    ],
  });
}

/** Of many tokens, so many are told with all that is known of them. */
const MOST_TOLD = 15;
/** What can't be chosen here, or not at once. */
function limits(count: number): Sentence[] {
  if (count <= MOST_REVOKED) return [];
  const offered = count > MOST_OPTIONS ? say`${MOST_OPTIONS} of ${count} tokens can be chosen here. ` : say``;
  return [say`${offered}One request revokes ${MOST_REVOKED} tokens at most.`];
}

const CONSEQUENCE = say`What uses a token stops working as soon as the token is revoked. This can't be undone.`;

export function pickForm({ origin }: Interaction, problem?: Sentence): ModalView {
  return viewOf(PICK, origin, { onTop: problem, blocks: [userPicker()] });
}

/** The ids of the tokens that were chosen. @throws {FieldError} where there is none */
export function chosenIn(values: FormValues): string[] {
  const ids = Object.entries(values).flatMap(([value, chosen]) =>
    chosen === 'yes' && value.startsWith(PREFIX) ? [value.slice(PREFIX.length)] : [],
  );
  if (ids.length > 0) return ids;
  throw new FieldError(TOKENS, say`Choose a token.`);
}

export function tokensError(sentence: Sentence): FieldError {
  return new FieldError(TOKENS, sentence);
}

/** Tells the options of tokens from all else in a form. */
const PREFIX = 'token ';

function optionOf(id: string): string {
  return `${PREFIX}${id}`;
}

/** Tokens of one name are told apart by their IDs. */
function tokenOption(token: ListedToken, all: readonly ListedToken[]) {
  const { id, name, scope } = token;
  const isUnique = all.filter((each) => each.name === name).length === 1;
  const about = isUnique ? scope : [id, ...(scope ? [scope] : [])].join(', ');
  return option(plainText(tokenName(token)), optionOf(id), about ?? undefined);
}
