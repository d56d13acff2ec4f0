import { z } from 'zod';
import { BOT, ORGANISATION, TEAM } from '../../cast.ts';
import { Refusal } from '../refusal.ts';
import { parseArguments } from './arguments.ts';
import type { Methods } from './method.ts';

/** https://docs.slack.dev/reference/methods: api.test, auth.test and bots.info */
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
      is_enterprise_install: slack.orgWide,
    }),
  },
  'bots.info': {
    token: 'bot',
    scopes: ['users:read'],
    call: (_slack, args) => {
      const { bot } = parseArguments(z.object({ bot: z.string() }), args);
      if (bot !== BOT.botId) throw new Refusal('bot_not_found');
      const { botId: id, userId: user_id, appId: app_id, name } = BOT;
      return { bot: { id, user_id, app_id, name, deleted: false, updated: 1_700_000_000 } };
    },
  },
};
