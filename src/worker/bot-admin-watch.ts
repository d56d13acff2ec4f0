import { setTimeout as pause } from 'node:timers/promises';
import { redrawOpen } from '../approvals/surfaces.ts';
import type { Times } from '../config/times.ts';
import type { ChannelId, MemberId } from '../ids.ts';
import { botAdminText } from '../messages/bot-admin-text.ts';
import { message } from '../messages/kit/message.ts';
import type { Problem, Readiness } from '../observability/health.ts';
import type { Logger } from '../observability/log.ts';
import { tracing } from '../observability/trace.ts';
import { type BotAdmins, countsOf, membersWith, type Roll } from '../slack/bot-admins/bot-admins.ts';
import { INABILITY_WORDS } from '../slack/bot-admins/missing-text.ts';
import { INABILITIES } from '../slack/bot-admins/standing.ts';
import { GROUP_PROBLEMS } from '../slack/bot-admins/user-groups.ts';
import { POSTING_TIMEOUT_MILLISECONDS } from '../slack/connection/clients.ts';
import type { Conversations } from '../slack/connection/conversations.ts';
import type { Posting } from '../slack/connection/posting.ts';
import {
  type BotAdminChange,
  claimBotAdmin,
  type FoundBotAdmin,
  recordBotAdmins,
  releaseBotAdmin,
  untoldBotAdmins,
} from '../store/bot-admins.ts';
import { StoreUnavailable } from '../store/errors.ts';
import type { Store } from '../store/store.ts';

export type BotAdminWatchOptions = {
  store: Store;
  botAdmins: BotAdmins;
  posting: Posting;
  conversations: Conversations;
  approvalsChannel: ChannelId | null;
  /** How many bot admins a request needs, its requester included; 0 where nothing needs approval. */
  needed: number;
  /** Makes the worker look for due work at once. */
  wake: () => void;
  onRead: (roll: Roll) => void;
  readiness: Readiness;
  times: Times;
  /** Aborted when the bot stops. */
  stopping: AbortSignal;
  log: Logger;
};

const LEASE_MILLISECONDS = 4 * POSTING_TIMEOUT_MILLISECONDS;
const AT_A_TIME = 50;

/**
 * Reads the whole list of bot admins at the start, every hour, and whenever it seems to have changed. Each change since
 * it was recorded last is audited, and told in the approvals channel by one of the replicas.
 */
export class BotAdminWatch {
  readonly #options: BotAdminWatchOptions;
  /** The list of the latest look, and how often groups had changed when it began. */
  #seen: { named: readonly MemberId[]; groupChanges: number } | null = null;
  /** When the next look is due, by `performance.now()`, and the next one that logs who can't use the bot. */
  #lookAt = 0;
  #logAt = 0;

  constructor(options: BotAdminWatchOptions) {
    this.#options = options;
  }

  /** Until the bot stops. */
  async follow(): Promise<void> {
    const { times, botAdmins, stopping: signal } = this.#options;
    await pause(times.botAdminsLook.after, undefined, { signal, ref: false }).catch(() => {});
    while (!signal.aborted) {
      await tracing({}, () => this.#turn());
      const rest = pause(times.workerInterval, undefined, { signal, ref: false });
      await Promise.race([rest, botAdmins.nextGroupChange()]).catch(() => {});
    }
  }

  async #turn(): Promise<void> {
    const { store, botAdmins, log } = this.#options;
    try {
      store.mustTakeData();
      const { named, groupChanges } = botAdmins;
      const isNew = this.#seen?.named !== named || this.#seen.groupChanges !== groupChanges;
      if (performance.now() >= this.#lookAt || isNew) await this.#look();
      await this.#tell();
    } catch (error) {
      // What could not be recorded shows as a change the next time.
      this.#seen = null;
      if (!(error instanceof StoreUnavailable))
        log.error({ err: error }, 'the bot admins could not be looked at');
    }
  }

  async #look(): Promise<void> {
    const { store, botAdmins, readiness, wake, times, log } = this.#options;
    const { groupChanges } = botAdmins;
    const readFrom = await store.transaction(({ now }) => now());
    const since = Date.now();
    const roll = await botAdmins.read(since);
    const { named } = botAdmins;
    this.#options.onRead(roll);
    const complete = ![...roll.groups.values()].includes(null);
    const isWhole = botAdmins.hasToldOfGroups(since) && countsOf(roll).unknown === 0;
    this.#lookAt = performance.now() + (isWhole ? times.botAdminsLook.every : times.slowRetry);
    if (performance.now() >= this.#logAt) {
      this.#logAt = performance.now() + times.botAdminsLook.every;
      this.#logUnable(roll);
    }
    const problem = this.#problemIn(roll);
    const isNew = readiness.degraded('bot-admins', problem);
    if (isNew && problem) log.error({ remedy: problem.remedy }, problem.what);
    const differs = this.#seen !== null && this.#seen.named !== named;
    const changes = await store.transaction(async (transaction) => {
      if (differs) await redrawOpen(transaction);
      return await recordBotAdmins(transaction, foundIn(roll), { readFrom, complete });
    });
    for (const { member, able, through, why } of changes) {
      log.warn(
        { member, through, why },
        able ? 'a member can use the bot now' : "a member can't use the bot any more",
      );
    }
    if (!differs && changes.length > 0) await store.transaction(redrawOpen);
    if (differs || changes.length > 0) wake();
    this.#seen = { named, groupChanges };
    log.debug(countsOf(roll), 'the bot admins were read');
  }

  #logUnable(roll: Roll): void {
    for (const why of INABILITIES) {
      for (const member of membersWith(roll, why)) {
        this.#options.log.warn(
          { member, standing: why },
          `a listed bot admin ${INABILITY_WORDS[why]}, so they can't use the bot`,
        );
      }
    }
  }

  /** Where nobody gets access through a group, or too few can approve through groups. */
  #problemIn(roll: Roll): Problem | null {
    const { botAdmins, needed } = this.#options;
    if (botAdmins.groups.length === 0) return null;
    const [unusable] = botAdmins.unusableGroups;
    if (unusable) return GROUP_PROBLEMS[unusable.why](unusable.group);
    const able = membersWith(roll, 'able').length;
    const unknown = membersWith(roll, 'unknown').length;
    const [unread] = [...roll.groups].filter(([, reading]) => reading === null).map(([group]) => group);
    if (unread) {
      return {
        what: `Slack doesn't say who is in the user group ${unread}.`,
        remedy: 'Until it does, nobody gets access through the group. The bot keeps asking.',
      };
    }
    if (able + unknown >= needed) return null;
    return {
      what: `${able} bot ${able === 1 ? 'admin' : 'admins'} can use the bot, and a request needs ${needed}.`,
      remedy: 'Add members to the user groups or to SUPERUSERS, or lower APPROVALS_REQUIRED.',
    };
  }

  /** Tells each untold change, unless another process is at it. */
  async #tell(): Promise<void> {
    const { store } = this.#options;
    const untold = await store.read((database) => untoldBotAdmins(database, store.engine, AT_A_TIME));
    for (const member of untold) {
      const claimed = await store.transaction((transaction) =>
        claimBotAdmin(transaction, member, LEASE_MILLISECONDS),
      );
      if (claimed === null) continue;
      const { claim, change } = claimed;
      const pauseFor = (await this.#post(change)) ? null : this.#options.times.slowRetry;
      await store.transaction((transaction) =>
        releaseBotAdmin(transaction, member, { claim, able: change.able, pause: pauseFor }),
      );
    }
  }

  /** False where it is to be tried again. */
  async #post(change: BotAdminChange): Promise<boolean> {
    const { approvalsChannel: channel, posting, conversations, log } = this.#options;
    if (channel === null) return true;
    try {
      const audience = await conversations.audienceOfChannel(channel);
      if (audience === 'other-companies') return true;
      if (audience === 'unknown') return false;
      const posted = await posting.post(channel, message(botAdminText(change)));
      if (posted.kind === 'posted') return true;
      log.warn({ why: posted.word }, 'the approvals channel does not take a change of the bot admins');
      return posted.what?.kind !== 'person';
    } catch (error) {
      log.warn({ err: error }, 'a change of the bot admins could not be told, trying again');
      return false;
    }
  }
}

/** `able` is null where Slack doesn't say. */
function foundIn({ members }: Roll): FoundBotAdmin[] {
  return [...members].map(([member, { standing, through }]) => ({
    member,
    able: standing === 'unknown' ? null : standing === 'able',
    through: [...through],
    why: standing === 'unknown' || standing === 'able' ? null : standing,
  }));
}
