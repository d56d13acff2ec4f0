import { enumerate, member, type Sentence, say, userGroup } from './kit/sentence.ts';

type Change = {
  member: string;
  able: boolean;
  through: readonly string[];
  why: string | null;
};

const WHY: Record<string, Sentence> = {
  removed: say`not on the list any more`,
  deactivated: say`deactivated in Slack`,
  guest: say`a guest in Slack`,
  bot: say`a bot`,
  nobody: say`not known to Slack`,
  elsewhere: say`not in this workspace`,
};

/** That somebody can use the bot from now on, or not any more, with how or why. */
export function botAdminText({ member: who, able, through, why }: Change): Sentence {
  if (!able) {
    const because = why === null ? undefined : WHY[why];
    return say`👥 ${member(who)} can't use the bot any more${because ? say`: ${because}` : say``}.`;
  }
  const groups = through.length === 0 ? say`` : say`, through ${enumerate(through.map(userGroup))}`;
  return say`👥 ${member(who)} can use the bot now${groups}.`;
}
