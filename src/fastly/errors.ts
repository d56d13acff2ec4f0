import type { ConnectionProblem } from '../http/connection-problem.ts';

/**
 * What can go wrong with a call to Fastly, one class a kind; `kind` tells them apart in a `switch`. None carries
 * the request's headers or body, so none can leak the token or a password.
 */
abstract class FastlyFailure extends Error {
  readonly operation: string;
  /** Fastly's status, or `null` when no answer came. */
  readonly status: number | null;
  /** A change that Fastly may have made although the call failed. Always `false` for reads. */
  readonly mayHaveBeenCarriedOut: boolean;
  /** What went wrong, in a few words for people who know Fastly. */
  readonly reason: string;

  constructor(operation: string, status: number | null, reason: string, mayHaveBeenCarriedOut = false) {
    super(`${operation}: ${reason}`);
    this.name = new.target.name;
    this.reason = reason;
    this.operation = operation;
    this.status = status;
    this.mayHaveBeenCarriedOut = mayHaveBeenCarriedOut;
  }
}

/** Fastly's own words about a refusal: `msg` is its short title, `detail` what it says beyond. */
export type RefusalWords = { msg: string | null; detail: string | null };

/** 401: the token (or, for a password change, the login's current password) is not accepted. */
export class FastlyUnauthorized extends FastlyFailure {
  readonly kind = 'unauthorized';

  constructor(operation: string, status: number) {
    super(operation, status, 'Fastly did not accept the credentials');
  }
}

abstract class FastlyRefused extends FastlyFailure {
  readonly msg: string | null;
  readonly detail: string | null;

  constructor(operation: string, status: number, { msg, detail }: RefusalWords) {
    super(
      operation,
      status,
      [`Fastly answered ${status}`, msg, detail].filter((part) => part !== null).join(': '),
    );
    this.msg = msg;
    this.detail = detail;
  }
}

/** 403: the credentials are good, but may not do this. */
export class FastlyForbidden extends FastlyRefused {
  readonly kind = 'forbidden';
}

/** 404: no such user, account or invitation. */
export class FastlyNotFound extends FastlyRefused {
  readonly kind = 'not_found';
}

/** 409, or 400 with Fastly's `Duplicate record`: the login is taken. */
export class FastlyDuplicate extends FastlyRefused {
  readonly kind = 'duplicate';
}

/** Any other refusal of what was sent: 400, 405, 410, 412, 422. */
export class FastlyInvalid extends FastlyRefused {
  readonly kind = 'invalid';
}

/** 429: the hour's changes are used up. */
export class FastlyRateLimited extends FastlyFailure {
  readonly kind = 'rate_limited';
  /** When it may be tried again, in Unix seconds; `null` when Fastly did not say. */
  readonly resetAt: number | null;

  constructor(operation: string, status: number, resetAt: number | null) {
    super(operation, status, "Fastly's rate limit is used up");
    this.resetAt = resetAt;
  }
}

/** 5xx, whatever came with it; or another status with the page of something between the bot and Fastly. */
export class FastlyUnavailable extends FastlyFailure {
  readonly kind = 'unavailable';

  constructor(operation: string, status: number, mayHaveBeenCarriedOut: boolean) {
    super(operation, status, `Fastly answered ${status}`, mayHaveBeenCarriedOut);
  }
}

/** No answer within the call's deadline. */
export class FastlyTimedOut extends FastlyFailure {
  readonly kind = 'timed_out';

  constructor(operation: string, mayHaveBeenCarriedOut: boolean) {
    super(operation, null, 'Fastly did not answer in time', mayHaveBeenCarriedOut);
  }
}

/** Fastly could not be reached, or the connection was cut before the answer was complete. */
export class FastlyCutOff extends FastlyFailure {
  readonly kind = 'cut_off';
  /** What a person has to mend, if that is known. */
  readonly problem: ConnectionProblem | null;

  constructor(
    operation: string,
    mayHaveBeenCarriedOut: boolean,
    cause: string,
    problem: ConnectionProblem | null,
  ) {
    super(
      operation,
      null,
      problem ? `no connection to Fastly: ${problem.what}` : `no connection to Fastly (${cause})`,
      mayHaveBeenCarriedOut,
    );
    this.problem = problem;
  }
}

/** A successful status with a body that is not what the operation answers, such as a user without a login. */
export class FastlyUnexpectedAnswer extends FastlyFailure {
  readonly kind = 'unexpected_answer';
}

/**
 * An answer about somebody other than the user, address or account that was asked for. An answer to a change counts as
 * lost: whom it reached is not known. The other one is not named, as no further call may be made about them.
 */
export class FastlyOtherUser extends FastlyFailure {
  readonly kind = 'other_user';

  constructor(operation: string, status: number, mayHaveBeenCarriedOut: boolean) {
    super(
      operation,
      status,
      'Fastly answered about another user than the one asked for',
      mayHaveBeenCarriedOut,
    );
  }
}

/** An id that is not letters and digits; refused before any call. */
export class FastlyInvalidId extends FastlyFailure {
  readonly kind = 'invalid_id';

  constructor(operation: string) {
    super(operation, null, 'an id has letters and digits only');
  }
}

export type FastlyError =
  | FastlyUnauthorized
  | FastlyForbidden
  | FastlyNotFound
  | FastlyDuplicate
  | FastlyInvalid
  | FastlyRateLimited
  | FastlyUnavailable
  | FastlyTimedOut
  | FastlyCutOff
  | FastlyUnexpectedAnswer
  | FastlyOtherUser
  | FastlyInvalidId;

/** Whether Fastly can't be reached at all, whatever is asked. */
export function isAway({ kind }: FastlyError): boolean {
  return kind === 'unavailable' || kind === 'timed_out' || kind === 'cut_off';
}

/** Whether Fastly answers so whoever is asked about. */
export function concernsEverybody({ kind }: FastlyError): boolean {
  return kind === 'rate_limited' || kind === 'unauthorized';
}

export function isFastlyError(error: unknown): error is FastlyError {
  return error instanceof FastlyFailure;
}

/** What says nothing about a field of what was sent, but that this cannot be had here. */
const NOT_ABOUT_A_FIELD: readonly (number | null)[] = [403, 404, 405, 410];

/** Whether the account has to invite people: those that came after April 2025 cannot create users (Fastly's change log). */
export function refusesDirectCreation({ operation, status, kind }: FastlyError): boolean {
  return operation === 'create_user' && kind !== 'unavailable' && NOT_ABOUT_A_FIELD.includes(status);
}
