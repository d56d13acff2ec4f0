import type { Approvals } from '../../approvals/approvals.ts';
import { redrawPromotion } from '../../approvals/promoting.ts';
import { RequestId } from '../../approvals/request.ts';
import { type HeldPromotion, WATCHED_MILLISECONDS } from '../../changes/held-promotion.ts';
import type { Notice, RunningPromotion, Told } from '../../changes/promotion.ts';
import { writePromotion } from '../../changes/running-promotions.ts';
import { tokenSnapshot } from '../../changes/token-snapshot.ts';
import type { Times } from '../../config/times.ts';
import { liveTokensOf } from '../../fastly/account-tokens.ts';
import { canonical } from '../../fastly/canonical.ts';
import type { FastlyClient } from '../../fastly/client.ts';
import { UserId } from '../../fastly/user.ts';
import { type ChannelId, MemberId } from '../../ids.ts';
import { withButtons } from '../../messages/kit/message.ts';
import { type MadeMeanwhile, promotionNotice } from '../../messages/promotion-notice.ts';
import type { ReportProblem } from '../../observability/health.ts';
import { isDirect } from '../../slack/connection/conversations.ts';
import type { Members } from '../../slack/connection/members.ts';
import type { Posting } from '../../slack/connection/posting.ts';
import { promotionButtons } from '../../slack/promotion-buttons.ts';
import { type BotAdminPlacesOptions, botAdminPlaces } from '../bot-admin-places.ts';
import { Pauses, throwIfMendable } from '../pauses.ts';

export type PromotionNoticesOptions = BotAdminPlacesOptions & {
  fastly: FastlyClient;
  approvals: Approvals;
  posting: Posting;
  members: Members;
  confirmationsChannel: ChannelId | null;
  /** The names of the subcommands that this installation does without. */
  disabled: ReadonlySet<string>;
  /** Told what a person has to mend before people can be told. */
  degraded: ReportProblem;
  times: Times;
};

/**
 * The promotion as it stands, and the database's clock in Unix milliseconds. `made`: what the user has made meanwhile, which
 * Fastly is asked once.
 */
type Read = Awaited<ReturnType<HeldPromotion['read']>> & { made(): Promise<MadeMeanwhile> };
type Place = { to: ChannelId | MemberId; threadTs?: string };

/** Tells people of promotions. What Slack does not take is tried until it does; a message may come twice, never not at all. */
export class PromotionNotices {
  readonly #options: PromotionNoticesOptions;
  readonly #pauses: Pauses<string>;

  constructor(options: PromotionNoticesOptions) {
    this.#options = options;
    this.#pauses = new Pauses('promotions', options.times, options.degraded);
  }

  /** @returns after how many milliseconds to try again; null where all is told */
  async tell(held: HeldPromotion): Promise<number | null> {
    const { promotion, now } = await held.read();
    let asked: Promise<MadeMeanwhile> | null = null;
    const made = () => {
      asked ??= this.#madeMeanwhile(promotion);
      return asked;
    };
    const failure = await this.#tellAll(promotion.untold, { promotion, now, made }, held);
    if (failure === null) {
      this.#pauses.over(promotion.id);
      return null;
    }
    const pause = this.#pauses.after(promotion.id, failure);
    this.#options.log.warn(
      { err: failure, pause, promotion: promotion.id },
      'people could not be told of a promotion, trying again',
    );
    return pause;
  }

  /** The first failure; null where all is told. */
  async #tellAll(notices: readonly Notice[], read: Read, held: HeldPromotion): Promise<unknown> {
    let failure: unknown = null;
    for (const notice of notices) {
      try {
        const instead = await this.#tellOne(notice, read, held);
        await replace(held, notice, instead);
        const next = await this.#tellAll(instead, read, held);
        failure ??= next;
      } catch (error) {
        failure ??= error;
      }
    }
    return failure;
  }

  /** @returns what is to be told instead: where no channel is for bot admins, to each of them, until Slack takes it */
  async #tellOne(notice: Notice, read: Read, held: HeldPromotion): Promise<readonly Told[]> {
    if (notice.what === 'end') {
      await redraw(held, read.promotion);
      return [];
    }
    if (notice.to === 'approvals') {
      const places = await botAdminPlaces(this.#options);
      if (places.length === 0) throw new Error('bot admins can not be told of a promotion yet');
      const members = places.flatMap((place) => MemberId.safeParse(place).data ?? []);
      if (members.length > 0) return members.map((to) => ({ what: notice.what, to }));
    }
    await this.#post(notice, read);
    return [];
  }

  /** The ids of promotions that wait for Slack to take what is told, but for what a person has to mend. */
  waiting(): string[] {
    return this.#pauses.endPassing();
  }

  async #post(notice: Told, { promotion, now, made: meanwhile }: Read): Promise<void> {
    const { posting, disabled, log } = this.#options;
    const place = await this.#placeOf(notice, promotion);
    if (place === null) return;
    const made = notice.what === 'ended' ? await meanwhile() : [];
    const isOpen = promotion.state.kind === 'running' || promotion.state.kind === 'to-check';
    const mayExtend = notice.to !== 'member' && !disabled.has('update');
    const buttons = isOpen ? promotionButtons(promotion, mayExtend) : [];
    const told = withButtons(promotionNotice(notice, promotion, made), buttons);
    const posted = await posting.post(place.to, told, place.threadTs);
    if (posted.kind === 'posted') return;
    log.warn({ why: posted.word, ...notice }, 'Slack does not take a message about a promotion');
    // A member whom Slack does not find is gone. A channel may come back, which is waited for until a day after the end.
    const isOld = promotion.overAt !== null && now > promotion.overAt + WATCHED_MILLISECONDS;
    const isGone =
      (isOld || MemberId.safeParse(place.to).success) &&
      posted.what?.kind === 'person' &&
      posted.what.who === 'member';
    if (!isGone) throwIfMendable('messages about promotions', posted);
  }

  /** Null where nobody is to be told there. */
  async #placeOf({ to }: Told, promotion: RunningPromotion): Promise<Place | null> {
    switch (to) {
      case 'thread':
        return await this.#threadOf(promotion);
      case 'requester':
        return { to: promotion.requester };
      case 'member': {
        const member = await this.#memberOf(promotion);
        return member === null || member === promotion.requester ? null : { to: member };
      }
      case 'confirmations':
        return await this.#confirmations(promotion);
      case 'approvals':
        return this.#options.approvalsChannel && { to: this.#options.approvalsChannel };
      default:
        return { to };
    }
  }

  async #threadOf({ request }: RunningPromotion): Promise<Place | null> {
    const id = RequestId.safeParse(request).data;
    const place = id ? await this.#options.approvals.messageOf(id) : null;
    if (place === null || (await this.#isShared(place.channel))) return null;
    return { to: place.channel, threadTs: place.ts };
  }

  /** Where the request's thread is, it is told by that. */
  async #confirmations(promotion: RunningPromotion): Promise<Place | null> {
    const { confirmationsChannel: channel } = this.#options;
    if (channel === null || (await this.#isShared(channel))) return null;
    return (await this.#threadOf(promotion))?.to === channel ? null : { to: channel };
  }

  /** @throws where Slack does not say: then it is told later */
  async #isShared(channel: ChannelId): Promise<boolean> {
    if (isDirect(channel)) return false;
    const audience = await this.#options.conversations.audienceOfChannel(channel);
    if (audience === 'unknown')
      throw new Error('Slack did not say who reads along where a promotion is told');
    return audience === 'other-companies';
  }

  /** The member whose address is the user's login. @throws where Slack doesn't answer */
  async #memberOf({ user: { login } }: RunningPromotion): Promise<MemberId | null> {
    const { members, botAdmins } = this.#options;
    const known = await members.withAddress(login);
    if (known === 'nobody' || !botAdmins.isOwnMember(known)) return null;
    const address = known.profile?.email;
    return address !== undefined && canonical(address) !== canonical(login) ? null : known.id;
  }

  /** API tokens of programs that the user has made while the promotion ran; null where Fastly does not list them. */
  async #madeMeanwhile({ user, beganAt }: RunningPromotion): Promise<MadeMeanwhile> {
    try {
      const { programs, unreadable } = await liveTokensOf(this.#options.fastly, UserId.parse(user.id));
      if (unreadable > 0) return null;
      // Fastly's moments have no milliseconds, so the whole second counts.
      const since = Math.floor(beganAt / 1000) * 1000;
      return tokenSnapshot(programs.filter(({ created_at: made }) => Date.parse(made ?? '') >= since)).tokens;
    } catch (error) {
      this.#options.log.warn({ err: error }, 'the API tokens made during a promotion could not be read');
      return null;
    }
  }
}

/** Requests are locked before promotions. */
async function redraw(held: HeldPromotion, promotion: RunningPromotion): Promise<void> {
  await held.write(
    async () => {},
    (transaction) => redrawPromotion(transaction, promotion),
  );
}

/** Puts others in the place of a notice that was told. */
async function replace(held: HeldPromotion, told: Notice, others: readonly Notice[]): Promise<void> {
  await held.write(async (transaction, { id, untold }) => {
    const left = untold.flatMap((each) => (isSame(each, told) ? others : [each]));
    await writePromotion(transaction, id, { untold: left });
  });
}

function isSame(one: Notice, other: Notice): boolean {
  return one.what === other.what && one.to === other.to;
}
