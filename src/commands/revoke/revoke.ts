import type { ListedToken, TokenOwner } from '../../changes/token.ts';
import { MOST_REVOKED } from '../../changes/token-revocation.ts';
import { tokenSnapshot } from '../../changes/token-snapshot.ts';
import { canonical } from '../../fastly/canonical.ts';
import { nameOf, UserId } from '../../fastly/user.ts';
import { REVOKE_LEFT } from '../../messages/approval-message.ts';
import { Refusal } from '../../messages/failure-text.ts';
import { message } from '../../messages/kit/message.ts';
import { code, counted, namesInShort, say, typedWords } from '../../messages/kit/sentence.ts';
import { tokenName, tokenNames, unreadableTokens } from '../../messages/tokens/text.ts';
import { userText } from '../../messages/user-text.ts';
import type { Interaction } from '../../slack/replies/interaction.ts';
import { openModal, openWhenReady } from '../../slack/replies/modal.ts';
import type { Delivered } from '../../slack/replies/reply.ts';
import { fileRequest, isApprovalRequired, whoDecides } from '../approvals/filing.ts';
import { requestOfferListener } from '../approvals/request-button.ts';
import { formListener } from '../form.ts';
import { WordsError } from '../inputs/command-text.ts';
import { findUser, givenWords } from '../inputs/find-user.ts';
import { meantBy, userMeant } from '../inputs/meant.ts';
import { REASON, reasonFromFlag, reasonFromForm } from '../inputs/reason.ts';
import { userButtonListener } from '../inputs/user-button.ts';
import { pickedUser } from '../inputs/user-picker.ts';
import type { Subcommand } from '../subcommand.ts';
import { tooManyText } from './as-part.ts';
import {
  type Contents,
  chosenIn,
  FORM,
  PICK,
  pickForm,
  revokeForm,
  Subject,
  tokensError,
  type Whose,
} from './form.ts';

/** Revokes API tokens of one user by a request, which waits for approvers if revocations need approval. */
export const revoke: Subcommand = {
  name: 'revoke',
  summary: 'Revoke API tokens of a user',
  about: (services) => {
    const how = isApprovalRequired(services, 'revoke')
      ? say`The tokens are revoked once other bot admins approve.`
      : say`No approval is needed: the tokens are revoked at once.`;
    return say`${how} This can't be undone. After ${code('--tokens')}, type names or IDs of tokens, or ${code('all')}, never a token itself. Tokens of the bot's own user can't be revoked.`;
  },
  usage: '[user] [--tokens name,name|all] [--reason …]',
  examples: ['revoke', 'revoke priya@example.com', 'revoke priya@example.com --tokens all'],
  flags: { tokens: 'text', reason: 'text' },
  async run(interaction, { words, flags }) {
    const reason = reasonFromFlag(flags);
    const typed = typeof flags.tokens === 'string' ? flags.tokens : null;
    const given = givenWords(words);
    if (given.length === 0) {
      if (typed !== null) throw new WordsError(say`Type whose tokens they are, too.`);
      await openModal(interaction, pickForm(interaction));
      return;
    }
    if (typed === null) {
      return await openWhenReady(interaction, FORM.title, async () => {
        const match = await findUser(interaction, given, 'look');
        if (match.kind === 'several') return pickForm(interaction);
        return await freshForm(interaction, { user: meantBy(match.user) }, { reason });
      });
    }
    const match = await findUser(interaction, given, 'change');
    if (match.kind === 'certain') {
      const delivered = await act(
        interaction,
        { user: meantBy(match.user) },
        (live) => named(live, typed),
        reason,
      );
      if (delivered.kind === 'elsewhere') await interaction.reply.privately(message(delivered.sentence));
      return;
    }
    // The form names the user, and nothing is done before it is sent: it is the question.
    await openWhenReady(interaction, FORM.title, async () => {
      if (match.kind === 'several') return pickForm(interaction);
      return await freshForm(interaction, { user: meantBy(match.user) }, { reason, typed });
    });
  },
  listeners: [
    userButtonListener('revoke.button', { isPublic: true }, async (shown, user) => {
      await openWhenReady(shown, FORM.title, () => freshForm(shown, { user }, {}));
    }),
    requestOfferListener(REVOKE_LEFT, async (shown, id) => {
      await openWhenReady(shown, FORM.title, () => freshForm(shown, { deletedBy: id }, { typed: 'all' }));
    }),
    formListener(PICK, {
      async work(interaction, { values }) {
        const user = pickedUser(values);
        const again = code(`/fastly-user revoke ${user.id}`);
        return {
          kind: 'next',
          view: await freshForm(interaction, { user }, {}),
          orElse: message(say`You closed the form. Nothing was requested. Run ${again} to go on.`),
        };
      },
      again: async (interaction, _submitted, problem) => pickForm(interaction, problem),
    }),
    formListener(FORM, {
      async work(interaction, { values, subject }) {
        const ids = chosenIn(values);
        const reason = reasonFromForm(values);
        return await act(interaction, Subject.read(subject), (live) => chosenOf(live, ids), reason);
      },
      async again(interaction, { values, subject }, problem) {
        const contents = await contentsOf(interaction, Subject.read(subject));
        const chosen = Object.keys(values).map((value) => value.replace(/^token /, ''));
        return revokeForm(interaction, { ...contents, chosen, reason: values[REASON] ?? null }, problem);
      },
    }),
  ],
};

/** Files the request. @param choose which of the tokens there are now are meant @throws {Refusal} */
async function act(
  interaction: Interaction,
  whose: Whose,
  choose: (live: readonly ListedToken[]) => readonly ListedToken[],
  reason: string | null,
): Promise<Delivered> {
  const owner = await ownerOf(interaction, whose);
  const live = await liveTokens(interaction, owner);
  const tokens = [...choose(live.tokens)];
  if (tokens.length > MOST_REVOKED) throw tokensError(tooManyText(tokens.length));
  const shown = { ...live, tokens };
  return await fileRequest(interaction, { kind: 'revoke', version: 1, target: owner, shown }, reason);
}

/** The form about whose tokens, as they are now. @throws {Refusal} where there is nothing to revoke */
async function freshForm(
  interaction: Interaction,
  whose: Whose,
  { reason = null, typed = null }: { reason?: string | null; typed?: string | null },
) {
  const contents = await contentsOf(interaction, whose);
  const { tokens } = contents.live;
  const all = tokens.length === 1 ? tokens : [];
  const chosen = (typed === null ? all : named(tokens, typed)).slice(0, MOST_REVOKED).map(({ id }) => id);
  return revokeForm(interaction, { ...contents, chosen, reason });
}

async function contentsOf(interaction: Interaction, whose: Whose): Promise<Contents> {
  const note = await whoDecides(interaction, 'revoke');
  const owner = await ownerOf(interaction, whose);
  const live = await liveTokens(interaction, owner);
  return { whose, owner, live, chosen: [], reason: null, note };
}

/**
 * The user, as Fastly has them now; of a user who was deleted, what the request says that did so.
 *
 * @throws {Refusal} where the user is the one behind the bot's token: none of their tokens is ever revoked
 */
async function ownerOf(interaction: Interaction, whose: Whose): Promise<TokenOwner> {
  const { fastly, approvals } = interaction.services;
  let owner: TokenOwner;
  if ('user' in whose) {
    const user = await userMeant(interaction, whose.user);
    owner = { id: user.id, login: user.login, name: nameOf(user) };
  } else {
    const target = (await approvals.get(whose.deletedBy))?.action.target;
    if (!target?.id) throw new Refusal(say`This request no longer exists. Nothing was requested.`);
    owner = { id: target.id, login: target.login, name: target.name };
  }
  if ((await fastly.getCurrentUser()).id !== owner.id) return owner;
  throw new Refusal(
    say`${userText(owner)} is the Fastly user that the bot signs in as. The bot never revokes tokens of that user. Nothing was requested.`,
  );
}

async function liveTokens({ users }: Interaction, owner: TokenOwner) {
  const { programs, unreadable } = await users.liveTokens(UserId.parse(owner.id));
  if (programs.length > 0) return tokenSnapshot(programs, Date.now(), unreadable);
  const unread = unreadable === 0 ? say`` : say` ${unreadableTokens(unreadable)}`;
  throw new Refusal(
    say`${userText(owner)} has no API tokens that programs use. There is nothing to revoke.${unread}`,
  );
}

function chosenOf(live: readonly ListedToken[], ids: readonly string[]): ListedToken[] {
  const chosen = live.filter(({ id }) => ids.includes(id));
  if (chosen.length === ids.length) return chosen;
  const gone = ids.length - chosen.length;
  throw tokensError(
    say`${counted(gone, 'token')} of those you chose ${gone === 1 ? 'is' : 'are'} gone. Choose again.`,
  );
}

/** The tokens with these names or ids, comma-separated, or all. @throws {WordsError} */
function named(live: readonly ListedToken[], typed: string): ListedToken[] {
  if (typed.trim().toLowerCase() === 'all') return [...live];
  // A name may have commas in it.
  const whole = typed.includes(',')
    ? live.filter(({ name }) => canonical(name ?? '') === canonical(typed))
    : [];
  if (whole.length === 1) return whole;
  const words = typed
    .split(',')
    .map((word) => word.trim())
    .filter((word) => word !== '');
  const found = words.map((word) => {
    const byId = live.filter(({ id }) => id === word);
    const fits =
      byId.length > 0 ? byId : live.filter(({ name }) => canonical(name ?? '') === canonical(word));
    const [token, another] = fits;
    if (!token) {
      throw new WordsError(
        say`The user has no token called ${typedWords(word)}. There are ${tokenNames(live)}. Nothing was requested.`,
      );
    }
    if (another) {
      const ids = namesInShort(
        fits.map(({ id }) => say`${code(id)}`),
        undefined,
        'or',
      );
      throw new WordsError(say`Several tokens are called ${tokenName(token)}. Type the ID instead: ${ids}.`);
    }
    return token;
  });
  if (found.length > 0) return [...new Set(found)];
  throw new WordsError(say`Type which tokens to revoke after ${code('--tokens')}.`);
}
