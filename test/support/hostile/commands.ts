import fc from 'fast-check';
import { SUBCOMMAND_NAMES } from '../../../src/config/subcommand-names.ts';
import { startWorkplace, type Workplace } from '../../e2e/support/workplace.ts';
import { CDN_TEAM, CHANNELS, MEMBERS, NORA } from '../../sandbox/cast.ts';
import { mistakesIn } from './bodies.ts';
import { problemsOfMessage, problemsOfParts } from './oracle.ts';
import { typed } from './reading.ts';
import { hostileLogin, hostileName, hostileText } from './text.ts';

const KNOWN = {
  members: MEMBERS.map(({ id }) => id),
  channels: CHANNELS.map(({ id }) => id),
  links: ['https://example-corp.slack.com/archives/'],
};

const USERS = 60;
const idOf = (index: number) => `hostile${index}`;
const someone = fc.nat({ max: USERS - 1 }).map(idOf);

/** An account whose users have hostile names, logins and roles. */
const account = fc.array(
  fc.record({
    name: hostileName,
    login: hostileLogin,
    role: fc.oneof(hostileText, fc.constantFrom('engineer', 'superuser')),
  }),
  { minLength: USERS, maxLength: USERS },
);

/** A whole command: of the bot's form with hostile words in it, or of none. */
export const command = fc.oneof(
  fc.tuple(fc.constantFrom(...SUBCOMMAND_NAMES), typed).map((words) => words.join(' ')),
  typed,
  someone.map((id) => `get ${id}`),
  hostileText.map((text) => `list ${text}`),
  fc.tuple(someone, hostileText).map(([id, text]) => `update ${id} --name "${text}"`),
  fc.tuple(someone, hostileText).map(([id, text]) => `delete ${id} --reason "${text}"`),
  fc.tuple(fc.constantFrom('update', 'reset', 'audit', 'delete'), someone).map((words) => words.join(' ')),
);

/** A bot in a workspace where somebody types such commands, over an account as hostile. */
export async function startTyping(seed: number) {
  const workplace = await startWorkplace();
  const [people = []] = fc.sample(account, { numRuns: 1, seed });
  workplace.fastly.putUsers(people.map((each, index) => ({ ...each, id: idOf(index) })));
  const type = async (text: string) => {
    await workplace.slack.command(NORA.id, { channel: CDN_TEAM.id, text });
  };
  return { workplace, type };
}

/**
 * What is wrong with all that was shown, once the bot is done with everything: what is alive that the bot did not make,
 * what Slack did not take, where the bot made a mistake.
 */
export async function problemsOfAll({ slack, log, stop }: Workplace): Promise<string[]> {
  await slack.home(NORA.id);
  await stop();
  const { channels, modals, home, notices } = slack.sees(NORA.id);
  const messages = channels.flatMap((channel) => channel.messages).filter(({ author }) => author !== NORA.id);
  const refused = log.lines.filter(({ msg }) => msg === 'Slack does not take something in this form');
  return [
    ...messages.flatMap((message) => problemsOfMessage(message, KNOWN)),
    ...[home, ...modals].flatMap((view) => problemsOfParts(view?.blocks ?? [], KNOWN)),
    ...notices.map(({ text }) => text),
    ...refused.map((line) => JSON.stringify(line)),
    ...mistakesIn(log),
  ];
}
