import type { WebClient } from '@slack/web-api';
import { z } from 'zod';
import { CredentialRefused } from '../../config/secret.ts';
import { EnterpriseId, TeamId } from '../../ids.ts';
import { isTokenRefused, wordOf } from './refused-words.ts';

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
export type Scope = (typeof SCOPES)[number];

/** The scope that user groups on the list of bot admins take. */
export const GROUPS_SCOPE = 'usergroups:read';

/** @throws {CredentialRefused} where `error` says that Slack refuses the token in `variable`, or that its scopes do not suffice */
export function throwIfRefused(error: unknown, variable: string, remedy: string): void {
  const word = wordOf(error);
  const what = `Slack rejected ${variable} (${word}).`;
  if (word === 'missing_scope') throw new CredentialRefused(what, remedy);
  if (isTokenRefused(error)) throw new CredentialRefused(what, `${remedy} ${ADDRESS}`);
}

/** Slack gives an address that it refuses the word of a token. */
const ADDRESS = "If the company lets only some IP addresses use Slack's API, add the bot's.";

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
    /** Those that the token has; null where Slack doesn't say. */
    scopes: scopes ?? null,
    missingScopes: scopes ? SCOPES.filter((scope) => !scopes.includes(scope)) : [],
  }));

/** Who the bot is in Slack, from `auth.test`. */
export type Identity = z.infer<typeof AuthTest>;

/**
 * Reads from Slack which workspace and bot user the token belongs to.
 *
 * @param isFinal whether a token that is refused is wrong, asked where it is
 * @throws {CredentialRefused} for a token that is refused for good, an org-wide install, or an answer without a workspace
 * @throws the Web client's error, when Slack is unreachable
 */
export async function readIdentity(
  slack: WebClient,
  isFinal: () => boolean | Promise<boolean> = () => true,
): Promise<Identity> {
  const test = await slack.auth.test().catch(async (error: unknown) => {
    const isRefused = isTokenRefused(error) || wordOf(error) === 'missing_scope';
    if (isRefused && (await isFinal()))
      throwIfRefused(error, 'SLACK_BOT_TOKEN', 'Reinstall the Slack app and copy its bot token.');
    throw error;
  });
  if (OrgWide.safeParse(test).success) {
    throw new CredentialRefused(
      'SLACK_BOT_TOKEN belongs to an org-wide install, but this bot serves one workspace.',
      'Install the app in that workspace only.',
    );
  }
  const answer = AuthTest.safeParse(test);
  if (!answer.success) {
    throw new CredentialRefused(
      "Slack didn't say which workspace SLACK_BOT_TOKEN belongs to.",
      'Check SLACK_API_URL and the token.',
    );
  }
  return answer.data;
}
