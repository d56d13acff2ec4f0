import { isDeepStrictEqual } from 'node:util';
import { isLockOfSeveral } from '../../approvals/action.ts';
import { type ApprovalRequest, isOpen, type RequestId } from '../../approvals/request.ts';
import { runKey, stillLocked } from '../../approvals/run.ts';
import { update } from '../../changes/operations.ts';
import { settingsOf } from '../../changes/snapshot.ts';
import { mayBeSuperuser } from '../../changes/superuser.ts';
import type { Target } from '../../changes/target.ts';
import { undoKey } from '../../changes/undo.ts';
import { existingUser } from '../../fastly/account-users.ts';
import { isFastlyError } from '../../fastly/errors.ts';
import { UserId } from '../../fastly/user.ts';
import { STOP, UNLOCK_SEVERAL } from '../../messages/approval-message.ts';
import { explainRest, Refusal, RepeatedDelivery } from '../../messages/failure-text.ts';
import { message } from '../../messages/kit/message.ts';
import { code, counted, namesInShort, plainText, say } from '../../messages/kit/sentence.ts';
import { NOT_BROUGHT_BACK } from '../../messages/lock-limits.ts';
import { noLongerWorks } from '../../slack/carried.ts';
import { type Listener, needing } from '../../slack/gate/listeners.ts';
import type { Interaction } from '../../slack/replies/interaction.ts';
import { makeChange } from '../make-change.ts';
import { objectionText } from './answer-text.ts';
import { isShown, requestButtonListener, requestOfferListener } from './request-button.ts';

/** The buttons of a request about several users: any bot admin may use them. */
export const severalListeners: readonly Listener[] = [
  requestButtonListener(STOP, async ({ interaction, id, seenAt }) => {
    const { services, caller, reply } = interaction;
    const answer = await services.approvals.stop(id, caller.memberId);
    if (answer.kind !== 'step') throw new Refusal(objectionText(answer, services.approvals.policy));
    if (!isShown(seenAt, answer.request)) {
      await reply.privately(message(say`🛑 Stopped. The user under way may still be locked.`));
    }
    return 'done';
  }),
  ...needing('unlock', [
    requestOfferListener(UNLOCK_SEVERAL, async (shown, id) => {
      await shown.reply.waitFor(unlockAll(shown, id));
    }),
  ]),
];

/** Unlocks all whom a request has locked and nobody has touched since. The request's thread tells it. */
async function unlockAll(interaction: Interaction, id: RequestId): Promise<void> {
  const { services, caller, reply } = interaction;
  const request = await services.approvals.get(id);
  const targets = request ? unlockable(request) : [];
  if (targets.length === 0) throw noLongerWorks('button', 'list');
  const unlocked: string[] = [];
  const left = new Map<string, string>();
  for (const target of targets) {
    const why = await unlock(interaction, id, target);
    if (why === null) unlocked.push(target.id);
    else left.set(target.login, why);
  }
  if (unlocked.length > 0) await services.approvals.unlocked(id, caller.memberId, unlocked);
  await reply.privately(
    message(
      say`🔓 ${counted(unlocked.length, 'user')} unlocked. ${NOT_BROUGHT_BACK}`,
      ...[...Map.groupBy(left.keys(), (login) => left.get(login) ?? '')].map(
        ([why, logins]) =>
          say`Not unlocked: ${namesInShort(logins.map((login) => say`${code(login)}`))} (${why.replace(/\.$/, '')}).`,
      ),
    ),
  );
}

/** Those whom a request that has ended has locked, and who were not unlocked by its button. */
function unlockable(request: ApprovalRequest): Target[] {
  const { action, state } = request;
  const run = 'run' in state ? state.run : undefined;
  if (!isLockOfSeveral(action) || isOpen(request) || !run) return [];
  const locked = stillLocked(run);
  return action.targets.filter(({ id }) => locked.includes(id));
}

/** Why a user stays locked, for people; null once they are unlocked. */
async function unlock(interaction: Interaction, request: RequestId, target: Target): Promise<string | null> {
  const { services, log } = interaction;
  const { fastly, intents, promotions, approvals } = services;
  const key = runKey(request, target.id);
  const id = UserId.parse(target.id);
  const undoable = await intents.undoable(key);
  if (undoable === null) return 'the bot has no record of the lock';
  if (undoable.undo?.state === 'done') return null;
  if (undoable.undo?.state === 'unknown') return "it's unclear whether they were unlocked";
  if (undoable.over === 'changed-again') return CHANGED;
  const open = await approvals.openAbout(id);
  // Whoever decides on a request to revoke tokens is shown no settings.
  if (open !== null && open.action.kind !== 'revoke') return 'a request about this user is open';
  const { change } = undoable;
  if (change.before === undefined) return 'the bot has no record of the lock';
  // A role whose time has ended since is no change that anybody made.
  const since = { role: change.before.role, since: undoable.madeAt };
  const role = (await promotions.roleEndedTo(id, since)) ?? change.before.role;
  const asLocked = { ...change.before, role, locked: true };
  const refuseWhereTouched = async () => {
    const user = await existingUser(fastly, id);
    const isSame =
      user?.login === change.target.login &&
      !mayBeSuperuser(user) &&
      isDeepStrictEqual(settingsOf(user), asLocked);
    if (!isSame) throw new Refusal(CHANGED_TEXT);
    const again = await intents.undoable(key);
    if (again?.over === 'changed-again') throw new Refusal(CHANGED_TEXT);
  };
  try {
    await refuseWhereTouched();
    await makeChange(interaction, {
      deliveryKey: undoKey(key),
      kind: 'update',
      target: change.target,
      settings: { locked: false },
      before: asLocked,
      reason: null,
      undoes: key,
      check: refuseWhereTouched,
      operation: update(fastly, id, { locked: false }),
    });
    log.info({ user: id }, 'a user was unlocked');
    return null;
  } catch (error) {
    if (error instanceof RepeatedDelivery) return 'somebody else is unlocking them';
    if (error instanceof Refusal) return error.message;
    if (isFastlyError(error)) return explainRest(error);
    throw error;
  }
}

const CHANGED_TEXT = say`has changed since`;
const CHANGED = plainText(CHANGED_TEXT);
