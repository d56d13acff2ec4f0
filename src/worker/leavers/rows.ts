import type { Button } from '@slack/types';
import { isDeletion } from '../../approvals/action.ts';
import type { Approvals } from '../../approvals/approvals.ts';
import { isNewer } from '../../approvals/newer.ts';
import { waitsForApproval } from '../../approvals/policy.ts';
import type { ApprovalRequest } from '../../approvals/request.ts';
import type { Promotions } from '../../changes/promotions.ts';
import { protectionOf } from '../../changes/protection.ts';
import { isSuperuser, mayBeSuperuser } from '../../changes/superuser.ts';
import { listedToken } from '../../changes/token-snapshot.ts';
import type { Directory } from '../../directory/directory.ts';
import { accountTokens } from '../../fastly/account-tokens.ts';
import { existingUser } from '../../fastly/account-users.ts';
import { type ApiToken, isExpired } from '../../fastly/api-token.ts';
import type { FastlyClient } from '../../fastly/client.ts';
import { type FastlyError, isFastlyError } from '../../fastly/errors.ts';
import { type User, UserId } from '../../fastly/user.ts';
import type { MemberId } from '../../ids.ts';
import { code, namesInShort, type Sentence, say } from '../../messages/kit/sentence.ts';
import type { ToldLeaver, UserNow } from '../../messages/leavers/leaver-message.ts';
import { protectionText } from '../../messages/outcome-text.ts';
import { runningText } from '../../messages/promotion-text.ts';
import { isInUse } from '../../messages/tokens/text.ts';
import type { Logger } from '../../observability/log.ts';
import type { BotAdmins } from '../../slack/bot-admins/bot-admins.ts';
import { type LeaverAction, leaverButtons } from '../../slack/leaver-buttons.ts';
import { endNowButton } from '../../slack/promotion-buttons.ts';
import type { Leaver } from '../../store/leavers/leavers.ts';

export type LeaverRowsOptions = {
  fastly: FastlyClient;
  directory: Directory;
  approvals: Approvals;
  promotions: Pick<Promotions, 'of'>;
  botAdmins: BotAdmins;
  disabled: ReadonlySet<string>;
  log: Logger;
};

/** What Fastly has of the leavers' users now. `tokens` is null where it shows none, a user where they are gone. */
type Account = { users: ReadonlyMap<string, User | null>; tokens: readonly ApiToken[] | null };

/** Where a message is: in direct messages nobody can be asked to approve. */
type Where = 'channel' | 'direct';

const MOST_REQUESTS = 5;
/** How Fastly answers where it never says who is protected. */
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
    const ranks = new Map<Leaver, number>();
    for (const leaver of leavers) {
      // A list is good enough for an order.
      const user = await this.#options.directory.withId(UserId.parse(leaver.userId));
      const own = tokens.filter((token) => token.user_id === leaver.userId).map(listedToken);
      const isInUseNow = own.some((token) => isInUse(token, Date.now()));
      ranks.set(leaver, user && isSuperuser(user) ? 0 : isInUseNow ? 1 : 2);
    }
    return leavers.toSorted((one, other) => (ranks.get(one) ?? 2) - (ranks.get(other) ?? 2));
  }

  /** @throws {FastlyError} {StoreUnavailable} */
  async rowsOf(leavers: readonly Leaver[], where: Where): Promise<ToldLeaver[]> {
    const undecided = leavers.filter(({ state }) => state === 'told');
    const account = await this.#account(undecided);
    const rows: ToldLeaver[] = [];
    for (const leaver of leavers) rows.push(await this.#row(leaver, account, where));
    return rows;
  }

  async #row(leaver: Leaver, { users, tokens }: Account, where: Where): Promise<ToldLeaver> {
    // What is not told of yet is in no message.
    const state = leaver.state === 'untold' ? 'told' : leaver.state;
    const told = { ...leaver, state };
    const user = users.get(leaver.userId);
    if (state !== 'told') return { ...told, now: null, notes: [], buttons: [] };
    if (!user) return { ...told, state: 'gone', now: null, notes: [], buttons: [] };
    const live = (token: ApiToken) => token.user_id === user.id && !isExpired(token, Date.now());
    const now: UserNow = { user, tokens: tokens?.filter(live).map(listedToken) ?? null };
    const { notes, actions } = await this.#offer(leaver, user, where);
    const promotion = await this.#promotionOf(user);
    const buttons = [...leaverButtons(leaver.id, actions), ...promotion.buttons];
    return { ...told, now, notes: [...notes, ...promotion.notes], buttons };
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

  /** What can be done about a leaver from here, and why not the rest. */
  async #offer(
    leaver: Leaver,
    user: User,
    where: Where,
  ): Promise<{ notes: Sentence[]; actions: LeaverAction[] }> {
    const { fastly, approvals, disabled } = this.#options;
    const { notes: about, actions: more } = await this.#aboutMember(leaver);
    if (user.login !== leaver.login) {
      const other = say`⚠️ The user has another login than when this was found. Check who that is.`;
      return { notes: [other, ...about], actions: [...more, 'keep'] };
    }
    const protection = await protectionOf(fastly, user).catch((error: unknown) => {
      // What is done later is checked once more.
      if (isFastlyError(error) && LASTING.includes(error.kind)) return null;
      throw error;
    });
    if (protection !== null) {
      const why = say`⚠️ The user can't be locked or deleted. ${protectionText(protection)}`;
      return { notes: [why, ...about], actions: [...more, 'keep'] };
    }
    const open = await approvals.openAbout(user.id);
    const waits = (kind: 'delete' | 'demote') =>
      waitsForApproval(approvals.policy, kind) && where === 'direct';
    const mayLock = open === null || (isDeletion(open.action) && !mayBeSuperuser(user));
    const isLocked = user.locked === true || disabled.has('lock');
    const locks = !isLocked && mayLock && !(mayBeSuperuser(user) && waits('demote'));
    const deletes = !disabled.has('delete') && open === null && !waits('delete');
    const notes = [
      ...(open === null ? [] : [say`Request ${code(open.id)} about this user is open.`]),
      ...(open === null && !deletes && !disabled.has('delete')
        ? [
            say`To ask for the deletion, run ${code(`/fastly-user delete ${user.login}`)} in a channel with approvers.`,
          ]
        : []),
      ...about,
    ];
    const locking: LeaverAction[] = locks ? ['lock'] : [];
    const deleting: LeaverAction[] = deletes ? ['delete'] : [];
    return { notes, actions: [...locking, ...deleting, ...more, 'keep'] };
  }

  /** What the member was to the bot. */
  async #aboutMember({ member }: Leaver): Promise<{ notes: Sentence[]; actions: LeaverAction[] }> {
    const isListed = await this.#options.botAdmins.listing(member);
    const requests = await this.requestsOf(member);
    const ids = namesInShort(requests.map(({ id }) => say`${code(id)}`));
    return {
      notes: [
        ...(isListed === true
          ? [say`⚠️ They are still on the list of bot admins. Ask the bot's operator to remove them.`]
          : []),
        ...(requests.length > 0 ? [say`⚠️ They asked for what still waits for approval: ${ids}.`] : []),
      ],
      actions: requests.length > 0 ? ['requests'] : [],
    };
  }

  /** What a member has asked for and waits for approval. @throws {StoreUnavailable} */
  async requestsOf(member: MemberId): Promise<ApprovalRequest[]> {
    const most = { waiting: MOST_REQUESTS, own: MOST_REQUESTS };
    const { waiting, own } = await this.#options.approvals.openFor(member, most);
    return [...waiting.shown, ...own.shown].flatMap(({ request }) =>
      !isNewer(request) && request.requester === member && request.state.kind === 'pending' ? [request] : [],
    );
  }

  async #account(leavers: readonly Leaver[]): Promise<Account> {
    const users = new Map<string, User | null>();
    if (leavers.length === 0) return { users, tokens: null };
    for (const { userId } of leavers) {
      users.set(userId, await existingUser(this.#options.fastly, UserId.parse(userId)));
    }
    return { users, tokens: await this.#tokens() };
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
