import { BOT, PARTNER_TEAM, SUPERUSERS, TEAM } from '../cast.ts';
import type { SlackServer } from '../slack/server.ts';
import type { Setting } from './protocol.ts';

/** Who and what there is in the workspace. */
export function settingOf({ manifest, members }: SlackServer): Setting {
  return {
    team: TEAM,
    members: members().map((member) => ({
      id: member.id,
      name: member.name,
      realName: member.realName,
      company: member.teamId === TEAM.id ? TEAM.name : PARTNER_TEAM.name,
      superuser: SUPERUSERS.includes(member),
    })),
    bot: { userId: BOT.userId, name: BOT.name },
    commands: [...manifest.commands].map(([name, { description, usageHint }]) => ({
      name,
      description,
      usageHint,
    })),
    homeTab: manifest.homeTab,
    takesMessages: manifest.messagesTab && !manifest.messagesTabReadOnly,
  };
}
