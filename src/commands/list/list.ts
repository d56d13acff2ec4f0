import type { KnownBlock } from '@slack/types';
import { type Figures, type Filter, figuresOf, isOpen } from '../../directory/filter.ts';
import type { User } from '../../fastly/user.ts';
import { button } from '../../messages/kit/blocks.ts';
import { context, type Message, message } from '../../messages/kit/message.ts';
import {
  bold,
  code,
  counted,
  namesInShort,
  richText,
  type Sentence,
  say,
  sideBySide,
} from '../../messages/kit/sentence.ts';
import { promotionLines } from '../../messages/promotion-text.ts';
import { MOST_USERS, userTable } from '../../messages/user-table.ts';
import { rolesText, unreadableText, userText } from '../../messages/user-text.ts';
import type { Interaction } from '../../slack/replies/interaction.ts';
import { openWhenReady } from '../../slack/replies/modal.ts';
import { carryingButton } from '../carrying-button.ts';
import { formListener } from '../form.ts';
import { type Word, WordsError } from '../inputs/command-text.ts';
import { daysIn } from '../inputs/days.ts';
import { findUser } from '../inputs/find-user.ts';
import { openInvitations } from '../invitations.ts';
import { orNull } from '../or-null.ts';
import { partOf, turnButtons } from '../paging.ts';
import type { Subcommand } from '../subcommand.ts';
import { FORM, filterForm, filterIn, knownRole, Page, searchText, typedFilter } from './filter-form.ts';
import { leftListeners, showLeft } from './left.ts';
import { LOCK_SEVERAL, lockSeveralListeners } from './lock-several.ts';

export const list: Subcommand = {
  name: 'list',
  summary: 'List the users',
  about: say`Shows the users that match all filters. Without filters, open invitations are listed below. Use ${bold('Filter…')} on the result to narrow it down. ${code('--inactive 90d')} lists users who were last active longer ago, and offers to lock several of them. ${code('--left')} shows the users whose member left Slack.`,
  usage: '[text] [--role r] [--locked yes|no] [--without-2fa] [--inactive 90d] [--left] [--private]',
  examples: [
    'list',
    'list morton',
    'list --role superuser --without-2fa',
    'list --locked yes --private',
    'list --inactive 90d',
    'list --left',
  ],
  flags: { role: 'text', locked: 'yes-no', 'without-2fa': 'switch', inactive: 'text', left: 'switch' },
  async run(interaction, { words, flags }) {
    const { services, origin, reply } = interaction;
    if (flags.left === true) {
      const others = Object.keys(flags).filter((flag) => flag !== 'left' && flag !== 'private');
      if (words.length + others.length > 0) throw new WordsError(LEFT_ALONE);
      return await showLeft(interaction);
    }
    const inactive = daysIn(flags.inactive, code('--inactive'));
    reply.resultFollows();
    const text = searchText(await textOf(interaction, words));
    const role =
      typeof flags.role === 'string' ? knownRole(flags.role, await services.directory.figures()) : null;
    const locked = typeof flags.locked === 'boolean' ? flags.locked : null;
    const filter = { text, role, locked, withoutTwoFactor: flags['without-2fa'] === true, inactive };
    await reply.result(await listed(interaction, { filter, from: 0, private: origin.private }));
  },
  listeners: [
    ...leftListeners,
    carryingButton('list.previous', Page, turnTo),
    carryingButton('list.next', Page, turnTo),
    carryingButton('list.filter', Page, openFilterForm),
    ...lockSeveralListeners,
    formListener(FORM, {
      async work(interaction, { values }) {
        const { services, origin, reply } = interaction;
        reply.resultFollows();
        const filter = filterIn(values);
        if (filter.role !== null) knownRole(filter.role, await services.directory.figures());
        return await reply.result(await listed(interaction, { filter, from: 0, private: origin.private }));
      },
      async again({ services, origin }, { values }, problem) {
        const figures = await services.directory.figures().catch(() => figuresOf([]));
        return filterForm(typedFilter(values), figures, origin, problem);
      },
    }),
  ],
};

const LEFT_ALONE = say`${code('--left')} goes without other words and filters. Run ${code('/fastly-user list --left')}.`;

/** A mention counts as the member's email address. */
async function textOf(interaction: Interaction, words: readonly Word[]): Promise<string> {
  if (words.some(({ kind }) => kind === 'mention')) {
    const match = await findUser(interaction, words, 'look');
    return (match.kind === 'several' ? match.users[0] : match.user).login;
  }
  return words.map((word) => (word.kind === 'mention' ? '' : word.text)).join(' ');
}

async function turnTo(shown: Interaction, page: Page): Promise<void> {
  shown.reply.resultFollows();
  await shown.reply.replaceOriginal(await listed(shown, page));
}

/** Fetching the roles may take longer than a `trigger_id` lasts. */
async function openFilterForm(interaction: Interaction, { filter }: Page): Promise<void> {
  await openWhenReady(interaction, FORM.title, async () =>
    filterForm(filter, await interaction.services.directory.figures(), interaction.origin),
  );
}

export async function listed(interaction: Interaction, page: Page): Promise<Message> {
  const { filter } = page;
  const { services, log } = interaction;
  const [{ users, unknown, account }, running, invited] = await Promise.all([
    services.directory.list(filter),
    // A list is shown also where the database is away.
    orNull(services.promotions.running(), log, 'which roles end could not be read for a list of users'),
    isOpen(filter) && page.from === 0 ? openInvitations(interaction) : [],
  ]);
  const part = partOf(users, page.from, MOST_USERS);
  const { shown, range } = part;
  const figures = figuresOf(users);
  const valueFrom = (from: number) => Page.write({ ...page, from });
  const mayLock = filter.inactive !== null && users.length > 0 && !services.disabled.has('lock');
  const elements = [
    ...turnButtons('list', part, MOST_USERS, valueFrom),
    button({ actionId: 'list.filter', text: 'Filter…', value: valueFrom(0) }),
    ...(mayLock ? [button({ actionId: LOCK_SEVERAL, text: 'Lock several…', value: valueFrom(0) })] : []),
  ];
  const actions: KnownBlock = { type: 'actions', elements };
  if (shown.length === 0) {
    const empty = message(...nobody(filter, account));
    empty.blocks.push(...unknownBlocks(unknown));
    if (account.users > 0) empty.blocks.push(actions, context(footnote(figures)));
    return empty;
  }
  const ending = (running ?? []).filter(({ user }) => users.some(({ id }) => id === user.id));
  const lines = [
    ...figuresWords(filter, figures),
    ...promotionLines(ending, services.disabled),
    ...(range === null ? [] : [say`Showing ${range}.`]),
  ];
  return userTable(range === null ? 'Users' : `Users ${range}`, shown, {
    headline: headline(filter, users.length, account),
    above: lines.length > 0 ? [richText(...lines)] : [],
    below: [...invited, ...unknownBlocks(unknown), actions, context(footnote(figures))],
  });
}

/** '2 users aren't listed, because Fastly doesn't say when they were last active: Edda Morton and Silas Morton.' */
function unknownBlocks(unknown: readonly User[]): KnownBlock[] {
  if (unknown.length === 0) return [];
  const are = unknown.length === 1 ? "isn't" : "aren't";
  return [
    richText(
      say`${counted(unknown.length, 'user')} ${are} listed, because Fastly doesn't say when they were last active: ${namesInShort(unknown.map(userText))}.`,
    ),
  ];
}

/** '3 of 40 users: role engineer'. */
function headline(
  { text, role, locked, withoutTwoFactor, inactive }: Filter,
  fitting: number,
  all: Figures,
): Sentence {
  const wanted = [
    ...(text === '' ? [] : [say`${code(text)}`]),
    ...(role === null ? [] : [say`role ${code(role)}`]),
    ...(locked === null ? [] : [say`${locked ? 'locked' : 'not locked'}`]),
    ...(withoutTwoFactor ? [say`without 2FA`] : []),
    ...(inactive === null ? [] : [say`inactive for ${counted(inactive, 'day')}`]),
  ];
  const users = counted(all.users, 'user');
  if (wanted.length > 0) {
    return say`${bold(`${fitting} of ${users}`)}: ${sideBySide(wanted)}${unreadableText(all)}`;
  }
  return all.unreadable > 0
    ? say`${bold(users)}${unreadableText(all)}`
    : say`${bold(users)} in the Fastly account`;
}

/** Figures of the matching users, without those that the filter already gives. */
function figuresWords(filter: Filter, figures: Figures): Sentence[] {
  if (figures.users < 2) return [];
  const roles = filter.role === null && figures.byRole.length > 1 ? [rolesText(figures)] : [];
  const { locked, withoutTwoFactor, neverActive } = figures;
  const marks = [
    ...(locked > 0 && filter.locked === null ? [say`${locked} locked`] : []),
    ...(withoutTwoFactor > 0 && !filter.withoutTwoFactor ? [say`${withoutTwoFactor} without 2FA`] : []),
    ...(neverActive > 0 ? [say`${neverActive} never active`] : []),
  ];
  return [...roles, ...(marks.length > 0 ? [sideBySide(marks)] : [])];
}

/** Explains 'not set', and how to see a user as of now. */
function footnote({ withoutTwoFactor }: Figures): Sentence {
  const notSet = withoutTwoFactor > 0 ? say`Users whose 2FA is “not set” count as without 2FA. ` : say``;
  return say`${notSet}The list may be a minute old. Run ${code('/fastly-user get')} to see a user as of now.`;
}

function nobody(filter: Filter, all: Figures): [Sentence, Sentence] {
  if (all.users === 0) {
    return [
      say`Fastly lists no users for the bot${unreadableText(all)}.`,
      say`Run ${code('/fastly-user whoami')} to see the bot's Fastly user. It needs the role Fastly superuser, and its token the global scope.`,
    ];
  }
  const shorter = filter.text === '' ? say`` : say`type less of the name or email, or `;
  return [
    headline(filter, 0, all),
    say`No users match these filters. To see more, ${shorter}remove a filter with ${bold('Filter…')}.`,
  ];
}
