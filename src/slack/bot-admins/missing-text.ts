import type { MemberId } from '../../ids.ts';
import { enumerate, mentions, type Sentence, say } from '../../messages/kit/sentence.ts';
import { membersWith, type Roll } from './bot-admins.ts';
import { INABILITIES, type Inability } from './standing.ts';

const MOST_NAMED = 5;

function inabilityText(why: Inability, members: readonly MemberId[]): Sentence {
  const who = mentions(members, 'and', MOST_NAMED);
  const [is, a] = members.length === 1 ? ['is', 'a '] : ['are', ''];
  const s = members.length === 1 ? '' : 's';
  switch (why) {
    case 'deactivated':
      return say`${who} ${is} deactivated in Slack`;
    case 'guest':
      return say`${who} ${is} ${a}guest${s} in Slack`;
    case 'bot':
      return say`${who} ${is} ${a}bot${s}`;
    case 'nobody':
      return say`Slack doesn't know ${who}`;
    case 'elsewhere':
      return say`${who} ${is} in another workspace`;
  }
}

/** What the operator and the log are told of a listed member. */
export const INABILITY_WORDS: Record<Inability, string> = {
  deactivated: 'is deactivated in Slack',
  guest: 'is a guest of the workspace',
  bot: 'is a bot, not a person',
  nobody: 'is no member that Slack knows',
  elsewhere: "isn't a member of the bot's workspace",
};

/**
 * Why too few bot admins are left to approve something, and what helps. Nothing that Slack didn't say counts as an answer.
 *
 * @param about those whom it is about
 * @param removed those who are on the list no more
 * @param lasting what helps where asking again does not
 */
export function missingText(
  roll: Roll,
  {
    about,
    removed = [],
    lasting,
  }: { about: readonly MemberId[]; removed?: readonly MemberId[]; lasting: Sentence },
): Sentence {
  const unknown = membersWith(roll, 'unknown');
  const readings = [...roll.groups.values()];
  const reasons = [
    ...(about.length > 0 ? [say`it's about ${mentions(about, 'and')}`] : []),
    ...INABILITIES.flatMap((why) => {
      const members = membersWith(roll, why);
      return members.length > 0 ? [inabilityText(why, members)] : [];
    }),
    ...(removed.length > 0 ? [say`${mentions(removed, 'and', MOST_NAMED)} can't use the bot any more`] : []),
    ...(readings.some((reading) => reading?.kind === 'unusable') ? [say`a user group can't be used`] : []),
    ...(unknown.length > 0 ? [say`Slack didn't confirm ${mentions(unknown, 'and', MOST_NAMED)}`] : []),
    ...(readings.includes(null) ? [say`Slack didn't say who is in a user group`] : []),
  ];
  const because = reasons.length > 0 ? say`, because ${enumerate(reasons)}` : say``;
  const passes = unknown.length > 0 || readings.includes(null);
  return say`Too few bot admins are left to approve this${because}. ${passes ? say`Try again in a minute.` : lasting}`;
}
