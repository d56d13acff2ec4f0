import { setTimeout as pause } from 'node:timers/promises';
import { WebAPIPlatformError, type WebClient } from '@slack/web-api';
import type { Logger } from 'pino';
import { z } from 'zod';
import type { Times } from '../../config/times.ts';
import type { EnterpriseId, MemberId, TeamId } from '../../ids.ts';
import type { Sender } from '../incoming.ts';

/** The bot's workspace, in an Enterprise organisation. */
export type Home = { teamId: TeamId; enterpriseId: EnterpriseId };

const KEPT_MILLISECONDS = 60_000;
const NOBODY = new Set(['user_not_found', 'user_not_visible']);

/**
 * Whether members of an organisation belong to the bot's workspace, where a delivery names another one: whoever is in
 * several workspaces clicks with the id of any of them, or of the organisation (docs.slack.dev, block_suggestion
 * payloads). Slack's answers are kept for a minute, and there is one call at a time about a member.
 */
export class Memberships {
  readonly #slack: WebClient;
  readonly #home: Home;
  readonly #times: Pick<Times, 'membershipWithin'>;
  readonly #log: Logger;
  readonly #known = new Map<MemberId, { belongs: boolean; until: number }>();
  readonly #asked = new Map<MemberId, Promise<boolean>>();

  constructor(slack: WebClient, home: Home, times: Pick<Times, 'membershipWithin'>, log: Logger) {
    this.#slack = slack;
    this.#home = home;
    this.#times = times;
    this.#log = log;
  }

  /** Whether Slack says in time that the sender is a full member of the bot's workspace. */
  async confirms({ memberId, organisations }: Sender): Promise<boolean> {
    if (organisations.some((id) => id !== this.#home.enterpriseId)) return false;
    const known = this.#known.get(memberId);
    if (known && known.until > Date.now()) return known.belongs;
    const asked = this.#asked.get(memberId) ?? this.#ask(memberId);
    return await Promise.race([asked, pause(this.#times.membershipWithin, false, { ref: false })]);
  }

  #ask(member: MemberId): Promise<boolean> {
    const asked = this.#lookUp(member).finally(() => this.#asked.delete(member));
    this.#asked.set(member, asked);
    return asked;
  }

  async #lookUp(member: MemberId): Promise<boolean> {
    try {
      const { user } = await this.#slack.users.info({ user: member });
      const { success, error } = fullMember(member, this.#home).safeParse(user);
      if (error) {
        const why = error.issues.map(({ path }) => path.join('.'));
        this.#log.warn({ member, why }, "a bot admin is no full member of the bot's workspace");
      }
      return this.#keep(member, success);
    } catch (error) {
      this.#log.warn(
        { member, err: error },
        "Slack didn't say whether a bot admin is in the bot's workspace",
      );
      const final = error instanceof WebAPIPlatformError && NOBODY.has(error.data.error);
      return final && this.#keep(member, false);
    }
  }

  #keep(member: MemberId, belongs: boolean): boolean {
    this.#known.set(member, { belongs, until: Date.now() + KEPT_MILLISECONDS });
    return belongs;
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
