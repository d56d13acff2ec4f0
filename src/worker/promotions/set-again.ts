import { z } from 'zod';
import type { HeldPromotion } from '../../changes/held-promotion.ts';
import type { Notice, RunningPromotion } from '../../changes/promotion.ts';
import { writePromotion } from '../../changes/running-promotions.ts';
import { isSuperuser, isSuperuserRole } from '../../changes/superuser.ts';
import { existingUser } from '../../fastly/account-users.ts';
import type { FastlyClient } from '../../fastly/client.ts';
import { UserId } from '../../fastly/user.ts';
import type { Transaction } from '../../store/store.ts';

/** The details of a change that has set a role. */
const SetRole = z.object({ settings: z.object({ role: z.string() }) });

/** Looks for a day whether the user is a Fastly superuser again, and not through the bot. */
export async function tellIfSetAgain(
  held: HeldPromotion,
  promotion: RunningPromotion,
  fastly: FastlyClient,
): Promise<void> {
  const { state, role, user: target } = promotion;
  if (state.kind !== 'ended' || state.setAgain || !isSuperuserRole(role)) return;
  const user = await existingUser(fastly, UserId.parse(target.id)).catch(() => null);
  if (user === null || !isSuperuser(user)) return;
  await held.write(async (transaction, { id, untold }) => {
    const isOwn = await wasSetThroughBot(transaction, promotion);
    const notices: Notice[] = isOwn ? [] : [{ what: 'set-again', to: 'approvals' }];
    await writePromotion(transaction, id, {
      state: { ...state, setAgain: true },
      untold: [...untold, ...notices],
    });
  });
}

async function wasSetThroughBot(
  { database }: Transaction,
  { user, overAt }: RunningPromotion,
): Promise<boolean> {
  const entries = await database
    .selectFrom('audit_log')
    .select(['change', 'details'])
    .where('target', '=', user.id)
    .where('at', '>=', overAt ?? 0)
    .where('change', 'in', ['promote', 'promote-for', 'update'])
    .where('event', 'in', ['started', 'completed', 'begun', 'done', 'unknown'])
    .execute();
  return entries.some(({ change, details }) => {
    const role = SetRole.safeParse(JSON.parse(details)).data;
    return change !== 'update' || role !== undefined;
  });
}
