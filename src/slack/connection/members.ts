import { WebAPIHTTPError, type WebClient } from '@slack/web-api';
import type { Logger } from 'pino';
import { z } from 'zod';
import { MemberId } from '../../ids.ts';
import { KeptAnswers } from './kept-answers.ts';
import { isTokenRefused, whatToDo, wordOf } from './refused-words.ts';

/** A member's address and name, as Slack has them. `hidden` where Slack doesn't share an address with the bot. */
type Profile = { address: string; name: string | null } | 'hidden';

const FRESH_MILLISECONDS = 10 * 60_000;

/** Slack's words for members it says nothing of. Any other error says nothing about the member (docs.slack.dev, users.info). */
const NOT_SHOWN = ['user_not_found', 'user_not_visible', 'users_not_found'];

const flag = z.boolean().optional().catch(undefined);

/** What the bot reads of a member. A deactivated member's object lacks most fields (docs.slack.dev, user object). */
export const SlackUser = z.looseObject({
  id: MemberId,
  team_id: z.string().optional().catch(undefined),
  name: z.string().optional().catch(undefined),
  deleted: flag,
  is_bot: flag,
  is_restricted: flag,
  is_ultra_restricted: flag,
  is_stranger: flag,
  /** Unix seconds. */
  updated: z.number().optional().catch(undefined),
  profile: z
    .object({
      email: z.string().optional().catch(undefined),
      real_name: z.string().optional().catch(undefined),
    })
    .optional()
    .catch(undefined),
  enterprise_user: z
    .looseObject({ teams: z.array(z.string()).optional().catch(undefined) })
    .optional()
    .catch(undefined),
});
export type SlackUser = z.infer<typeof SlackUser>;

/** `nobody`: Slack knows no such member, or shows the bot none. `untold`: it is a Slack that tells of no member at all. */
export type KnownMember = SlackUser | 'nobody' | 'untold';

/** What Slack says of members (docs.slack.dev, users.info); null where it doesn't answer. */
export class Members extends KeptAnswers<MemberId, KnownMember, null> {
  readonly #slack: WebClient;

  constructor(slack: WebClient, log: Logger) {
    super(
      (member) => askForMember(slack, member),
      (member, error) => {
        log.warn({ member, err: error }, "Slack didn't say who a member is");
        return null;
      },
    );
    this.#slack = slack;
  }

  /**
   * The member with this address (docs.slack.dev, users.lookupByEmail). Where Slack lets the bot look up nobody, it is
   * nobody.
   *
   * @throws where Slack doesn't answer, or refuses the token
   */
  async withAddress(address: string): Promise<SlackUser | 'nobody'> {
    return await askForAddress(this.#slack, address);
  }

  /**
   * A member's profile; `null` where Slack doesn't answer.
   *
   * @param atMost how old the answer may be, in milliseconds
   */
  async profileOf(member: MemberId, atMost = FRESH_MILLISECONDS): Promise<Profile | null> {
    const known = await this.since(member, Date.now() - atMost);
    if (known === null || known === 'untold') return null;
    if (known === 'nobody' || !known.profile?.email) return 'hidden';
    return { address: known.profile.email, name: known.profile.real_name ?? null };
  }
}

/** The member with this address, as `Members.withAddress` has them. */
export async function askForAddress(slack: WebClient, address: string): Promise<SlackUser | 'nobody'> {
  try {
    const { user } = await slack.users.lookupByEmail({ email: address });
    return SlackUser.parse(user);
  } catch (error) {
    const { kind } = whatToDo('users.lookupByEmail', error);
    if (kind === 'passes' || isTokenRefused(error)) throw error;
    return 'nobody';
  }
}

/** @throws where Slack doesn't answer, or about somebody else */
export async function askForMember(slack: WebClient, member: MemberId): Promise<KnownMember> {
  try {
    const { user } = await slack.users.info({ user: member });
    if (user === undefined) return 'untold';
    const known = SlackUser.parse(user);
    if (known.id !== member) throw new Error('Slack answered about somebody else');
    return known;
  } catch (error) {
    if (NOT_SHOWN.includes(wordOf(error) ?? '')) return 'nobody';
    if (lacksMethod(error)) return 'untold';
    throw error;
  }
}

/** Slack itself has the method. What stands in for it, such as a server in a test, may not. */
function lacksMethod(error: unknown): boolean {
  const isMissing = error instanceof WebAPIHTTPError && error.statusCode === 404;
  return isMissing || wordOf(error) === 'unknown_method';
}
