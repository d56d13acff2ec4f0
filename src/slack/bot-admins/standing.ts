import type { EnterpriseId, TeamId } from '../../ids.ts';
import type { KnownMember } from '../connection/members.ts';

/** The bot's workspace, and its organisation if it is in one. */
export type Workspace = { teamId: TeamId; enterpriseId: EnterpriseId | null };

/** What keeps a listed member from using the bot. `nobody`: Slack knows no such member. */
export const INABILITIES = ['deactivated', 'guest', 'bot', 'nobody', 'elsewhere'] as const;
export type Inability = (typeof INABILITIES)[number];

/** `unknown`: Slack didn't say. */
export type Standing = 'able' | 'unknown' | Inability;

/**
 * What Slack says of a member of the list (docs.slack.dev, user object). What it leaves out is not taken for a yes.
 *
 * @param workspace null while it is not known yet: then nobody counts as a member of another one
 */
export function standingOf(known: KnownMember | null, workspace: Workspace | null): Standing {
  if (known === null) return 'unknown';
  if (known === 'nobody') return 'nobody';
  // Then the list alone decides, as nobody can say more.
  if (known === 'untold') return 'able';
  if (known.deleted) return 'deactivated';
  if (known.is_bot) return 'bot';
  const teams = known.enterprise_user?.teams;
  const isElsewhere =
    workspace !== null &&
    (workspace.enterpriseId !== null && teams
      ? !teams.includes(workspace.teamId)
      : known.team_id !== undefined &&
        known.team_id !== workspace.teamId &&
        known.team_id !== workspace.enterpriseId);
  if (known.is_stranger || isElsewhere) return 'elsewhere';
  return known.is_restricted || known.is_ultra_restricted ? 'guest' : 'able';
}

export function isInability(standing: Standing): standing is Inability {
  return standing !== 'able' && standing !== 'unknown';
}
