import { BOT, MIRA, PARTNER_TEAM, SISTER_TEAM, SUPERUSERS, TEAM } from '../cast.ts';
import type { SlackServer } from '../slack/server.ts';
import type { Setting } from './protocol.ts';

/**
 * The command of the project's own bot, what shows a newcomer most, and with whom: the first who is still there. The
 * examples in help are about others, so that they find them after the deletion, too.
 */
export const FIRST_STEPS = {
  command: '/fastly-user',
  lookUp: 'get',
  askForDeletion: 'delete',
  whom: [
    'gideon@example.com',
    'oskar.pemberley@example.com',
    'zofia.marchetti@example.com',
    'hugo.brandvold@example.com',
  ],
};

/** When the bot of `npm run sandbox` posts the account's report each day, in UTC: on the clock, and as fields of cron. */
export const REPORT = { at: '09:00', schedule: '0 9 * * *' };

/** Who and what there is in the workspace. */
export function settingOf({ manifest, members }: SlackServer): Setting {
  return {
    team: TEAM,
    members: members().map((member) => ({
      id: member.id,
      name: member.name,
      realName: member.realName,
      company: member.teamId === TEAM.id ? TEAM.name : PARTNER_TEAM.name,
      alsoIn: member.clicksAs === undefined ? null : SISTER_TEAM.name,
      superuser: [...SUPERUSERS, MIRA].includes(member),
    })),
    bot: { userId: BOT.userId, name: BOT.name },
    commands: [...manifest.commands].map(([name, { description, usageHint }]) => ({
      name,
      description,
      usageHint,
    })),
    homeTab: manifest.homeTab,
    takesMessages: manifest.messagesTab && !manifest.messagesTabReadOnly,
    firstSteps: manifest.commands.has(FIRST_STEPS.command) ? FIRST_STEPS : null,
    reportAt: REPORT.at,
  };
}
