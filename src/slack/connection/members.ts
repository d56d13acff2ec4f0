import type { WebClient } from '@slack/web-api';
import type { Logger } from 'pino';
import type { MemberId } from '../../ids.ts';
import { wordOf } from './refused-words.ts';

/** A member's address and name, as Slack has them. `hidden` where Slack doesn't share an address with the bot. */
export type Profile = { address: string; name: string | null } | 'hidden';

const FRESH_MILLISECONDS = 10 * 60_000;

/** Slack's words for members it says nothing of. Any other error says nothing about the member (docs.slack.dev, users.info). */
const NOT_SHOWN = ['user_not_found', 'user_not_visible'];

/** What Slack says of members of the workspace, kept for ten minutes (docs.slack.dev, users.info). */
export class Members {
  readonly #slack: WebClient;
  readonly #log: Logger;
  readonly #profiles = new Map<MemberId, { profile: Profile; at: number }>();

  constructor(slack: WebClient, log: Logger) {
    this.#slack = slack;
    this.#log = log;
  }

  /**
   * A member's profile; `null` where Slack doesn't answer.
   *
   * @param atMost how old the answer may be, in milliseconds
   */
  async profileOf(member: MemberId, atMost = FRESH_MILLISECONDS): Promise<Profile | null> {
    const known = this.#profiles.get(member);
    if (known && Date.now() - known.at < atMost) return known.profile;
    const at = Date.now();
    try {
      const { user } = await this.#slack.users.info({ user: member });
      if (user?.id !== member) throw new Error('Slack answered about somebody else');
      const address = user.profile?.email;
      const profile = address ? { address, name: user.profile?.real_name ?? null } : 'hidden';
      this.#profiles.set(member, { profile, at });
      return profile;
    } catch (error) {
      if (NOT_SHOWN.includes(wordOf(error) ?? '')) return 'hidden';
      this.#log.warn({ member, err: error }, "Slack didn't say what a member's address is");
      return null;
    }
  }
}
