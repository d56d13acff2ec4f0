import { BOT, ORGANISATION, TEAM } from '../../cast.ts';
import type { Methods } from './method.ts';

/** https://docs.slack.dev/reference/methods/auth.test and https://docs.slack.dev/reference/methods/api.test */
export const authMethods: Methods = {
  'api.test': {
    token: 'none',
    scopes: [],
    call: (_slack, args) => ({ args }),
  },
  'auth.test': {
    token: 'bot',
    scopes: [],
    call: (slack) => ({
      url: `https://${TEAM.domain}.slack.com/`,
      team: TEAM.name,
      user: BOT.name,
      team_id: TEAM.id,
      user_id: BOT.userId,
      bot_id: BOT.botId,
      enterprise_id: slack.organisation ? ORGANISATION.id : null,
      is_enterprise_install: false,
    }),
  },
};
