import { z } from 'zod';
import { RequestId } from '../../approvals/request.ts';
import type { PromotionShown, RunningPromotion } from '../../changes/promotion.ts';
import { targetOf } from '../../changes/snapshot.ts';
import { isSuperuserRole } from '../../changes/superuser.ts';
import { type User, UserId } from '../../fastly/user.ts';
import type { ChannelId } from '../../ids.ts';
import { reasonLine } from '../../messages/approval-text.ts';
import { Refusal } from '../../messages/failure-text.ts';
import { message } from '../../messages/kit/message.ts';
import { bold, date, member, richText, say } from '../../messages/kit/sentence.ts';
import { givenAgainText } from '../../messages/outcome-text.ts';
import { newEndText, roleBack } from '../../messages/promotion-text.ts';
import { settingValue } from '../../messages/settings-text.ts';
import { userText } from '../../messages/user-text.ts';
import { codecFor, noLongerWorks } from '../../slack/carried.ts';
import { needing } from '../../slack/gate/listeners.ts';
import { EXTEND, PromotionValue, promotionButtons } from '../../slack/promotion-buttons.ts';
import { confirm } from '../../slack/replies/confirmation.ts';
import type { Interaction } from '../../slack/replies/interaction.ts';
import { openWhenReady } from '../../slack/replies/modal.ts';
import type { Delivered } from '../../slack/replies/reply.ts';
import { fileRequest, whoDecides } from '../approvals/filing.ts';
import { formListener, viewOf } from '../form.ts';
import { LASTS, lastsInput, readLasts } from '../inputs/lasts.ts';
import { REASON, reasonFromForm, reasonInput } from '../inputs/reason.ts';

const FORM = { id: 'promotion.extend-form', title: 'Extend a role', submit: 'Extend', mainBlockId: LASTS };

/** `earlier`: the length that the member was told would have the role end earlier, in milliseconds. */
const About = codecFor(
  'form',
  z.object({ promotion: z.string().max(20), earlier: z.int().exactOptional() }),
  'update',
);

/** How long a role is to be kept from when that is set, and why. */
export type Extending = { lasts: number; reason: string | null };

/**
 * Moves the end of a role that was given for a time. For a Fastly superuser that is an approval request of its own.
 *
 * @throws {Refusal} where it is over, or ending
 */
export async function extend(
  interaction: Interaction,
  user: User,
  promotion: PromotionShown,
  { lasts, reason }: Extending,
): Promise<Delivered> {
  const { services, caller } = interaction;
  const { id, before, role, endsAt } = promotion;
  refuseToCheck(promotion);
  if (isSuperuserRole(role)) {
    const what = { kind: 'promote-for', version: 1, by: 'extension' } as const;
    const about = { target: targetOf(user), promotion: id, back: before, until: endsAt, for: lasts };
    return await fileRequest(interaction, { ...what, ...about }, reason, await firstPlace(interaction, id));
  }
  const moved = await services.promotions.extend(id, caller.memberId, lasts);
  if (moved === null) throw new Refusal(await whyOver(interaction, id));
  const who = userText(promotion.user);
  const told = message(
    say`⏳ ${member(caller.memberId)} moved the end of the role of ${who}: ${settingValue('role', role)} until ${date(new Date(moved))}, ${moved < endsAt ? 'earlier' : 'later'} than before (${date(new Date(endsAt))}). Then the role ${roleBack(promotion)} comes back.`,
    ...reasonLine(reason),
  );
  return await confirm(interaction, told, promotionButtons(promotion, true));
}

/** Where the request was shown that has given the role: **Extend…** may be clicked in a direct message. */
async function firstPlace({ services }: Interaction, id: string): Promise<ChannelId | null> {
  const request = RequestId.safeParse((await services.promotions.get(id))?.request).data;
  const place = request ? await services.approvals.messageOf(request) : null;
  return place?.channel ?? null;
}

/** 'Ended at 17:30. Ask again.' */
async function whyOver({ services }: Interaction, id: string) {
  const found = await services.promotions.get(id);
  return overText(found);
}

export function overText(promotion: RunningPromotion | null) {
  if (promotion?.overAt == null) return say`The role is ending now. Nothing was extended. Ask again.`;
  const { overAt, user, role } = promotion;
  return say`Ended ${date(new Date(overAt))}. Ask again. ${givenAgainText(user.login, role)}`;
}

/** **Extend…** opens a form, whose submission is a new request. */
export const extendListeners = needing('update', [
  {
    kind: 'click',
    id: EXTEND,
    async run(interaction, { value }) {
      const { promotion } = PromotionValue.read(value);
      const shown = interaction.shownTo({ private: false });
      await openWhenReady(shown, FORM.title, () =>
        extendForm(shown, promotion, { lasts: null, reason: null }),
      );
    },
  },
  formListener(FORM, {
    async work(interaction, { values, subject }) {
      const { promotion: id, earlier } = About.read(subject);
      const lasts = readLasts(values[LASTS] ?? '', interaction.services.times);
      const reason = reasonFromForm(values);
      const running = await runningWith(interaction, id);
      const now = Date.now();
      if (now + lasts < running.endsAt && earlier !== lasts) {
        const what = newEndText({ for: lasts, until: running.endsAt }, now);
        const onTop = say`${what} Nothing was changed. If you mean that, send the form again.`;
        const view = await extendForm(
          interaction,
          id,
          { lasts: values[LASTS] ?? null, reason },
          onTop,
          lasts,
        );
        return { kind: 'next', view, orElse: message(onTop) };
      }
      const user = await interaction.users.getUser(UserId.parse(running.user.id));
      return await extend(interaction, user, running, { lasts, reason });
    },
    again: async (interaction, { values, subject }, problem) =>
      extendForm(
        interaction,
        About.read(subject).promotion,
        { lasts: values[LASTS] ?? null, reason: values[REASON] ?? null },
        problem,
      ),
  }),
]);

async function extendForm(
  interaction: Interaction,
  id: string,
  filled: { lasts: string | null; reason: string | null },
  onTop?: ReturnType<typeof say>,
  earlier?: number,
) {
  const running = await runningWith(interaction, id);
  const { role, endsAt, user } = running;
  refuseToCheck(running);
  const note = isSuperuserRole(role)
    ? [
        richText(
          say`Extending is a request. ${await whoDecides(interaction, 'promote-for', { instead: await firstPlace(interaction, id) })}`,
        ),
      ]
    : [];
  return viewOf(FORM, interaction.origin, {
    onTop,
    subject: About.write({ promotion: id, ...(earlier !== undefined && { earlier }) }),
    blocks: [
      richText(
        userText(user),
        say`${bold('Role')} ${settingValue('role', role)} until ${date(new Date(endsAt))}, then ${roleBack(running)}.`,
      ),
      lastsInput(filled.lasts, interaction.services.times, {
        hint: `Counted from ${isSuperuserRole(role) ? 'the approval' : 'now'}, not from the present end.`,
        optional: false,
      }),
      reasonInput('Reason', filled.reason),
      ...note,
    ],
  });
}

/** @throws {Refusal} where it is over */
async function runningWith(interaction: Interaction, id: string): Promise<PromotionShown> {
  const { promotions } = interaction.services;
  const running = (await promotions.running()).find((each) => each.id === id);
  if (running) return running;
  const found = await promotions.get(id);
  if (found === null) throw noLongerWorks('button', 'update');
  throw new Refusal(overText(found));
}

/** @throws {Refusal} where nobody knows whether it still runs: extended, it would end by itself */
function refuseToCheck({ state }: PromotionShown): void {
  if (state.kind !== 'to-check') return;
  throw new Refusal(
    say`The bot's database was restored, so the end of this role has to be checked first. Nothing was extended. Choose ${bold('End now')}, or set the role without an end.`,
  );
}
