import type { RunningPromotion, Told } from '../changes/promotion.ts';
import type { ListedToken } from '../changes/token.ts';
import { type Message, message } from './kit/message.ts';
import { code, counted, date, member, type Sentence, say } from './kit/sentence.ts';
import { HINDRANCES, keepText, roleBack } from './promotion-text.ts';
import { settingValue } from './settings-text.ts';
import { tokenNames } from './tokens/text.ts';
import { userText } from './user-text.ts';

/** API tokens that a user has made since a moment; null where Fastly didn't list them. */
export type MadeMeanwhile = readonly ListedToken[] | null;

/** What is told of a promotion. @param made what the user has made while it ran */
export function promotionNotice(
  { what, to }: Told,
  promotion: RunningPromotion,
  made: MadeMeanwhile,
): Message {
  const { user, role, endsAt, state } = promotion;
  const who = to === 'member' ? say`Your Fastly user ${userText(user)}` : userText(user);
  const given = settingValue('role', role);
  const end = date(new Date(endsAt));
  const keep = to === 'member' ? [] : [keepText(promotion)];
  switch (what) {
    case 'given':
      return message(
        say`⏳ ${who} has the role ${given} until ${end}, then ${roleBack(promotion)}. If you are done earlier, click ${'End now'}.`,
      );
    case 'reminder':
      return message(
        say`⏰ ${who} has the role ${given} until ${end}. Then the role ${roleBack(promotion)} comes back.`,
        ...keep,
      );
    case 'ended':
      return message(
        say`⬇️ Ended${byWhom(promotion)}: ${who} has the role ${roleBack(promotion)} again, and no longer ${given}.`,
        ...goesOn(made, promotion, to === 'member'),
      );
    case 'left': {
      const found =
        state.kind === 'left' ? say`the role ${settingValue('role', state.role)}` : say`another role`;
      return message(
        say`⚠️ ${who} was to lose the role ${given} ${end}, but had ${found}, which was set outside the bot. The bot left it as it is.`,
      );
    }
    case 'overdue':
      return message(
        say`🚨 ${who} still has the role ${given}, which should have ended ${end}. ${whyNot(promotion)}`,
        ...(isAway(promotion) ? [URGENT] : []),
        ...keep,
      );
    case 'set-again':
      return message(
        say`🚨 ${who} is ${given} again. The role was set outside the bot, after it had ended ${end}. Check the user.`,
      );
    case 'not-given':
      return message(
        say`ℹ️ ${who} was not given the role ${given}: Fastly hasn't taken the change. Nothing ends. Ask again if the role is needed.`,
      );
    case 'to-check':
      return message(
        say`🗄️ The bot's database was restored. ${who} has the role ${given} until ${end} by what the backup says. It doesn't end by itself: choose ${'End now'}, or keep the role.`,
        ...(state.kind === 'to-check' ? keep : []),
      );
  }
}

function byWhom({ state }: RunningPromotion): Sentence {
  return state.kind === 'ended' && state.by !== null ? say` by ${member(state.by)}` : say``;
}

function whyNot({ state }: RunningPromotion): Sentence {
  return HINDRANCES[(state.kind === 'running' && state.loud) || 'fastly'];
}

function isAway({ state }: RunningPromotion): boolean {
  return state.kind !== 'running' || state.loud === null || state.loud === 'fastly';
}

const URGENT = say`If it is urgent, take the role away in Fastly's control panel.`;

/** What the end of a role does not end. @param isOwn whether the person is told */
function goesOn(made: MadeMeanwhile, { user: { login } }: RunningPromotion, isOwn: boolean): Sentence[] {
  const more = (words: Sentence) => (isOwn ? say`` : words);
  const revoke = more(say` To revoke them, run ${code(`/fastly-user revoke ${login}`)}.`);
  const lock = more(
    say` To lock the user and end them, run ${code(`/fastly-user lock ${login} --end-sessions`)}.`,
  );
  return [
    ...madeText(made, revoke),
    say`${isOwn ? 'Your browser sessions' : 'Browser sessions of the user'} may go on.${lock}`,
  ];
}

function madeText(made: MadeMeanwhile, revoke: Sentence): Sentence[] {
  if (made === null) {
    return [say`⚠️ The bot couldn't check whether the user has made API tokens meanwhile.`];
  }
  if (made.length === 0) return [];
  return [
    say`⚠️ ${counted(made.length, 'API token')} made meanwhile may go on working: ${tokenNames(made)}.${revoke}`,
  ];
}
