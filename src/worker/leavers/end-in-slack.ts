import type { MemberId } from '../../ids.ts';
import { presenceOf } from '../../slack/bot-admins/presence.ts';
import type { Workspace } from '../../slack/bot-admins/standing.ts';
import type { Members, SlackUser } from '../../slack/connection/members.ts';
import type { LeaverEnd } from '../../store/leavers/leavers.ts';
import type { Invited } from '../../store/leavers/pairs.ts';

/** Why somebody is a leaver no more, as Slack says now. Null where they still are one, or Slack doesn't say otherwise. */
export async function endInSlack(
  members: Members,
  { member, login }: { member: MemberId; login: string },
  workspace: Workspace,
): Promise<Exclude<LeaverEnd, 'gone'> | null> {
  const known = await members.since(member, Date.now());
  if (presenceOf(known, workspace, true).kind === 'active') return 'returned';
  const owner = await members.withAddress(login).catch(() => 'nobody' as const);
  const active = activeWith(owner, login, workspace);
  return active !== null && active.member !== member ? 'moved' : null;
}

/** The member whom Slack has under an address; null for nobody who is active. */
export function activeWith(
  known: SlackUser | 'nobody',
  address: string,
  workspace: Workspace,
): Invited | null {
  const presence = presenceOf(known, workspace, false);
  if (known === 'nobody' || presence.kind !== 'active') return null;
  return { member: known.id, address, guest: presence.guest };
}
