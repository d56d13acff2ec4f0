import type { Approvals, Claim } from '../approvals/approvals.ts';
import { type Action, type ApprovalRequest, isDeletion } from '../approvals/request.ts';
import { approvalsNeeded, type ExecutionOutcome } from '../approvals/rules.ts';
import type { ListedToken, TokensLeft } from '../changes/token.ts';
import { BotsOwnToken, isRevoked, mayRepeat, revokeToken } from '../changes/token-revocation.ts';
import { listedToken, tokenSnapshot } from '../changes/token-snapshot.ts';
import { liveTokensOf } from '../fastly/account-tokens.ts';
import type { ApiToken } from '../fastly/api-token.ts';
import type { FastlyClient } from '../fastly/client.ts';
import { type FastlyError, isFastlyError } from '../fastly/errors.ts';
import { UserId } from '../fastly/user.ts';
import { explain } from '../messages/failure-text.ts';
import { plainText } from '../messages/kit/sentence.ts';

/** Which tokens an approved change is about. `shown`: null where nobody could look. */
type Plan = { owner: UserId; shown: readonly ListedToken[] | null; revokes: boolean; later: boolean };

/** How many tokens are revoked, and why no further one is for now, as an error or for people; null where all are. */
export type Revoked = { revoked: number; stopped: FastlyError | string | null };

/** What an execution does about the tokens of its user: before its call, and after it. */
export class TokenSteps {
  readonly #approvals: Approvals;
  readonly #fastly: FastlyClient;
  readonly #callTimeout: number;

  /** @param callTimeout the deadline of one call to Fastly, in milliseconds */
  constructor(approvals: Approvals, fastly: FastlyClient, callTimeout: number) {
    this.#approvals = approvals;
    this.#fastly = fastly;
    this.#callTimeout = callTimeout;
  }

  /**
   * What keeps a user from being deleted whose tokens are not those that were approved; null for nothing. What was
   * approved without a list goes on without one.
   *
   * @throws {FastlyError}
   */
  async unseen(request: ApprovalRequest): Promise<ExecutionOutcome | null> {
    const { action } = request;
    const plan = planOf(action);
    if (plan === null || plan.later || !isDeletion(action)) return null;
    // Where nobody has approved, nobody was shown anything.
    if (approvalsNeeded(request, this.#approvals.policy) === 0) return null;
    const { programs } = await liveTokensOf(this.#fastly, plan.owner).catch((error: unknown) => {
      if (plan.shown === null && isFastlyError(error)) return { programs: [] };
      throw error;
    });
    const unseen = programs.filter((token) => !isShown(plan, token));
    if (unseen.length === 0) return null;
    const revoked = revokedSoFar(request);
    if (revoked === undefined) {
      return { kind: 'asked-again', shown: tokenSnapshot(programs), unseen: unseen.map(listedToken) };
    }
    const names = unseen.map(listedToken).map(({ name, id }) => name ?? id);
    return { kind: 'refused', obstacle: { kind: 'other-tokens', revoked, names } };
  }

  /** Revokes what is to be revoked before the call. @throws {FastlyError} before any change */
  async revoke(claim: Claim): Promise<Revoked> {
    const { request } = claim;
    const plan = planOf(request.action);
    if (plan === null || !plan.revokes) return { revoked: 0, stopped: null };
    const sessions = isDeletion(request.action) ? await this.#sessionsOf(plan) : [];
    const left = await this.#meant(plan);
    const isLeft = ({ id }: ListedToken) => left.some((token) => token.id === id);
    let revoked = plan.shown?.filter((token) => !isLeft(token)).length ?? 0;
    const all = [...left, ...sessions];
    if (all.length > 0 && revokedSoFar(request) === undefined) {
      await this.#approvals.recordRevoked(claim, 0);
    }
    for (const [index, token] of all.entries()) {
      if (!(await this.#approvals.holds(claim, 3 * this.#callTimeout))) {
        return { revoked, stopped: 'Fastly took too long to respond.' };
      }
      const stopped = await this.#revokeOne(token, plan.owner);
      if (stopped !== null) return { revoked, stopped };
      if (index < left.length) revoked += 1;
    }
    if (isDeletion(request.action) && revoked > 0 && revokedSoFar(request) !== revoked) {
      await this.#approvals.recordRevoked(claim, revoked);
    }
    return { revoked, stopped: null };
  }

  /** What became of the tokens of a user who was deleted; nothing where there is nothing to tell. */
  async afterDeletion({ action }: ApprovalRequest): Promise<TokensLeft | undefined> {
    const plan = isDeletion(action) ? planOf(action) : null;
    if (plan === null) return undefined;
    try {
      const left = (await this.#meant({ ...plan, later: true })).map(listedToken);
      const ended = plan.shown?.filter(({ id }) => left.every((token) => token.id !== id)).length ?? 0;
      return left.length === 0 && ended === 0 ? undefined : { ended, left };
    } catch (error) {
      if (isFastlyError(error)) return { ended: 0, left: null };
      throw error;
    }
  }

  /**
   * Ends the sessions and revokes the tokens of a user who was locked or demoted. The change was made by then, so what
   * fails is left for a retry, which looks first. Null where nothing was to follow.
   */
  async afterDemotion(claim: Claim): Promise<ExecutionOutcome | { tokens?: TokensLeft } | null> {
    const { action } = claim.request;
    if (action.kind !== 'demote-with-tokens') return null;
    try {
      return await this.#endAll(claim, action);
    } catch (error) {
      if (!isFastlyError(error)) throw error;
      return halfDone(plainText(explain(error)));
    }
  }

  async #endAll(claim: Claim, { target, sessions, shown }: Demotion) {
    const owner = UserId.parse(target.id);
    const isMeant = ({ id }: ApiToken) => shown?.tokens.some((token) => token.id === id) ?? false;
    const live = await liveTokensOf(this.#fastly, owner);
    const meant = [
      ...live.sessions.filter((each) => sessions || isMeant(each)),
      ...live.programs.filter(isMeant),
    ];
    for (const token of meant) {
      if (!(await this.#approvals.holds(claim, 3 * this.#callTimeout))) {
        return halfDone('Fastly took too long to respond.');
      }
      const stopped = await this.#revokeOne(token, owner);
      if (stopped !== null)
        return halfDone(typeof stopped === 'string' ? stopped : plainText(explain(stopped)));
    }
    const now = await liveTokensOf(this.#fastly, owner);
    if (sessions && now.sessions.length > 0) return halfDone('The user has a browser session again.');
    if (shown === null) return {};
    const left = now.programs.map(listedToken);
    const ended = shown.tokens.filter(({ id }) => left.every((token) => token.id !== id)).length;
    return ended + left.length === 0 ? {} : { tokens: { ended, left } };
  }

  /** Whether a refused deletion may be refused because of the user's tokens. */
  async areInTheWay({ action }: ApprovalRequest, { operation, kind }: FastlyError): Promise<boolean> {
    const plan = isDeletion(action) ? planOf(action) : null;
    const isRefused = operation === 'delete_user' && REFUSALS.includes(kind);
    if (plan === null || plan.revokes || !isRefused) return false;
    return await liveTokensOf(this.#fastly, plan.owner).then(
      ({ programs, sessions }) => programs.length + sessions.length > 0,
      () => false,
    );
  }

  /** Why the token is not revoked; null when it is. */
  async #revokeOne(token: ApiToken, owner: UserId, mayResend = true): Promise<FastlyError | string | null> {
    try {
      await revokeToken(this.#fastly, token, owner);
      return null;
    } catch (error) {
      if (error instanceof BotsOwnToken) return "One of the tokens belongs to the bot's own Fastly user.";
      if (!isFastlyError(error)) throw error;
      if (!error.mayHaveBeenCarriedOut) return error;
      const isGone = await isRevoked(this.#fastly, token).catch(() => null);
      if (isGone) return null;
      return isGone === false && mayResend && mayRepeat(error)
        ? await this.#revokeOne(token, owner, false)
        : error;
    }
  }

  /** Fastly may refuse to delete a user who is signed in, too. */
  async #sessionsOf(plan: Plan): Promise<ApiToken[]> {
    const { sessions } = await liveTokensOf(this.#fastly, plan.owner);
    return sessions.filter((token) => !isShown(plan, token));
  }

  /** The tokens that are listed of those shown, and of those made since where they are meant. @throws {FastlyError} */
  async #meant(plan: Plan): Promise<ApiToken[]> {
    const { programs, sessions } = await liveTokensOf(this.#fastly, plan.owner);
    // A token that was taken for a program's is meant, whatever it looks like by now.
    return [
      ...programs.filter((token) => plan.later || isShown(plan, token)),
      ...sessions.filter((token) => isShown(plan, token)),
    ];
  }
}

type Demotion = Extract<Action, { kind: 'demote-with-tokens' }>;

function halfDone(why: string): ExecutionOutcome {
  return { kind: 'failed', why, unclear: false, mayBeDone: true, halfDone: true };
}

function isShown({ shown }: Plan, { id }: ApiToken): boolean {
  return shown?.some((token) => token.id === id) ?? false;
}

/** How Fastly's refusal of a deletion may look where the user's tokens have to be revoked first. */
const REFUSALS: readonly FastlyError['kind'][] = ['invalid', 'duplicate', 'forbidden'];

function planOf(action: Action): Plan | null {
  switch (action.kind) {
    case 'delete':
      return { owner: UserId.parse(action.target.id), shown: [], revokes: false, later: false };
    case 'delete-with-tokens': {
      const { target, shown, revokeFirst, laterTokens } = action;
      const owner = UserId.parse(target.id);
      return { owner, shown: shown?.tokens ?? null, revokes: revokeFirst, later: laterTokens };
    }
    case 'revoke':
      return {
        owner: UserId.parse(action.target.id),
        shown: action.shown.tokens,
        revokes: true,
        later: false,
      };
    default:
      return null;
  }
}

/** Not there before the first token may have been revoked. */
function revokedSoFar({ state }: ApprovalRequest): number | undefined {
  return state.kind === 'executing' ? state.revoked : undefined;
}
