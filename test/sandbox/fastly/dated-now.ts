import type { ApiToken } from './api-token.ts';
import { BOT_TOKEN } from './first-tokens.ts';
import { HOSTILE, LONG_NAME, PEOPLE, PLUS_LOGIN, SEVERAL_ROLES, UNSETTABLE_ROLE } from './people.ts';
import { timestamp, type User } from './user.ts';

const DAY = 86_400_000;

/** When the fixed dates of the people and the token were the present. */
const WRITTEN_AT = Date.parse('2025-09-01T08:00:00Z');

/** How many days ago those were active, by login, of whom the fixed dates say nothing. Most have two-factor authentication. */
const ACTIVE_DAYS_AGO = new Map([
  [HOSTILE.login, 12],
  [LONG_NAME.login, 41],
  [PLUS_LOGIN.login, 118],
  [SEVERAL_ROLES.login, 1],
  [UNSETTABLE_ROLE.login, 150],
  ['hugo.brandvold@example.com', 6],
  ['amara.fenwick@example.com', 20],
  ['rufus.tennant@example.com', 260],
  ['yara.stenmark@example.com', 2],
]);

/** Everybody as an account would have them at this moment (Unix milliseconds): some idle, most active lately. */
export function peopleAt(moment: number): User[] {
  const moved = mover(moment);
  return PEOPLE.map((user) => {
    const days = ACTIVE_DAYS_AGO.get(user.login);
    const dated = { ...user, created_at: moved(user.created_at), updated_at: moved(user.updated_at) };
    if (days !== undefined) {
      return {
        ...dated,
        last_active_at: timestamp(moment - days * DAY),
        two_factor_auth_enabled: days < 100,
      };
    }
    const active = user.last_active_at;
    return typeof active === 'string' ? { ...dated, last_active_at: moved(active) } : dated;
  });
}

/** The token that the sandbox hands out, as old as the bot's user is then. */
export function botTokenAt(moment: number): ApiToken {
  const { created_at: created } = BOT_TOKEN;
  return { ...BOT_TOKEN, created_at: created === null ? null : mover(moment)(created) };
}

function mover(moment: number): (time: string) => string {
  return (time) => timestamp(Date.parse(time) + moment - WRITTEN_AT);
}
