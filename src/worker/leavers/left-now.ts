import { EVERYBODY } from '../../directory/account-figures.ts';
import type { Directory } from '../../directory/directory.ts';
import { leaversAmong } from '../../slack/bot-admins/presence.ts';
import type { Workspace } from '../../slack/bot-admins/standing.ts';
import { KeptAnswers } from '../../slack/connection/kept-answers.ts';
import type { SlackUser } from '../../slack/connection/members.ts';
import { Roster, type RosterOptions } from '../../slack/connection/roster.ts';
import type { LeftUser } from '../../slack/replies/services.ts';
import { openLeavers } from '../../store/leavers/leavers.ts';
import { knownPairs } from '../../store/leavers/pairs.ts';
import type { Store } from '../../store/store.ts';

/** Who has left as Slack has it now, for somebody who waits for the answer. It needs no look of before. */
export class LeftNow {
  readonly #store: Store;
  readonly #directory: Directory;
  readonly #members: KeptAnswers<'all', SlackUser[]>;

  constructor(store: Store, directory: Directory, options: Omit<RosterOptions, 'pace'>) {
    const roster = new Roster({ ...options, pace: { member: 0, address: 0, page: 0 } });
    this.#store = store;
    this.#directory = directory;
    this.#members = new KeptAnswers(() => roster.all());
  }

  /**
   * @param atMost how old the list of members may be, in milliseconds
   * @throws where Slack, Fastly or the database doesn't answer
   */
  async all(workspace: Workspace, atMost: number): Promise<LeftUser[]> {
    const [members, { users }, pairs, open] = await Promise.all([
      this.#members.since('all', Date.now() - atMost),
      this.#directory.list(EVERYBODY),
      this.#store.read(knownPairs),
      this.#store.read(openLeavers),
    ]);
    return leaversAmong(members, users, pairs, workspace).map((found) => {
      const stored = open.find(({ member, userId }) => member === found.member && userId === found.user.id);
      return { ...found, guest: found.guest ?? stored?.guest ?? null, kept: stored?.kept ?? null };
    });
  }
}
