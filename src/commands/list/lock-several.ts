import { createHash } from 'node:crypto';
import type { KnownBlock, ModalView } from '@slack/types';
import { z } from 'zod';
import type { LockOfSeveral } from '../../approvals/action.ts';
import { needsReason } from '../../approvals/policy.ts';
import { MOST_LOCKED, MOST_UNAPPROVED } from '../../approvals/run.ts';
import { targetOf } from '../../changes/snapshot.ts';
import { listedToken } from '../../changes/token-snapshot.ts';
import { nameOf, type User } from '../../fastly/user.ts';
import { Refusal } from '../../messages/failure-text.ts';
import { checkboxes, option } from '../../messages/kit/inputs.ts';
import { cut, plain } from '../../messages/kit/plain.ts';
import {
  counted,
  day,
  namesInShort,
  plainText,
  richText,
  type Sentence,
  say,
} from '../../messages/kit/sentence.ts';
import { lockingText } from '../../messages/lock-limits.ts';
import { tokenName } from '../../messages/tokens/text.ts';
import { userText } from '../../messages/user-text.ts';
import { codecFor, noLongerWorks } from '../../slack/carried.ts';
import { needing } from '../../slack/gate/listeners.ts';
import type { FormValues } from '../../slack/incoming.ts';
import type { Interaction } from '../../slack/replies/interaction.ts';
import { openWhenReady } from '../../slack/replies/modal.ts';
import { FieldError } from '../../slack/replies/submission.ts';
import { fileRequest, whoDecides } from '../approvals/filing.ts';
import { carryingButton } from '../carrying-button.ts';
import { formListener, viewOf } from '../form.ts';
import { Days } from '../inputs/days.ts';
import { type Meant, meantBy, meantValue, readMeant } from '../inputs/meant.ts';
import { REASON, reasonFromForm, reasonInput } from '../inputs/reason.ts';
import { Page, PageFilter } from './filter-form.ts';
import { type IdleUsers, idleUsers } from './idle-users.ts';

export const LOCK_SEVERAL = 'list.lock-several';

/** Slack takes ten ticks in a block (docs.slack.dev, checkboxes element). */
const IN_A_BLOCK = 10;
const FIRST_BLOCK = 'users-0';

const TITLE = 'Lock several users';
const FORM = { id: 'list.lock-several-form', title: TITLE, submit: 'Lock', mainBlockId: FIRST_BLOCK };

/** Which list the form is made of, and whom it shows, as their `keyOf`. It comes back as input. */
const About = codecFor(
  'form',
  z.object({ filter: PageFilter.extend({ inactive: Days }), shown: z.string() }),
  'list',
);

export const lockSeveralListeners = needing('lock', [
  carryingButton(LOCK_SEVERAL, Page, async (shown, { filter: { inactive, ...filter } }) => {
    if (inactive === null) throw noLongerWorks('button', 'list');
    // Requests are public even if the list was private.
    const asked = shown.shownTo({ private: false });
    await openWhenReady(asked, TITLE, () => formOf(asked, { ...filter, inactive }, { ticked: null }));
  }),
  formListener(FORM, {
    async work(interaction, { values, subject }) {
      const { filter, shown } = About.read(subject);
      const chosen = chosenIn(values);
      const reason = reasonFromForm(values);
      const keys = shown.split(' ');
      if (chosen.some((meant) => !keys.includes(keyOf(meant)))) throw noLongerWorks('form', 'list');
      interaction.services.directory.usersChanged();
      const { offered } = await idleUsers(interaction, filter);
      const users = chosen.map((meant) => {
        const found = offered.find(({ user }) => user.id === meant.id)?.user;
        if (found && meantBy(found).login === meant.login) return found;
        throw new FieldError(
          FIRST_BLOCK,
          say`A user whom you chose has changed or was active since. Nothing was done. Check whom the form shows now, then send it again.`,
        );
      });
      return await fileRequest(interaction, lockOf(users, filter.inactive), reason);
    },
    async again(interaction, { values, subject }, problem) {
      const ticked = Object.keys(values);
      const reason = values[REASON] ?? null;
      return await formOf(interaction, About.read(subject).filter, { ticked, reason, problem });
    },
  }),
]);

/** What is asked for: approval is needed for more than a few. */
function lockOf(users: readonly User[], days: number): LockOfSeveral {
  const targets = users.map(targetOf);
  const [only, another] = targets;
  const words = counted(targets.length, 'user');
  const { login, name } = only && !another ? only : { login: words, name: words };
  const kind = targets.length > MOST_UNAPPROVED ? 'lock-several' : 'lock-few';
  return { kind, version: 1, target: { id: null, login, name }, targets, days };
}

/** @throws {FieldError} where nobody is ticked */
function chosenIn(values: FormValues): Meant[] {
  const chosen = Object.entries(values).flatMap(([value, is]) =>
    is === 'yes' ? (readMeant(value) ?? []) : [],
  );
  if (chosen.length > 0) return chosen;
  throw new FieldError(FIRST_BLOCK, say`Tick somebody.`);
}

/** Short enough for a hundred of them in a form's metadata (docs.slack.dev, views: 3,000 characters). */
const KEY_LENGTH = 7;

function keyOf({ id, login }: Meant): string {
  return createHash('sha256').update(`${id} ${login}`).digest('base64url').slice(0, KEY_LENGTH);
}

type Filled = { ticked: readonly string[] | null; reason?: string | null; problem?: Sentence };

/** @param filled `ticked`: values of options; null for those who are ticked at first @throws {Refusal} where nobody can be locked */
async function formOf(
  interaction: Interaction,
  filter: ReturnType<typeof About.read>['filter'],
  { ticked, reason = null, problem }: Filled,
): Promise<ModalView> {
  const found = await idleUsers(interaction, filter);
  const leftOut = leftOutText(found);
  const offered = found.offered.filter(({ user }) => meantValue(user).length <= VALUE_LENGTH);
  const [reasons, ...others] = leftOut;
  if (offered.length === 0) {
    const why = others.reduce((all, each) => say`${all} ${each}`, reasons ?? say``);
    throw new Refusal(say`Nobody on this list can be locked. ${why}`);
  }
  const note = offered.length > MOST_UNAPPROVED ? [await approvalNote(interaction)] : [];
  const atFirst = offered
    .filter(({ inUse }) => found.knowsTokens && inUse === null)
    .map(({ user }) => meantValue(user));
  const { policy } = interaction.services.approvals;
  return viewOf(FORM, interaction.origin, {
    onTop: problem,
    subject: About.write({ filter, shown: offered.map(({ user }) => keyOf(meantBy(user))).join(' ') }),
    blocks: [
      richText(lockingText(say`They`), ...note, ...leftOut),
      ...tickBlocks(offered, ticked ?? atFirst),
      reasonInput('Reason', reason, { optional: !needsReason(policy, 'lock-several') }),
    ],
  });
}

/** docs.slack.dev, option object. */
const VALUE_LENGTH = 75;

/** Who decides where more than a few are ticked, or that nobody has to; why that can't be asked for here. */
async function approvalNote(interaction: Interaction): Promise<Sentence> {
  const more = `To lock more than ${MOST_UNAPPROVED} you need`;
  try {
    return await whoDecides(interaction, 'lock-several', { needs: more });
  } catch (error) {
    if (error instanceof Refusal) return say`${more} approval. ${error.sentence}`;
    throw error;
  }
}

function leftOutText(found: IdleUsers): Sentence[] {
  const { superusers, guarded, underRequest, more, unknown, locked, knowsTokens } = found;
  const named = (users: readonly User[], why: string) =>
    users.length === 0 ? [] : [say`Left out, ${why}: ${namesInShort(users.map(userText))}.`];
  return [
    ...(knowsTokens ? [] : [say`⚠️ The bot couldn't read the API tokens, so nobody is ticked.`]),
    ...named(superusers, 'because they are or may be Fastly superusers'),
    ...named(guarded, 'because the bot never locks them'),
    ...named(underRequest, 'because a request about them is open'),
    ...(unknown > 0
      ? [say`Left out, because Fastly doesn't say when they were last active: ${counted(unknown, 'user')}.`]
      : []),
    ...(locked > 0 ? [say`Left out, because they are locked already: ${counted(locked, 'user')}.`] : []),
    ...(more > 0
      ? [
          say`These are the ${MOST_LOCKED} who have been inactive for longest. For the other ${more}, narrow the list down with a role, a text or a longer period.`,
        ]
      : []),
  ];
}

function tickBlocks(offered: IdleUsers['offered'], ticked: readonly string[]): KnownBlock[] {
  const blocks = Math.ceil(offered.length / IN_A_BLOCK);
  return Array.from({ length: blocks }, (_, index) => {
    const start = index * IN_A_BLOCK;
    const those = offered.slice(start, start + IN_A_BLOCK);
    return checkboxes({
      id: `users-${index}`,
      label: `Users ${start + 1} to ${start + those.length}`,
      options: those.map((each) => option(nameOf(each.user), meantValue(each.user), aboutText(each))),
      ticked,
      optional: true,
    });
  });
}

const TOKEN_LENGTH = 20;

/** Why somebody is not ticked, else since when they are idle; and whose account it is. */
function aboutText({ user, inUse }: IdleUsers['offered'][number]): string {
  const { login, last_active_at: at } = user;
  if (inUse !== null) return `${usedText(inUse)}. ${plain(login)}`;
  const active = at ? `active ${plainText(say`${day(new Date(at))}`)}` : 'never active';
  return `${active}, ${plain(login)}`;
}

function usedText(token: NonNullable<IdleUsers['offered'][number]['inUse']>): string {
  const name = cut(plainText(say`${tokenName(listedToken(token))}`), TOKEN_LENGTH);
  if (!token.last_used_at) return `Use of token ${name} unknown`;
  const days = Math.floor(Math.max(0, Date.now() - Date.parse(token.last_used_at)) / 86_400_000);
  return `Token ${name} used ${days === 0 ? 'today' : `${counted(days, 'day')} ago`}`;
}
