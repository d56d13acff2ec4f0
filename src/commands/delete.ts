import { type Deletion, tokensKey } from '../approvals/action.ts';
import { needsReason } from '../approvals/policy.ts';
import { type Protection, protectionOf } from '../changes/protection.ts';
import { targetOf } from '../changes/snapshot.ts';
import type { TokenSnapshot } from '../changes/token.ts';
import { tokenSnapshot } from '../changes/token-snapshot.ts';
import { isFastlyError } from '../fastly/errors.ts';
import { type User, UserId } from '../fastly/user.ts';
import { REVOKE_FIRST } from '../messages/approval-message.ts';
import { Refusal } from '../messages/failure-text.ts';
import { checkboxes, option, select } from '../messages/kit/inputs.ts';
import { code, counted, date, richText, type Sentence, say } from '../messages/kit/sentence.ts';
import { protectionText } from '../messages/outcome-text.ts';
import { COULD_NOT_LOOK, IN_TWO_STEPS, MAY_REFUSE, shownText } from '../messages/tokens/notes.ts';
import { userText } from '../messages/user-text.ts';
import { needing } from '../slack/gate/listeners.ts';
import type { Interaction } from '../slack/replies/interaction.ts';
import type { Services } from '../slack/replies/services.ts';
import { fileRequest, isApprovalRequired, whoDecides } from './approvals/filing.ts';
import { requestOfferListener } from './approvals/request-button.ts';
import { meantBy, userMeant } from './inputs/meant.ts';
import {
  type OneUserSubcommand,
  oneUserSubcommand,
  openUserForm,
  type UserInputs,
} from './inputs/one-user.ts';
import { userButton } from './inputs/user-button.ts';
import { leaverButtonListener } from './leavers/leaver-button.ts';
import { whyNotRevoked } from './revoke/as-part.ts';
import type { Subcommand } from './subcommand.ts';

const AT_ONCE = say`No approval is needed: the user is deleted at once.`;

/** Flags, which are values of the form's inputs, too. */
const REVOKE_TOKENS = 'revoke-tokens';
const LATER_TOKENS = 'later-tokens';

const deletion: OneUserSubcommand = {
  name: 'delete',
  summary: 'Delete a user',
  about: (services) => {
    const how = isApprovalRequired(services, 'delete')
      ? say`The user is deleted once other bot admins approve.`
      : AT_ONCE;
    return say`${how} The account's owner, the bot's own user and the last other unlocked Fastly superuser can't be deleted. The request shows the API tokens that programs use, as they may end with the user. ${code(`--${REVOKE_TOKENS}`)} revokes them first, and ${code(`--${LATER_TOKENS}`)} includes tokens that are made until then.`;
  },
  examples: ['delete', 'delete edda.morton@example.com', 'delete "Silas Morton" --reason "Left the company"'],
  form: {
    title: 'Delete a user',
    submit: (services) => (isApprovalRequired(services, 'delete') ? 'Request deletion' : 'Delete'),
  },
  purpose: 'change',
  button: (services, name) =>
    isApprovalRequired(services, 'delete') ? `Request deletion of ${name}` : `Delete ${name}`,
  needsReason: ({ approvals }) => needsReason(approvals.policy, 'delete'),
  choices: { flags: [REVOKE_TOKENS, LATER_TOKENS], inputs: tokenInputs },
  note: (interaction) => whoDecides(interaction, 'delete'),
  caution,
  async act(interaction, meant, reason, { chosen, wasShown }) {
    const { services, users } = interaction;
    const asked = userMeant(interaction, meant);
    const protection = protectionOf(services.fastly, asked, undefined, () => users.all());
    protection.catch(() => {});
    const tokens = tokensOf(interaction, meant.id);
    tokens.catch(() => {});
    const user = await asked;
    await refuseWhereImpossible(user, protection);
    const listed = await tokens;
    const action = deletionOf(interaction, user, listed, chosen);
    refuseWhereUnseen(interaction, user, listed.shown, wasShown);
    return await fileRequest(interaction, action, reason);
  },
};

const { listeners, ...subcommand } = oneUserSubcommand(deletion);

/** Deletes a user by a request, which waits for approvers if deletions need approval. */
export const deleteUser: Subcommand = {
  ...subcommand,
  listeners: [
    ...listeners,
    ...needing('revoke', [
      requestOfferListener(REVOKE_FIRST, async (interaction, id) => {
        const target = (await interaction.services.approvals.get(id))?.action.target;
        if (!target?.id) throw new Refusal(say`This request no longer exists. Nothing was done.`);
        const meant = meantBy({ id: UserId.parse(target.id), login: target.login });
        await openUserForm(deletion, interaction, () => meant, [REVOKE_TOKENS]);
      }),
    ]),
    leaverButtonListener('delete', async (interaction, whom) => {
      await openUserForm(deletion, interaction, whom);
    }),
  ],
};

/** The tokens that programs use, null where Fastly does not show the list, and how many browser sessions there are. */
type Listed = { shown: TokenSnapshot | null; sessions: number };

async function tokensOf({ users, log }: Interaction, id: UserId): Promise<Listed> {
  try {
    const { programs, sessions, unreadable } = await users.liveTokens(id);
    return { shown: tokenSnapshot(programs, Date.now(), unreadable), sessions: sessions.length };
  } catch (error) {
    if (!isFastlyError(error)) throw error;
    log.warn({ err: error }, "a user's API tokens could not be read for a deletion");
    return { shown: null, sessions: 0 };
  }
}

/** @throws {Refusal} where tokens are to be revoked and may not be, or nobody can see which there are */
function deletionOf(
  { services }: Interaction,
  user: User,
  { shown, sessions }: Listed,
  chosen: readonly string[],
): Deletion {
  const target = targetOf(user);
  const isAsked = chosen.includes(REVOKE_TOKENS);
  const problem = isAsked ? whyNotRevoked(services, 'delete') : null;
  if (problem !== null) throw new Refusal(say`${problem} Nothing was requested.`);
  if (shown === null && isAsked) {
    throw new Refusal(
      say`Fastly didn't list the account's API tokens, so none can be revoked first. Nothing was requested. Try again in a minute.`,
    );
  }
  const count = shown?.tokens.length ?? 0;
  const revokeFirst = isAsked && count + sessions > 0;
  const laterTokens = chosen.includes(LATER_TOKENS);
  // The kind that older versions of the bot know means that there were none to show.
  if (shown !== null && count === 0 && !shown.unreadable && !revokeFirst && !laterTokens) {
    return { kind: 'delete', version: 1, target };
  }
  return { kind: 'delete-with-tokens', version: 1, target, shown, revokeFirst, laterTokens };
}

/** What there is to choose where the user has tokens; that nobody could look where that is so. */
async function tokenInputs(
  interaction: Interaction,
  user: User,
  chosen: readonly string[],
): Promise<UserInputs> {
  const { shown, sessions } = await tokensOf(interaction, user.id);
  const plain = { kind: 'delete-with-tokens', version: 1, target: targetOf(user), shown } as const;
  const showing = tokensKey({ ...plain, revokeFirst: false, laterTokens: false });
  if (shown === null) return { blocks: [richText(COULD_NOT_LOOK)], showing };
  const count = shown.tokens.length;
  const isAsked = chosen.includes(REVOKE_TOKENS);
  // Fastly may refuse because of sessions alone; only then are they asked about.
  if (count === 0 && !(isAsked && sessions > 0)) {
    return { blocks: shown.unreadable ? [richText(shownText(shown))] : [], showing };
  }
  const problem = whyNotRevoked(interaction.services, 'delete');
  const plainly = option('Delete only', 'plainly', 'Fastly may refuse, or the tokens end with the user.');
  const revoking = option(
    count === 0 ? 'End browser sessions, then delete' : `Revoke ${counted(count, 'token')}, then delete`,
    REVOKE_TOKENS,
    "Revoking can't be undone, even if the deletion fails.",
  );
  const blocks = [
    richText(shownText(shown)),
    ...(problem === null
      ? [
          select({
            id: 'how',
            label: 'How to delete',
            options: [plainly, revoking],
            chosen: isAsked ? REVOKE_TOKENS : 'plainly',
          }),
        ]
      : []),
    checkboxes({
      id: 'later',
      label: 'Tokens made later',
      options: [option('Also tokens made before the deletion', LATER_TOKENS)],
      ticked: chosen,
      optional: true,
    }),
    richText(MAY_REFUSE, problem ?? IN_TWO_STEPS),
  ];
  return { blocks, showing };
}

/** Without approvals, only the caller can prevent a mistake. */
async function caution(services: Services): Promise<Sentence | null> {
  return isApprovalRequired(services, 'delete') ? null : say`${AT_ONCE} This can't be undone.`;
}

/** Where nobody approves, nobody but the caller sees the tokens before they end. */
function refuseWhereUnseen(
  { services }: Interaction,
  user: User,
  shown: TokenSnapshot | null,
  wasShown: boolean,
): void {
  const isNothing = shown?.tokens.length === 0 && !shown.unreadable;
  if (wasShown || isNothing || isApprovalRequired(services, 'delete')) return;
  const buttons = [userButton('delete', user, false)];
  if (shown === null || shown.tokens.length === 0) {
    const what = shown === null ? COULD_NOT_LOOK : shownText(shown);
    throw new Refusal(say`${what} Nothing was deleted. Use the form to delete the user anyway.`, { buttons });
  }
  throw new Refusal(
    say`${userText(user)} has ${shownText(shown)} Nothing was deleted. Choose in the form what happens to them.`,
    { buttons },
  );
}

/** Refuses what can't be done before anyone is asked to approve it. */
async function refuseWhereImpossible(user: User, asked: Promise<Protection | null>): Promise<void> {
  const who = userText(user);
  if (user.deleted_at) {
    throw new Refusal(say`${who} was already deleted ${date(new Date(user.deleted_at))}.`);
  }
  const protection = await asked;
  if (protection !== null) throw new Refusal(say`${who} can't be deleted. ${protectionText(protection)}`);
}
