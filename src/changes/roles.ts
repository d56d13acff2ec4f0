import { createHash } from 'node:crypto';

/** The roles of a user: the one word, and the list that newer accounts have beside it. */
export type HasRoles = {
  readonly role?: string | null | undefined;
  /** Ids or names; absent where Fastly does not send them. */
  readonly roles?: readonly string[] | undefined;
};

/** The roles that the bot assigns. Newer accounts have others, which it only shows. */
export const ROLES: readonly string[] = ['user', 'billing', 'engineer', 'superuser'];

/** Roles that are told by name, and how many more there are of which only the id is known. */
export type FurtherRoles = { named: readonly string[]; unnamed: number };

/** Whether two words stand for the same role: letter case and outer spaces aside. */
export function isSameRole(one: string, other: string): boolean {
  return one.trim().toLowerCase() === other.trim().toLowerCase();
}

/**
 * The roles that a user has beside `role`. `roles` holds that one as well: by its name, or by an id that does not show
 * which one it is.
 */
export function furtherRoles({ role, roles = [] }: HasRoles): FurtherRoles {
  const all = [...new Set(roles)];
  const named = all.filter(isName);
  const others = named.filter((name) => !isSameRole(name, role ?? ''));
  const unnamed = all.length - named.length;
  const own = role && others.length === named.length ? 1 : 0;
  return { named: others, unnamed: Math.max(0, unnamed - own) };
}

/** The roles that a user may lose for good when `role` is set: the bot can give back one of its four. Null for none. */
export function rolesAtStake(user: HasRoles): FurtherRoles | null {
  const { named, unnamed } = furtherRoles(user);
  const { role } = user;
  const foreign = role && !ROLES.some((each) => isSameRole(each, role)) ? [role] : [];
  const all = { named: [...foreign, ...named], unnamed };
  return all.named.length + unnamed === 0 ? null : all;
}

/** Stands for all roles of a user, so that it shows later whether they are the same. */
export function rolesDigest({ role, roles = [] }: HasRoles): string {
  const all = JSON.stringify([role ?? null, ...[...new Set(roles)].sort()]);
  return createHash('sha256').update(all).digest('base64url').slice(0, 22);
}

/** Ids have digits and capitals inside (recorded: 21 or 22 letters and digits); names are words. */
function isName(entry: string): boolean {
  return /^([A-Z]?[a-z]+|[A-Z]+)([ _-]([A-Z]?[a-z]+|[A-Z]+))*$/.test(entry.trim());
}
