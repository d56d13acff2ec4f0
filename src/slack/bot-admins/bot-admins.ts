import { MemberId, UserGroupId } from '../../ids.ts';
import { within } from '../../observability/within.ts';
import type { KnownMember, Members } from '../connection/members.ts';
import { isInability, type Standing, standingOf, type Workspace } from './standing.ts';
import type { GroupProblem, GroupReading, UserGroups } from './user-groups.ts';

/** In milliseconds: how old an answer of Slack's may be, and how old while Slack doesn't give a newer one. */
export type KeptTimes = { fresh: number; away: number };

type BotAdminsOptions = {
  /** `SUPERUSERS`. */
  listed: readonly (MemberId | UserGroupId)[];
  members: Members;
  groups: UserGroups;
  /** `botAdminsAnswer`: how long Slack may take to give a newer answer, in milliseconds. */
  times: { botAdmins: KeptTimes; botAdminsAnswer: number };
};

/**
 * What is known of each member of the list, and of each group. Answers are at most `fresh` old, or `away` where Slack
 * doesn't give a newer one.
 */
export type Roll = {
  /** `through`: the groups that list the member; none for a member who is listed by id. */
  members: ReadonlyMap<MemberId, { standing: Standing; through: readonly UserGroupId[] }>;
  /** Null: Slack didn't say who is in the group. */
  groups: ReadonlyMap<UserGroupId, GroupReading | null>;
};

/** Of some members: who may act now, and of whom Slack doesn't say whether they may. Everybody else may not. */
export type Confirmation = { confirmed: readonly MemberId[]; unknown: readonly MemberId[] };

/**
 * The bot admins: whoever `SUPERUSERS` lists, by id or through a user group, and Slack calls a full, active member of the
 * bot's workspace. What is not known is no yes.
 */
export class BotAdmins {
  readonly #options: BotAdminsOptions;
  readonly #ids: readonly MemberId[];
  /** The listed user groups. */
  readonly groups: readonly UserGroupId[];
  #groupChanges = 0;
  #changed = Promise.withResolvers<void>();
  #workspace: Workspace | null = null;
  #named: { version: number; members: readonly MemberId[] } | null = null;

  constructor(options: BotAdminsOptions) {
    this.#options = options;
    this.#ids = options.listed.flatMap((id) => MemberId.safeParse(id).data ?? []);
    this.groups = options.listed.flatMap((id) => UserGroupId.safeParse(id).data ?? []);
  }

  /** From now on members of other workspaces are told apart. */
  worksIn(workspace: Workspace): void {
    this.#workspace = workspace;
  }

  /** Whether Slack calls somebody an active member or a guest of the bot's workspace, on the list or not. */
  isOwnMember(known: KnownMember): boolean {
    return known !== 'untold' && ['able', 'guest'].includes(standingOf(known, this.#workspace));
  }

  /** Slack says that somebody was added to a user group, or removed from it. @returns whether it is a listed one */
  groupChanged(group: UserGroupId): boolean {
    if (!this.groups.includes(group)) return false;
    this.#options.groups.changed(group);
    this.#groupChanges += 1;
    this.#changed.resolve();
    this.#changed = Promise.withResolvers();
    return true;
  }

  /** How often Slack has said that a listed user group has changed. */
  get groupChanges(): number {
    return this.#groupChanges;
  }

  /** Resolves when Slack next says that a listed user group has changed. */
  async nextGroupChange(): Promise<void> {
    await this.#changed.promise;
  }

  /**
   * The bot admins as messages name them, without a call: by the latest answers, however old. Whom Slack has said nothing
   * of yet counts. What anybody may do is asked with `listing`, `standing` and `confirm`.
   */
  get named(): readonly MemberId[] {
    const { members, groups } = this.#options;
    const version = members.version + groups.version;
    if (this.#named?.version === version) return this.#named.members;
    const listed = this.#listedBy((group) => groups.latest(group)?.answer ?? null);
    const named = [...listed.keys()].filter((member) => !isInability(this.#latestStanding(member)));
    // The same list stays the same array, so that whoever compares sees changes only.
    const before = this.#named?.members ?? [];
    const isSame = named.length === before.length && named.every((member, index) => member === before[index]);
    this.#named = { version, members: isSame ? before : named };
    return this.#named.members;
  }

  /** Whether Slack has said who is in each listed group, at `since` (Unix milliseconds) or later. */
  hasToldOfGroups(since: number): boolean {
    return this.groups.every((group) => (this.#options.groups.latest(group)?.at ?? 0) >= since);
  }

  /** Why nobody gets access through a listed group, by the latest answers. */
  get unusableGroups(): readonly { group: UserGroupId; why: GroupProblem }[] {
    return this.groups.flatMap((group) => {
      const answer = this.#options.groups.latest(group)?.answer;
      return answer?.kind === 'unusable' ? [{ group, why: answer.why }] : [];
    });
  }

  /** Whether the list has a member, by id or through a group; null where Slack doesn't say. */
  async listing(member: MemberId): Promise<boolean | null> {
    if (this.#ids.includes(member)) return true;
    const readings = await Promise.all(this.groups.map((group) => this.#reading(group, this.#fresh)));
    return listingIn(readings, member);
  }

  /** What Slack says of a listed member. */
  async standing(member: MemberId, since = this.#fresh): Promise<Standing> {
    const { members } = this.#options;
    const known = await this.#newerOr(members.latest(member), members.since(member, since));
    return standingOf(known, this.#workspace);
  }

  /** Reads the whole list. @param since what was asked since then counts as fresh, in Unix milliseconds */
  async read(since = this.#fresh): Promise<Roll> {
    const groups = new Map(
      await Promise.all(
        this.groups.map(async (group) => [group, await this.#reading(group, since)] as const),
      ),
    );
    const listed = this.#listedBy((group) => groups.get(group) ?? null);
    const standings = await inTurns([...listed.keys()], (member) => this.standing(member, since));
    const members = [...listed].map(
      ([member, through], index) => [member, { standing: standings[index] ?? 'unknown', through }] as const,
    );
    return { members: new Map(members), groups };
  }

  /**
   * Asks Slack afresh who of these members may act. What it does not answer now is unknown, whatever it said before.
   *
   * @param since what was asked since then counts as fresh, in Unix milliseconds
   */
  async confirm(asked: readonly MemberId[], since: number): Promise<Confirmation> {
    const { members, groups } = this.#options;
    const unique = [...new Set(asked)];
    const needsGroups = unique.some((member) => !this.#ids.includes(member));
    const [readings, standings] = await Promise.all([
      needsGroups ? Promise.all(this.groups.map((group) => groups.since(group, since))) : [],
      inTurns(unique, async (member) => {
        const known = await members.since(member, since);
        // The list alone lets somebody look, and decides nothing.
        return known === 'untold' ? 'unknown' : standingOf(known, this.#workspace);
      }),
    ]);
    const verdicts = unique.map((member, index) => {
      const standing = standings[index] ?? 'unknown';
      const isListed = this.#ids.includes(member) || listingIn(readings, member);
      if (isListed === false || isInability(standing)) return 'no';
      return isListed && standing === 'able' ? 'confirmed' : 'unknown';
    });
    const those = (verdict: (typeof verdicts)[number]) =>
      unique.filter((_member, index) => verdicts[index] === verdict);
    return { confirmed: those('confirmed'), unknown: those('unknown') };
  }

  get #fresh(): number {
    return Date.now() - this.#options.times.botAdmins.fresh + 1;
  }

  async #reading(group: UserGroupId, since: number): Promise<GroupReading | null> {
    const { groups } = this.#options;
    return await this.#newerOr(groups.latest(group), groups.since(group, since));
  }

  /** Slack's answer. While Slack is away or slow, the older one, if it counts still. */
  async #newerOr<T>(older: { answer: T; at: number } | null, asked: Promise<T | null>): Promise<T | null> {
    const { botAdmins, botAdminsAnswer } = this.#options.times;
    if (older === null || older.at < Date.now() - botAdmins.away) return await asked;
    return (await within(asked, botAdminsAnswer)) ?? older.answer;
  }

  #latestStanding(member: MemberId): Standing {
    return standingOf(this.#options.members.latest(member)?.answer ?? null, this.#workspace);
  }

  /** Each listed member with the groups through which they are listed; none where the list has their id. */
  #listedBy(readingOf: (group: UserGroupId) => GroupReading | null): Map<MemberId, readonly UserGroupId[]> {
    const listed = new Map<MemberId, readonly UserGroupId[]>(this.#ids.map((member) => [member, []]));
    for (const group of this.groups) {
      const reading = readingOf(group);
      if (reading?.kind !== 'members') continue;
      for (const member of reading.members) {
        if (!this.#ids.includes(member)) listed.set(member, [...(listed.get(member) ?? []), group]);
      }
    }
    return listed;
  }
}

/** Slack takes about 100 calls about members a minute, and more at once for a moment. */
const AT_ONCE = 10;

/** Asks about each member, about a few at once. */
export async function inTurns<T>(
  asked: readonly MemberId[],
  ask: (member: MemberId) => Promise<T>,
): Promise<T[]> {
  const answers: T[] = [];
  for (let first = 0; first < asked.length; first += AT_ONCE) {
    answers.push(...(await Promise.all(asked.slice(first, first + AT_ONCE).map(ask))));
  }
  return answers;
}

/** Whether one of the groups has the member; null where that is not known. */
function listingIn(readings: readonly (GroupReading | null)[], member: MemberId): boolean | null {
  const has = (reading: GroupReading | null) =>
    reading?.kind === 'members' && reading.members.includes(member);
  return readings.some(has) || (readings.includes(null) ? null : false);
}

/** The listed members with this standing. */
export function membersWith({ members }: Roll, wanted: Standing): MemberId[] {
  return [...members].flatMap(([member, { standing }]) => (standing === wanted ? [member] : []));
}

/** How many listed members can use the bot, cannot, and are not known about. */
export function countsOf(roll: Roll): Record<'able' | 'unable' | 'unknown', number> {
  const able = membersWith(roll, 'able').length;
  const unknown = membersWith(roll, 'unknown').length;
  return { able, unknown, unable: roll.members.size - able - unknown };
}
