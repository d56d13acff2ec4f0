import { EVERY_TOKEN, type TokenFilter } from '../../directory/token-filter.ts';
import { say } from '../../messages/kit/sentence.ts';
import type { Interaction } from '../../slack/replies/interaction.ts';
import { openWhenReady } from '../../slack/replies/modal.ts';
import type { Delivered } from '../../slack/replies/reply.ts';
import { carryingButton } from '../carrying-button.ts';
import { formListener } from '../form.ts';
import { findUser, givenWords } from '../inputs/find-user.ts';
import { type Meant, userMeant } from '../inputs/meant.ts';
import { actOrAskAnew, type OnUser } from '../inputs/question.ts';
import { userButtonListener } from '../inputs/user-button.ts';
import { pickedAgain, USER_PICKER } from '../inputs/user-picker.ts';
import { actOrAsk } from '../inputs/which-user.ts';
import type { Subcommand } from '../subcommand.ts';
import { FILTER_FLAGS, FORM, filterForm, filterFromFlags, typedFilter, wantedIn } from './filter.ts';
import { drawn, Page } from './page.ts';

const onUser: OnUser = {
  name: 'tokens',
  button: (_services, name) => `Show tokens of ${name}`,
  act: async (interaction, user, { tokens: filter = EVERY_TOKEN }) => await show(interaction, user, filter),
};

export const tokens: Subcommand = {
  name: 'tokens',
  summary: 'List API tokens',
  about: say`Shows the API tokens that programs use, of all users or one: what each may do, when it was last used, and when it expires. A token itself is never shown. A token that was never used counts as unused since it was made.`,
  usage: '[user] [--unused 90d] [--expiring 14d] [--global] [--private]',
  examples: [
    'tokens',
    'tokens edda.morton@example.com',
    'tokens --unused 90d --global',
    'tokens --expiring 14d',
  ],
  flags: FILTER_FLAGS,
  async run(interaction, { words, flags }) {
    const filter = filterFromFlags(flags);
    interaction.reply.resultFollows();
    const given = givenWords(words);
    if (given.length === 0) {
      await show(interaction, null, filter);
      return;
    }
    const match = await findUser(interaction, given, 'look');
    await actOrAsk(interaction, onUser, match, {
      asked: { subcommand: 'tokens', tokens: filter },
      isLook: true,
    });
  },
  onUser,
  listeners: [
    carryingButton('tokens.previous', Page, turnTo),
    carryingButton('tokens.next', Page, turnTo),
    carryingButton('tokens.filter', Page, openFilterForm),
    userButtonListener('tokens.button', { isPublic: false }, async (shown, user) => {
      await shown.reply.waitFor(actOrAskAnew(shown, onUser, user, { subcommand: 'tokens' }));
    }),
    formListener(FORM, {
      async work(interaction, { values }) {
        const { user, filter } = wantedIn(values);
        return await show(interaction, user, filter);
      },
      async again({ services, origin }, { values }, problem) {
        const user = values[USER_PICKER] ? await pickedAgain(services, values) : null;
        return filterForm({ user, filter: typedFilter(values) }, origin, problem);
      },
    }),
  ],
};

async function show(interaction: Interaction, user: Meant | null, filter: TokenFilter): Promise<Delivered> {
  const { reply, origin } = interaction;
  reply.resultFollows();
  const whose = user && (await userMeant(interaction, user));
  const page = { user: whose?.id ?? null, filter, from: 0, private: origin.private };
  return await reply.result(await drawn(interaction, page, whose));
}

async function turnTo(shown: Interaction, page: Page): Promise<void> {
  shown.reply.resultFollows();
  const whose = page.user && (await shown.users.getUser(page.user));
  await shown.reply.replaceOriginal(await drawn(shown, page, whose));
}

/** Fetching the user may take longer than a `trigger_id` lasts. */
async function openFilterForm(interaction: Interaction, { user: id, filter }: Page): Promise<void> {
  await openWhenReady(interaction, FORM.title, async () => {
    const user = id && (await interaction.services.directory.withId(id));
    return filterForm({ user, filter }, interaction.origin);
  });
}
