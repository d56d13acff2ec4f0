import { WebAPIPlatformError, type WebClient } from '@slack/web-api';
import { z } from 'zod';
import { CredentialRefused } from '../../config/secret.ts';
import { EnterpriseId, TeamId } from '../../ids.ts';

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

/** The errors that no retry can solve (docs.slack.dev, auth.test and apps.connections.open). */
const TOKEN_REJECTIONS = new Set([
  'invalid_auth',
  'not_authed',
  'account_inactive',
  'token_revoked',
  'token_expired',
  'not_allowed_token_type',
  'user_removed_from_team',
  'team_disabled',
]);

export function isTokenRejected(error: string): boolean {
  return TOKEN_REJECTIONS.has(error);
}

/** @throws {CredentialRefused} where `error` says that Slack rejects the token in `variable` for good */
export function throwIfRefused(error: unknown, variable: string, remedy: string): void {
  if (error instanceof WebAPIPlatformError && isTokenRejected(error.data.error)) {
    throw new CredentialRefused(`Slack rejected ${variable} (${error.data.error}). ${remedy}`);
  }
}

const OrgWide = z.object({ is_enterprise_install: z.literal(true) });

const AuthTest = z
  .object({
    team_id: TeamId,
    team: z.string().catch(''),
    enterprise_id: EnterpriseId.nullable().catch(null),
    user_id: z.string().nullable().catch(null),
    bot_id: z.string().nullable().catch(null),
    response_metadata: z.object({ scopes: z.array(z.string()).optional() }).catch({}),
  })
  .transform(({ team_id, team, enterprise_id, user_id, bot_id, response_metadata: { scopes } }) => ({
    teamId: team_id,
    team,
    /** Null for a workspace that is in no organisation. */
    enterpriseId: enterprise_id,
    botUserId: user_id,
    botId: bot_id,
    missingScopes: scopes ? SCOPES.filter((scope) => !scopes.includes(scope)) : [],
  }));

/** Who the bot is in Slack, from `auth.test`. */
export type Identity = z.infer<typeof AuthTest>;

/**
 * Reads from Slack which workspace and bot user the token belongs to.
 *
 * @throws {CredentialRefused} for a rejected token or an org-wide install, or when the answer names no workspace
 * @throws the Web client's error, when Slack is unreachable
 */
export async function readIdentity(slack: WebClient): Promise<Identity> {
  const test = await slack.auth.test().catch((error: unknown) => {
    throwIfRefused(error, 'SLACK_BOT_TOKEN', 'Reinstall the Slack app and copy its bot token.');
    throw error;
  });
  if (OrgWide.safeParse(test).success) {
    throw new CredentialRefused(
      'SLACK_BOT_TOKEN belongs to an org-wide install, but this bot serves one workspace. Install the app in that workspace only.',
    );
  }
  const answer = AuthTest.safeParse(test);
  if (!answer.success) {
    throw new CredentialRefused(
      "Slack didn't say which workspace SLACK_BOT_TOKEN belongs to. Check SLACK_API_URL and the token.",
    );
  }
  return answer.data;
}
