import type { Button } from '@slack/types';
import { isDeletion } from '../../approvals/action.ts';
import type { Approvals } from '../../approvals/approvals.ts';
import { NeedsNewerVersion } from '../../approvals/newer.ts';
import { waitsForApproval } from '../../approvals/policy.ts';
import type { Promotions } from '../../changes/promotions.ts';
import { protectionOf } from '../../changes/protection.ts';
import { isSuperuser, mayBeSuperuser } from '../../changes/superuser.ts';
import { listedToken } from '../../changes/token-snapshot.ts';
import type { Directory } from '../../directory/directory.ts';
import { accountTokens } from '../../fastly/account-tokens.ts';
import { existingUser } from '../../fastly/account-users.ts';
import { type ApiToken, isExpired } from '../../fastly/api-token.ts';
import type { FastlyClient } from '../../fastly/client.ts';
import { concernsEverybody, type FastlyError, isFastlyError } from '../../fastly/errors.ts';
import { type User, UserId } from '../../fastly/user.ts';
import { code, type Sentence, say } from '../../messages/kit/sentence.ts';
import type { ToldLeaver } from '../../messages/leavers/leaver-message.ts';
import { protectionText } from '../../messages/outcome-text.ts';
import { runningText } from '../../messages/promotion-text.ts';
import { isInUse } from '../../messages/tokens/text.ts';
import type { Logger } from '../../observability/log.ts';
import type { BotAdmins } from '../../slack/bot-admins/bot-admins.ts';
import type { Conversations } from '../../slack/connection/conversations.ts';
import { type LeaverAction, leaverButtons } from '../../slack/leaver-buttons.ts';
import { endNowButton } from '../../slack/promotion-buttons.ts';
import type { Leaver } from '../../store/leavers/leavers.ts';
import { requestsOf } from './requests-of.ts';

export type LeaverRowsOptions = {
  fastly: FastlyClient;
  directory: Directory;
  approvals: Approvals;
  promotions: Pick<Promotions, 'of'>;
  botAdmins: BotAdmins;
  conversations: Conversations;
  disabled: ReadonlySet<string>;
  log: Logger;
};

/** Where a message is: in direct messages nobody can be asked to approve. */
type Where = 'channel' | 'direct';

/** What to know about a leaver, and what can be done from here. */
type Offer = { notes: Sentence[]; actions: LeaverAction[] };

/** How Fastly answers where it never says who is protected, or how a user is. */
const LASTING: readonly FastlyError['kind'][] = ['forbidden', 'not_found', 'unexpected_answer'];

/** The rows of messages about leavers, as Fastly has their users now. */
export class LeaverRows {
  readonly #options: LeaverRowsOptions;

  constructor(options: LeaverRowsOptions) {
    this.#options = options;
  }

  /** Those who can do most harm first: Fastly superusers, then owners of tokens in use. @throws {FastlyError} */
  async ranked(leavers: readonly Leaver[]): Promise<Leaver[]> {
    const tokens = (await this.#tokens()) ?? [];
    const isUsed = (token: ApiToken) => isInUse(listedToken(token), Date.now());
    const owners = new Set<string | null | undefined>(tokens.filter(isUsed).map((token) => token.user_id));
    const ranked: { leaver: Leaver; rank: number }[] = [];
    for (const leaver of leavers) {
      // A list is good enough for an order.
      const user = await this.#options.directory.withId(UserId.parse(leaver.userId));
      ranked.push({ leaver, rank: user && isSuperuser(user) ? 0 : owners.has(leaver.userId) ? 1 : 2 });
    }
    return ranked.toSorted((one, other) => one.rank - other.rank).map(({ leaver }) => leaver);
  }

  /**
   * A user whom Fastly doesn't show hides nobody else. `again`: it may show them soon.
   *
   * @throws {FastlyError} where Fastly answers about nobody
   * @throws {StoreUnavailable}
   */
  async rowsOf(leavers: readonly Leaver[], where: Where): Promise<{ rows: ToldLeaver[]; again: boolean }> {
    const tokens = leavers.some(({ state }) => state === 'told') ? await this.#tokens() : null;
    const rows: ToldLeaver[] = [];
    let again = false;
    for (const leaver of leavers) {
      const isToDecide = leaver.state === 'untold' || leaver.state === 'told';
      const user = isToDecide ? await this.#account(leaver) : null;
      if (isFastlyError(user) && !LASTING.includes(user.kind)) {
        // Fastly is away as a whole where it doesn't list tokens either.
        if (tokens === null || concernsEverybody(user)) throw user;
        again = true;
      }
      rows.push(await this.#row(leaver, user, tokens, where));
    }
    return { rows, again };
  }

  async #account({ userId }: Leaver): Promise<User | FastlyError | null> {
    const { fastly, log } = this.#options;
    try {
      return await existingUser(fastly, UserId.parse(userId));
    } catch (error) {
      if (!isFastlyError(error)) throw error;
      log.warn({ user: userId, err: error }, "the user of somebody who left can't be read");
      return error;
    }
  }

  /** @param tokens null where Fastly shows none */
  async #row(
    leaver: Leaver,
    user: User | FastlyError | null,
    tokens: readonly ApiToken[] | null,
    where: Where,
  ): Promise<ToldLeaver> {
    // What is not told of yet is in no message.
    const state = leaver.state === 'untold' ? 'told' : leaver.state;
    const decided = { ...leaver, state, now: null, notes: [], buttons: [] };
    if (state !== 'told') return decided;
    if (user === null) return { ...decided, state: 'gone' };
    if (isFastlyError(user)) {
      const ofMember = await this.#aboutMember(leaver);
      const notes = [say`⚠️ The bot can't read the user in Fastly now.`, ...ofMember.notes];
      return { ...decided, notes, buttons: leaverButtons(leaver.id, [...ofMember.actions, 'keep']) };
    }
    const isLive = (token: ApiToken) => token.user_id === user.id && !isExpired(token, Date.now());
    const now = { user, tokens: tokens?.filter(isLive).map(listedToken) ?? null };
    const ofUser = await this.#aboutUser(leaver, user, where);
    const ofMember = await this.#aboutMember(leaver);
    const promotion = await this.#promotionOf(user);
    const actions = [...ofUser.actions, ...ofMember.actions, 'keep'] as const;
    return {
      ...{ ...leaver, state, now },
      notes: [...ofUser.notes, ...ofMember.notes, ...promotion.notes],
      buttons: [...leaverButtons(leaver.id, actions), ...promotion.buttons],
    };
  }

  /** A role of theirs that ends. Nothing is offered where somebody has had it ended. @throws {StoreUnavailable} */
  async #promotionOf({ id }: User): Promise<{ notes: Sentence[]; buttons: Button[] }> {
    const promotion = await this.#options.promotions.of(id);
    if (promotion === null) return { notes: [], buttons: [] };
    const { state } = promotion;
    const isAsked = state.kind === 'running' && state.endedBy !== null;
    const buttons = isAsked ? [] : [endNowButton(promotion.id, 'End promotion now')];
    return { notes: [runningText(promotion)], buttons };
  }

  /** Whether the user can be locked or deleted, and what is in the way. */
  async #aboutUser(leaver: Leaver, user: User, where: Where): Promise<Offer> {
    const { fastly, approvals, disabled } = this.#options;
    if (user.login !== leaver.login) {
      const other = say`⚠️ The user has another login than when this was found. Check who that is.`;
      return { notes: [other], actions: [] };
    }
    const protection = await protectionOf(fastly, user).catch((error: unknown) => {
      // What is done later is checked once more.
      if (isFastlyError(error) && LASTING.includes(error.kind)) return null;
      throw error;
    });
    if (protection !== null) {
      const why = say`⚠️ The user can't be locked or deleted. ${protectionText(protection)}`;
      return { notes: [why], actions: [] };
    }
    const waits = (kind: 'delete' | 'demote') =>
      waitsForApproval(approvals.policy, kind) && where === 'direct';
    const isEnabled = (command: 'lock' | 'delete') => !disabled.has(command);
    const open = await this.#openAbout(user);
    const maySuperuser = mayBeSuperuser(user);
    const mayLock = maySuperuser ? open === null && !waits('demote') : open === null || open.isDeletion;
    const notes = open === null ? [] : [open.note];
    const actions: LeaverAction[] = [];
    const elsewhere = (what: string, command: 'lock' | 'delete') =>
      notes.push(say`To ask for ${what}, run ${code(`/fastly-user ${command} ${user.login}`)} in a channel.`);
    if (isEnabled('lock') && user.locked !== true) {
      if (mayLock) actions.push('lock');
      else if (open === null) elsewhere('the lock', 'lock');
    }
    if (isEnabled('delete') && open === null) {
      if (!waits('delete')) actions.push('delete');
      else elsewhere('the deletion', 'delete');
    }
    return { notes, actions };
  }

  /** The open request about a user, also where only a newer version can read it. */
  async #openAbout({ id }: User): Promise<{ isDeletion: boolean; note: Sentence } | null> {
    try {
      const open = await this.#options.approvals.openAbout(id);
      if (open === null) return null;
      return {
        isDeletion: isDeletion(open.action),
        note: say`Request ${code(open.id)} about this user is open.`,
      };
    } catch (error) {
      if (!(error instanceof NeedsNewerVersion)) throw error;
      const note = say`⏸️ Request ${code(error.request)} about this user needs a newer version of the bot. This version can't show more of it.`;
      return { isDeletion: false, note };
    }
  }

  /** What the member was to the bot. */
  async #aboutMember({ member }: Leaver): Promise<Offer> {
    const { botAdmins, approvals, conversations } = this.#options;
    const notes: Sentence[] = [];
    if ((await botAdmins.listing(member)) === true) {
      notes.push(say`⚠️ They are still on the list of bot admins. Ask the bot's operator to remove them.`);
    }
    const requests = await requestsOf({ approvals, conversations }, member);
    return { notes: [...notes, ...requests.notes], actions: requests.mayCancel ? ['requests'] : [] };
  }

  async #tokens(): Promise<readonly ApiToken[] | null> {
    const { fastly, log } = this.#options;
    try {
      return (await accountTokens(fastly)).programs;
    } catch (error) {
      if (!isFastlyError(error)) throw error;
      log.warn({ err: error }, "the API tokens of people who left can't be read");
      return null;
    }
  }
}
