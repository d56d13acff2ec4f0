import { type Action, isDeletion } from '../approvals/action.ts';
import { approvalsNeeded } from '../approvals/approvers.ts';
import type { Claim, Claims } from '../approvals/claims.ts';
import type { ExecutionOutcome } from '../approvals/execution-rules.ts';
import type { ApprovalRequest } from '../approvals/request.ts';
import type { ListedToken, TokensLeft } from '../changes/token.ts';
import { BotsOwnToken, isRevoked, mayRepeat, revokeToken } from '../changes/token-revocation.ts';
import { listedToken, tokenSnapshot } from '../changes/token-snapshot.ts';
import { type AccountTokens, liveTokensOf } from '../fastly/account-tokens.ts';
import type { ApiToken } from '../fastly/api-token.ts';
import type { FastlyClient } from '../fastly/client.ts';
import { type FastlyError, isFastlyError } from '../fastly/errors.ts';
import { UserId } from '../fastly/user.ts';
import { explainRest } from '../messages/failure-text.ts';
import { plainText } from '../messages/kit/sentence.ts';
import { obstacleText } from '../messages/outcome-text.ts';

/** Which tokens an approved change is about. `shown`: null where nobody could look. */
type Plan = { owner: UserId; shown: readonly ListedToken[] | null; revokes: boolean; later: boolean };

/**
 * How many tokens are revoked, and why no further one is for now, as an error or for people; null where all are.
 * `called`: something was revoked just now, which takes time.
 */
export type Revoked = { revoked: number; called: boolean; stopped: FastlyError | string | null };

/** Why what follows a change may not be done, as the outcome of a change that may not be made; null where it may. */
type Lost = () => Promise<Extract<ExecutionOutcome, { kind: 'refused' | 'postponed' }> | null>;

/** What an execution does about the tokens of its user: before its call, and after it. */
export class TokenSteps {
  readonly #claims: Claims;
  readonly #fastly: FastlyClient;

  constructor(claims: Claims, fastly: FastlyClient) {
    this.#claims = claims;
    this.#fastly = fastly;
  }

  /**
   * What keeps a user from being deleted whose tokens are not those that were approved; null for nothing. What was
   * approved without a list goes on without one.
   *
   * @param begun how many tokens are revoked; undefined before the first may be
   * @throws {FastlyError}
   */
  async unseen(request: ApprovalRequest, begun: number | undefined): Promise<ExecutionOutcome | null> {
    const { action } = request;
    const plan = planOf(action);
    if (plan === null || plan.later || !isDeletion(action)) return null;
    // Where nobody has approved, nobody was shown anything.
    if (approvalsNeeded(request, this.#claims.policy) === 0) return null;
    const read = liveTokensOf(this.#fastly, plan.owner);
    const { programs, sessions, unreadable } = await read.catch((error: unknown) => {
      if (plan.shown === null && isFastlyError(error)) return { programs: [], sessions: [], unreadable: 0 };
      throw error;
    });
    const unseen = programs.filter((token) => !isShown(plan, token));
    if (unseen.length === 0) return null;
    const gone = goneOf(plan, [...programs, ...sessions]);
    // A crash may have come between a revocation and its count.
    const revoked = begun === undefined ? 0 : Math.max(begun, gone);
    if (revoked === 0) {
      return {
        kind: 'asked-again',
        shown: tokenSnapshot(programs, Date.now(), unreadable),
        unseen: unseen.map(listedToken),
      };
    }
    const names = unseen.map(listedToken).map(({ name, id }) => name ?? id);
    return { kind: 'refused', obstacle: { kind: 'other-tokens', names }, revoked };
  }

  /** Revokes what is to be revoked before the call. @throws {FastlyError} before any change */
  async revoke(claim: Claim, begun: number | undefined): Promise<Revoked> {
    const { request } = claim;
    const plan = planOf(request.action);
    if (plan === null || !plan.revokes) return { revoked: 0, called: false, stopped: null };
    const sessions = isDeletion(request.action) ? await this.#sessionsOf(plan) : [];
    const left = meantOf(plan, await liveTokensOf(this.#fastly, plan.owner));
    let revoked = goneOf(plan, left);
    const all = [...left, ...sessions];
    const called = all.length > 0;
    if (called && begun === undefined) {
      await this.#claims.recordRevoked(claim, 0);
    }
    for (const [index, token] of all.entries()) {
      if (!(await this.#claims.renew(claim, revoked))) {
        return { revoked, called, stopped: TOOK_TOO_LONG };
      }
      const stopped = await this.#revokeOne(token, plan.owner);
      if (stopped !== null) return { revoked, called, stopped };
      if (index < left.length) revoked += 1;
    }
    if (isDeletion(request.action) && revoked > 0 && (called || begun !== revoked)) {
      await this.#claims.recordRevoked(claim, revoked);
    }
    return { revoked, called, stopped: null };
  }

  /** What became of the tokens of a user who was deleted; nothing where there is nothing to tell. */
  async afterDeletion({ action }: ApprovalRequest): Promise<TokensLeft | undefined> {
    const plan = isDeletion(action) ? planOf(action) : null;
    if (plan === null) return undefined;
    try {
      const listed = await liveTokensOf(this.#fastly, plan.owner);
      const left = meantOf({ ...plan, later: true }, listed).map(listedToken);
      const ended = plan.shown?.filter(({ id }) => left.every((token) => token.id !== id)).length ?? 0;
      const { unreadable } = listed;
      if (left.length + ended + unreadable === 0) return undefined;
      return { ended, left, ...(unreadable > 0 && { unreadable }) };
    } catch (error) {
      if (isFastlyError(error)) return { ended: 0, left: null };
      throw error;
    }
  }

  /**
   * Ends the sessions and revokes the tokens of a user who was locked or demoted. The change was made by then, so what
   * fails is left for a retry, which looks first. Null where nothing was to follow.
   *
   * @param lost asked before anything is ended: a retry may come when the approvals no longer count
   */
  async afterDemotion(claim: Claim, lost: Lost): Promise<ExecutionOutcome | Ended | null> {
    const { action } = claim.request;
    if (action.kind !== 'demote-with-tokens') return null;
    try {
      return await this.#endAll(claim, action, lost);
    } catch (error) {
      if (!isFastlyError(error)) throw error;
      return halfDone(explainRest(error));
    }
  }

  async #endAll(
    claim: Claim,
    { target, sessions, shown }: Demotion,
    lost: Lost,
  ): Promise<ExecutionOutcome | Ended> {
    const owner = UserId.parse(target.id);
    const isMeant = ({ id }: ApiToken) => shown?.tokens.some((token) => token.id === id) ?? false;
    const live = await liveTokensOf(this.#fastly, owner);
    const meant = [
      ...live.sessions.filter((each) => sessions || isMeant(each)),
      ...live.programs.filter(isMeant),
    ];
    const why = meant.length > 0 ? await lost() : null;
    if (why?.kind === 'refused') return halfDone(plainText(obstacleText(why.obstacle)));
    if (why !== null) return why;
    for (const token of meant) {
      if (!(await this.#claims.renew(claim))) return halfDone(TOOK_TOO_LONG);
      const stopped = await this.#revokeOne(token, owner);
      if (stopped !== null) return halfDone(typeof stopped === 'string' ? stopped : explainRest(stopped));
    }
    const now = await liveTokensOf(this.#fastly, owner);
    if (sessions && now.sessions.length > 0) return halfDone('The user has a browser session again.');
    // Nobody is told of a lost reply by an attempt that had something left to do.
    const found: Ended = meant.length > 0 ? { found: false } : {};
    if (shown === null) return found;
    const left = now.programs.map(listedToken);
    const ended = shown.tokens.filter(({ id }) => left.every((token) => token.id !== id)).length;
    return ended + left.length === 0 ? found : { ...found, tokens: { ended, left } };
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
}

type Demotion = Extract<Action, { kind: 'demote-with-tokens' }>;
/** What a completed demotion says of what followed it. */
type Ended = { found?: false; tokens?: TokensLeft };

const TOOK_TOO_LONG = 'Fastly took too long to respond.';

function halfDone(why: string): ExecutionOutcome {
  return { kind: 'failed', why, unclear: false, mayBeDone: true, halfDone: true };
}

/** The tokens that are listed of those shown, and of those made since where they are meant. */
function meantOf(plan: Plan, { programs, sessions }: AccountTokens): ApiToken[] {
  // A token that was taken for a program's is meant, whatever it looks like by now.
  return [
    ...programs.filter((token) => plan.later || isShown(plan, token)),
    ...sessions.filter((token) => isShown(plan, token)),
  ];
}

/** How many of the tokens that were shown are not among these any more. */
function goneOf({ shown }: Plan, listed: readonly ApiToken[]): number {
  return shown?.filter(({ id }) => listed.every((token) => token.id !== id)).length ?? 0;
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
