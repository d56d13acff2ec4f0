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

/** The scopes that the bot uses. A test compares them with the manifest. */
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

/** Slack rejected a token for good, so retrying can't help. */
export class SlackRefused extends Error {
  constructor(why: string) {
    super(why);
    this.name = 'SlackRefused';
  }
}

/** The errors that no retry can solve (docs.slack.dev, auth.test and apps.connections.open). */
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
 * Reads from Slack which workspace and bot user the token belongs to.
 *
 * @throws {SlackRefused} for an org-wide install, or when the answer names no workspace
 * @throws the Web client's error, when Slack is unreachable or rejects the token
 */
export async function readIdentity(slack: WebClient): Promise<Identity> {
  const test = await slack.auth.test();
  if (OrgWide.safeParse(test).success) {
    throw new SlackRefused(
      'SLACK_BOT_TOKEN belongs to an org-wide install, but this bot serves one workspace. Install the app in that workspace only.',
    );
  }
  const answer = AuthTest.safeParse(test);
  if (!answer.success)
    throw new SlackRefused(
      "Slack didn't say which workspace SLACK_BOT_TOKEN belongs to. Check SLACK_API_URL and the token.",
    );
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
