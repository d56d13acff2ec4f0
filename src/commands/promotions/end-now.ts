import type { RunningPromotion } from '../../changes/promotion.ts';
import type { MemberId } from '../../ids.ts';
import { Refusal } from '../../messages/failure-text.ts';
import { message } from '../../messages/kit/message.ts';
import { date, type Sentence, say } from '../../messages/kit/sentence.ts';
import { roleBack } from '../../messages/promotion-text.ts';
import { settingValue } from '../../messages/settings-text.ts';
import { userText } from '../../messages/user-text.ts';
import { isLogin } from '../../slack/bot-admins/presence.ts';
import { noLongerWorks, readJson } from '../../slack/carried.ts';
import type { Listener } from '../../slack/gate/listeners.ts';
import { END_NOW, PromotionSchema, PromotionValue } from '../../slack/promotion-buttons.ts';
import type { Services } from '../../slack/replies/services.ts';

/**
 * **End now** only takes a role away, so it needs no approval, and the person who has the role may click it, too. That it
 * has ended is said once Fastly has said so.
 */
export const endNowListener: Listener = {
  kind: 'click',
  id: END_NOW,
  async run({ services, caller, reply, log }, { value }) {
    const { promotion: id } = PromotionValue.read(value);
    const promotion = await services.promotions.endNow(id, caller.memberId);
    if (promotion === null) throw noLongerWorks('button', 'update');
    if (promotion.overAt !== null) throw new Refusal(overText(promotion));
    log.info({ promotion: id, user: promotion.user.id }, 'a promotion is to end now');
    await reply.privately(message(endingText(promotion)));
  },
  alsoFor: isPromotedMember,
};

function endingText(promotion: RunningPromotion): Sentence {
  return say`Ending… ${userText(promotion.user)} gets the role ${roleBack(promotion)} back. You're told once Fastly has confirmed it.`;
}

function overText({ overAt, role, state }: RunningPromotion): Sentence {
  const when = date(new Date(overAt ?? 0));
  return state.kind === 'ended'
    ? say`Ended ${when}. Nothing is left to do.`
    : say`Nobody needs to end the role ${settingValue('role', role)}: ${NO_NEED[state.kind]} ${when}.`;
}

/** Why there is nothing to end. */
const NO_NEED: Record<Exclude<RunningPromotion['state']['kind'], 'ended'>, string> = {
  running: 'it ended',
  'to-check': 'it ended',
  closed: 'the role was changed',
  left: 'another role was found',
  gone: 'the user was deleted',
  'not-given': 'it was found not to be given',
};

/**
 * The one exception at the gate. Whether the promotion runs that the button names, and Slack says at this moment that the
 * member's address is the login of its user. Whoever Slack doesn't tell of is refused.
 */
async function isPromotedMember(
  { promotions, members, botAdmins }: Services,
  member: MemberId,
  value: string | null,
): Promise<boolean> {
  const about = readJson(PromotionSchema, value);
  const promotion = about && (await promotions.get(about.promotion));
  // After a restore, a bot admin decides.
  if (promotion?.state.kind !== 'running') return false;
  const known = await members.since(member, Date.now());
  if (known === null || known === 'nobody' || known === 'untold' || !botAdmins.isOwnMember(known)) {
    return false;
  }
  return isLogin(promotion.user, [known.profile?.email]);
}
