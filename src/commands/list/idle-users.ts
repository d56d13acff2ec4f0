import { MOST_LOCKED } from '../../approvals/run.ts';
import { mayBeSuperuser } from '../../changes/superuser.ts';
import { DAY_MILLISECONDS, type Filter } from '../../directory/filter.ts';
import { accountTokens } from '../../fastly/account-tokens.ts';
import type { ApiToken } from '../../fastly/api-token.ts';
import type { User } from '../../fastly/user.ts';
import type { Interaction } from '../../slack/replies/interaction.ts';
import { orNull } from '../or-null.ts';

type IdleFilter = Filter & { inactive: number };

/** Among so many, those under an open request are looked for. */
const MOST_LOOKED_AT = 500;

/**
 * The idle users who can be locked at once, the longest idle first, and who is left out. `inUse`: a program token of
 * theirs that was used within the period, or may have been. `more`: how many could be offered, too. `unknown`: of so many
 * Fastly does not say since when they are idle.
 */
export type IdleUsers = {
  offered: readonly { user: User; inUse: ApiToken | null }[];
  more: number;
  superusers: readonly User[];
  guarded: readonly User[];
  underRequest: readonly User[];
  unknown: number;
  locked: number;
  /** False where Fastly didn't list the tokens. */
  knowsTokens: boolean;
};

export async function idleUsers({ services, log }: Interaction, filter: IdleFilter): Promise<IdleUsers> {
  const { directory, fastly, approvals } = services;
  const [{ users: listed, unknown }, holder, account, tokens] = await Promise.all([
    directory.list(filter),
    fastly.getCurrentUser(),
    directory.account(),
    orNull(accountTokens(fastly), log, 'the API tokens of idle users could not be read'),
  ]);
  const users = listed.filter(({ locked }) => locked !== true);
  const isGuarded = ({ id }: User) => id === holder.id || id === account.owner_id;
  const lockable = users.filter((user) => !isGuarded(user) && !mayBeSuperuser(user));
  const lookedAt = lockable.slice(0, MOST_LOOKED_AT);
  const open = await approvals.openAmong(lookedAt.map(({ id }) => id));
  const offered = lookedAt.filter(({ id }) => !open.has(id)).slice(0, MOST_LOCKED);
  const underRequest = lookedAt.filter(({ id }) => open.has(id));
  const used = usedTokens(tokens?.programs ?? [], filter.inactive);
  return {
    offered: offered.map((user) => ({ user, inUse: used.get(user.id) ?? null })),
    more: lockable.length - offered.length - underRequest.length,
    superusers: users.filter((user) => !isGuarded(user) && mayBeSuperuser(user)),
    guarded: users.filter(isGuarded),
    underRequest,
    unknown: unknown.length,
    locked: listed.length - users.length,
    knowsTokens: tokens !== null,
  };
}

/** By owner, the token that was used last within so many days. One of which Fastly does not say it counts as used. */
function usedTokens(programs: readonly ApiToken[], days: number): ReadonlyMap<string, ApiToken> {
  const since = Date.now() - days * DAY_MILLISECONDS;
  const used = programs
    .filter(({ last_used_at: at }) => at === undefined || (at !== null && Date.parse(at) >= since))
    .toSorted((one, other) => Date.parse(one.last_used_at ?? '') - Date.parse(other.last_used_at ?? ''));
  return new Map(used.flatMap((token) => (token.user_id ? [[token.user_id, token]] : [])));
}
