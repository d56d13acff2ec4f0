import type { Secret } from '../config/secret.ts';
import { existingUser, ownAccount, userWithLogin } from '../fastly/account-users.ts';
import { canonical } from '../fastly/canonical.ts';
import type { FastlyClient } from '../fastly/client.ts';
import { type FastlyError, refusesDirectCreation } from '../fastly/errors.ts';
import { type Invitation, inviteeOf } from '../fastly/invitation.ts';
import type { User, UserId } from '../fastly/user.ts';
import type { ChangeKind, Settlement } from './change.ts';
import { only, type Setting, type Settings, unmet } from './settings.ts';
import { settingsOf } from './snapshot.ts';

/**
 * One kind of change: its call to Fastly, and how to tell whether the call took effect. Used for what a bot admin
 * changes at once, for what was approved, and for what a crash interrupted. `call` and `look` throw a `FastlyError`.
 */
export type Operation<Answer extends Seen, Seen> = {
  /** The one call that changes something. */
  call(): Promise<Answer>;
  /** Reads from Fastly, without the cache, what the change is about. */
  look(): Promise<Seen>;
  /** Whether what a call answered, or a look found, is what the change was to bring about. */
  effect(seen: Seen): Effect<Answer>;
};

/** An operation that can wait for approval: whoever carries it out has to know when to give up and when to repeat. */
export type ApprovableOperation<Answer extends Seen, Seen> = Operation<Answer, Seen> & {
  /** The obstacle, where an error of the call says that no later call can succeed either; null for other errors. */
  finalObstacle(error: FastlyError): { kind: 'gone' | 'only-invited' } | null;
  /** Whether a call whose answer was lost may be sent again when nothing of it shows. */
  repeatable: boolean;
};

/** Looks in Fastly whether a change took effect. @throws {FastlyError} */
export async function effectOf<Answer extends Seen, Seen>(
  operation: Operation<Answer, Seen>,
): Promise<Effect<Answer>> {
  return operation.effect(await operation.look());
}

/** Creates a user. Not repeatable: a second call could give somebody else an account. */
export function creation(
  fastly: FastlyClient,
  { login, settings }: { login: string; settings: Settings },
  /** Whether a user with that login can be the one that the call created. */
  mayBeNew: (user: User) => boolean,
): ApprovableOperation<User, User | null> {
  return {
    call: () => fastly.createUser({ login, ...settings }),
    look: () => userWithLogin(fastly, login),
    effect(user) {
      return user !== null && mayBeNew(user) ? hasSettings(user, settings) : { kind: 'nothing' };
    },
    finalObstacle: (error) => (refusesDirectCreation(error) ? { kind: 'only-invited' } : null),
    repeatable: false,
  };
}

/** Has Fastly e-mail an invitation. Not repeatable: a second call is a second e-mail. */
export function invitation(
  fastly: FastlyClient,
  { email, settings }: { email: string; settings: Settings },
): ApprovableOperation<Invitation, Invitation | null> {
  return {
    call: async () => fastly.createInvitation(inviteeOf(email, settings), await ownAccount(fastly)),
    look: () => openInvitation(fastly, email),
    effect: (open) =>
      open !== null && isAsInvited(open, settings) ? { kind: 'done', value: open } : { kind: 'nothing' },
    finalObstacle: () => null,
    repeatable: false,
  };
}

/** Withdraws an invitation. One that was accepted is off Fastly's list too, but has left a user. */
export function withdrawal(
  fastly: FastlyClient,
  { id, email }: Pick<Invitation, 'id' | 'email'>,
): Operation<'withdrawn', 'open' | 'accepted' | 'withdrawn'> {
  return {
    async call() {
      await fastly.deleteInvitation(id);
      return 'withdrawn';
    },
    async look() {
      if ((await fastly.listInvitations()).some((open) => open.id === id)) return 'open';
      return (await userWithLogin(fastly, email)) === null ? 'withdrawn' : 'accepted';
    },
    effect(end) {
      if (end === 'withdrawn') return { kind: 'done', value: end };
      return { kind: end === 'accepted' ? 'overtaken' : 'nothing' };
    },
  };
}

export function update(
  fastly: FastlyClient,
  id: UserId,
  settings: Settings,
): ApprovableOperation<User, User | null> {
  return {
    call: () => fastly.updateUser(id, settings),
    look: () => existingUser(fastly, id),
    effect(user) {
      if (user === null) return { kind: 'nothing' };
      const effect = hasSettings(user, settings);
      // Only the call itself leaves some of them set and the others as they were.
      const noneSet = effect.kind === 'partly' && effect.unmet.length === Object.keys(settings).length;
      return noneSet ? { kind: 'nothing' } : effect;
    },
    finalObstacle: (error) => (error.kind === 'not_found' ? { kind: 'gone' } : null),
    repeatable: true,
  };
}

function hasSettings(user: User, settings: Settings): Effect<User> {
  const missing = unmet(settings, settingsOf(user));
  return missing.length === 0 ? { kind: 'done', value: user } : { kind: 'partly', unmet: missing };
}

export function deletion(fastly: FastlyClient, id: UserId): ApprovableOperation<null, User | null> {
  return {
    async call() {
      await fastly.deleteUser(id);
      return null;
    },
    look: () => existingUser(fastly, id),
    effect: (user) => (user === null ? { kind: 'done', value: user } : { kind: 'nothing' }),
    finalObstacle: (error) => (error.kind === 'not_found' ? { kind: 'gone' } : null),
    repeatable: true,
  };
}

/** Has Fastly e-mail a link to choose a new password. */
export function passwordReset(fastly: FastlyClient, login: string): Operation<null, null> {
  return unseen(() => fastly.requestPasswordReset(login));
}

export function passwordChange(
  fastly: FastlyClient,
  { login, current, chosen }: { login: string; current: Secret; chosen: Secret },
): Operation<null, null> {
  return unseen(() => fastly.updateUserPassword(login, current, chosen));
}

/** Fastly shows neither e-mails nor passwords: whether such a call took effect is never seen. */
function unseen(call: () => Promise<unknown>): Operation<null, null> {
  return {
    async call() {
      await call();
      return null;
    },
    look: async () => null,
    effect: () => ({ kind: 'nothing' }),
  };
}

/** The open invitation to an address, letter case aside. @throws {FastlyError} */
export async function openInvitation(
  fastly: Pick<FastlyClient, 'listInvitations'>,
  email: string,
  pages?: number,
): Promise<Invitation | null> {
  const wanted = canonical(email);
  return (await fastly.listInvitations(pages)).find((each) => canonical(each.email) === wanted) ?? null;
}

/** Whether a change took effect, as far as Fastly shows it now. */
export type Effect<Value> =
  | { kind: 'done'; value: Value }
  /** It took effect except for these settings. */
  | { kind: 'partly'; unmet: readonly Setting[] }
  /** Nothing of it shows. A call whose answer was lost may still take effect. */
  | { kind: 'nothing' }
  /** Something else happened first, so it cannot take effect any more. */
  | { kind: 'overtaken' };

/** How a change is recorded whose call was sent and not answered. */
export function settlementOf(change: ChangeKind, { kind }: Effect<unknown>): Settlement['kind'] {
  if (kind === 'done') return 'done';
  // The button is still there, and doing it twice does no harm: the caller is told to try again.
  return kind === 'overtaken' || change === 'lock' || change === 'end-sessions' ? 'failed' : 'unknown';
}

/** Whether an invitation has the settings that were asked for. It shows only the role and limited services. */
function isAsInvited(invitation: Invitation, settings: Settings): boolean {
  return unmet(only(settings, ['role', 'limit_services']), settingsOf(invitation)).length === 0;
}
