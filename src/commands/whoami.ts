import { isFastlyError } from '../fastly/errors.ts';
import { tokenProblemOf } from '../fastly/token.ts';
import { ACCOUNT_NOT_TOLD, explain, tokenProblemText } from '../messages/failure-text.ts';
import { type Sentence, say } from '../messages/kit/sentence.ts';
import { userCard } from '../messages/user-card.ts';
import { refuseWords, type Subcommand } from './subcommand.ts';

export const whoami: Subcommand = {
  name: 'whoami',
  summary: "Show the Fastly user behind the bot's token",
  about: say`The bot makes all changes in Fastly as this user.`,
  usage: '[--private]',
  examples: ['whoami'],
  flags: {},
  listeners: [],
  async run(interaction, { words }) {
    refuseWords(this, words);
    const { fastly, directory } = interaction.services;
    interaction.reply.resultFollows();
    const [user, { account, notTold }] = await Promise.all([
      fastly.getCurrentUser(),
      directory.account().then(
        (account) => ({ account, notTold: say`` }),
        (error: unknown) => ({ account: null, notTold: whyNotTold(error) }),
      ),
    ]);
    const where = account?.name ? say`, in the account ${account.name}` : say``;
    const problem = tokenProblemOf(user);
    const cannot = problem === null ? say`` : say` ${tokenProblemText(problem)}`;
    await interaction.reply.result(
      userCard(user, account, say`The bot acts in Fastly as this user${where}.${notTold}${cannot}`),
    );
  },
};

/** Of an account that could not be read for another reason, nothing is said. */
function whyNotTold(error: unknown): Sentence {
  if (!isFastlyError(error)) return say``;
  if (error.kind === 'not_found') return say` ${ACCOUNT_NOT_TOLD}`;
  return error.kind === 'other_user' ? say` ${explain(error)}` : say``;
}
