import type { WebClient } from '@slack/web-api';
import { z } from 'zod';
import { TeamId } from '../../ids.ts';

/** Who the bot is in Slack, from `auth.test`. */
export type Identity = {
  teamId: TeamId;
  team: string;
  botUserId: string | null;
  botId: string | null;
  missingScopes: string[];
};

/** What the manifest asks for and the bot uses. */
export const SCOPES = [
  'commands',
  'chat:write',
  'chat:write.public',
  'users:read',
  'users:read.email',
  'channels:read',
  'groups:read',
  'im:write',
] as const;

/** Slack knows the token and will not take it, now or later; trying again is of no use. */
export class SlackRefused extends Error {
  constructor(why: string) {
    super(why);
    this.name = 'SlackRefused';
  }
}

/** Answers of Slack's that no waiting mends (docs.slack.dev, auth.test and apps.connections.open). */
const REFUSALS = new Set([
  'invalid_auth',
  'not_authed',
  'account_inactive',
  'token_revoked',
  'token_expired',
  'not_allowed_token_type',
  'user_removed_from_team',
  'team_disabled',
]);

export function isRefusal(error: string): boolean {
  return REFUSALS.has(error);
}

const OrgWide = z.object({ is_enterprise_install: z.literal(true) });

const AuthTest = z.object({
  team_id: TeamId,
  team: z.string().catch(''),
  user_id: z.string().nullable().catch(null),
  bot_id: z.string().nullable().catch(null),
  response_metadata: z.object({ scopes: z.array(z.string()).optional() }).catch({}),
});

/**
 * Asks Slack who the bot's token is.
 *
 * @throws {SlackRefused} for an answer that names no workspace, or an org-wide install
 * @throws what the Web client throws, when Slack is away or refuses
 */
export async function readIdentity(slack: WebClient): Promise<Identity> {
  const test = await slack.auth.test();
  if (OrgWide.safeParse(test).success) {
    throw new SlackRefused(
      'SLACK_BOT_TOKEN is of an org-wide install. This bot serves one workspace, whose people it can tell apart from others; install it there instead',
    );
  }
  const answer = AuthTest.safeParse(test);
  if (!answer.success) throw new SlackRefused('Slack did not say which workspace SLACK_BOT_TOKEN belongs to');
  const { team_id, team, user_id, bot_id, response_metadata } = answer.data;
  const { scopes } = response_metadata;
  return {
    teamId: team_id,
    team,
    botUserId: user_id,
    botId: bot_id,
    missingScopes: scopes ? SCOPES.filter((scope) => !scopes.includes(scope)) : [],
  };
}
