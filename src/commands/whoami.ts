import { say } from '../messages/kit/sentence.ts';
import { userCard } from '../messages/user-card.ts';
import { refuseWords, type Subcommand } from './subcommand.ts';

/** Shows the Fastly user behind the bot's token. */
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
    const [user, account] = await Promise.all([
      fastly.getCurrentUser(),
      directory.account().catch(() => null),
    ]);
    const where = account?.name ? say`, in the account ${account.name}` : say``;
    await interaction.reply.result(
      userCard(user, account, say`The bot acts in Fastly as this user${where}.`),
    );
  },
};
