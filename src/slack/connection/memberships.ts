import type { Logger } from 'pino';
import { z } from 'zod';
import type { EnterpriseId, MemberId, TeamId } from '../../ids.ts';
import type { Sender } from '../incoming.ts';
import type { Members } from './members.ts';

/** The bot's workspace, in an Enterprise organisation. */
export type Home = { teamId: TeamId; enterpriseId: EnterpriseId };

const KEPT_MILLISECONDS = 60_000;

/**
 * Whether members of an organisation belong to the bot's workspace, where a delivery names another one: whoever is in
 * several workspaces clicks with the id of any of them, or of the organisation (docs.slack.dev, block_suggestion
 * payloads). Slack's answers count for a minute.
 */
export class Memberships {
  readonly #members: Members;
  readonly #home: Home;
  readonly #log: Logger;

  constructor(members: Members, home: Home, log: Logger) {
    this.#members = members;
    this.#home = home;
    this.#log = log;
  }

  /** Whether Slack says that the sender is a full member of the bot's workspace. */
  async confirms({ memberId: member, organisations }: Sender): Promise<boolean> {
    if (organisations.some((id) => id !== this.#home.enterpriseId)) return false;
    const known = await this.#members.since(member, Date.now() - KEPT_MILLISECONDS + 1);
    if (known === null) return false;
    const { success, error } = fullMember(member, this.#home).safeParse(known);
    if (error) {
      const why = error.issues.map(({ path }) => path.join('.'));
      this.#log.warn({ member, why }, "a bot admin is no full member of the bot's workspace");
    }
    return success;
  }
}

/** A user of `users.info` who is a full member of this workspace. What Slack leaves out is not taken for a no. */
function fullMember(member: MemberId, { teamId, enterpriseId }: Home) {
  const no = z.literal(false);
  return z.object({
    id: z.literal(member),
    deleted: no,
    is_restricted: no,
    is_ultra_restricted: no,
    is_bot: no,
    // Slack sends this about strangers only.
    is_stranger: no.optional(),
    enterprise_user: z.object({
      enterprise_id: z.literal(enterpriseId),
      teams: z.array(z.string()).refine((teams) => teams.includes(teamId)),
    }),
  });
}
