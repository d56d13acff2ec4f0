import { COUNTED_TOKENS, COUNTED_USERS } from '../directory/account-figures.ts';
import { readAccountFigures } from '../directory/read-account-figures.ts';
import {
  accountReport,
  CHANGES_BUTTON,
  LEAVERS_BUTTON,
  namesButton,
  PROMOTIONS_BUTTON,
} from '../messages/account-report.ts';
import type { Message } from '../messages/kit/message.ts';
import { say } from '../messages/kit/sentence.ts';
import { noLongerWorks } from '../slack/carried.ts';
import { type Listener, needing } from '../slack/gate/listeners.ts';
import type { Interaction } from '../slack/replies/interaction.ts';
import type { Services } from '../slack/replies/services.ts';
import { latest } from './audit.ts';
import { leftNow } from './list/left.ts';
import { listed } from './list/list.ts';
import { rolesThatEndMessage } from './promotions/running.ts';
import { refuseWords, type Subcommand } from './subcommand.ts';
import { drawn as tokensDrawn } from './tokens/page.ts';

/** Shows the account in figures. Names are behind buttons, for the caller alone. */
export const report: Subcommand = {
  name: 'report',
  summary: 'Show the account in figures',
  about: say`Shows how many users have which role, how many are without 2FA, locked or idle, the API tokens that are idle or expire soon, roles that end, and what was changed. Names appear only to whoever clicks a button below it.`,
  usage: '[--private]',
  examples: ['report', 'report --private'],
  flags: {},
  async run(interaction, { words }) {
    refuseWords(this, words);
    const { reply, services } = interaction;
    reply.resultFollows();
    await reply.result(await drawn(services));
  },
  listeners: [
    ...needing('list', [
      ...Object.entries(COUNTED_USERS).map(([counted, filter]) =>
        showing(
          namesButton(counted),
          async (shown) => await listed(shown, { filter, from: 0, private: true }),
        ),
      ),
      showing(PROMOTIONS_BUTTON, async ({ services }) => rolesThatEndMessage(services)),
      showing(LEAVERS_BUTTON, async (shown) => await leftNow(shown, { from: 0, private: true })),
    ]),
    ...needing(
      'tokens',
      Object.entries(COUNTED_TOKENS).map(([counted, filter]) =>
        showing(
          namesButton(counted),
          async (shown) => await tokensDrawn(shown, { user: null, filter, from: 0, private: true }, null),
        ),
      ),
    ),
    ...needing('audit', [showing(CHANGES_BUTTON, async ({ services }) => await latest(services, null))]),
  ],
};

function showing(id: string, draw: (shown: Interaction) => Promise<Message>): Listener {
  return {
    kind: 'click',
    id,
    async run(interaction, { value }) {
      if (value !== id) throw noLongerWorks('button', 'report');
      const shown = interaction.shownTo({ private: true });
      await shown.reply.privately(await draw(shown));
    },
  };
}

async function drawn(services: Services): Promise<Message> {
  const { directory, fastly, reports, disabled } = services;
  const at = new Date();
  const [figures, promotions, leavers, changes, next] = await Promise.all([
    readAccountFigures(directory, fastly, at.getTime()),
    services.promotions.counted(),
    services.leavers.counted(),
    reports.changes(),
    reports.next(),
  ]);
  const due = { due: null, next: next === null ? null : new Date(next) };
  return accountReport({ figures, promotions, leavers, changes, ...due, at, disabled });
}
