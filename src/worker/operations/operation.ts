import type { Obstacle } from '../../approvals/request.ts';
import type { Setting } from '../../changes/settings.ts';
import type { FastlyError } from '../../fastly/errors.ts';

/**
 * What a look at Fastly shows: it is as it should be; it may be done; something stands against it; or, after a call
 * that may have been made, it is done but for these settings.
 */
export type Sight =
  | { kind: 'done' }
  | { kind: 'open' }
  | { kind: 'partly'; unmet: readonly Setting[] }
  | { kind: 'obstacle'; obstacle: Obstacle };

/** How one kind of action is carried out. Each may throw a `FastlyError`. */
export type Operation = {
  /** @param mayBeDone whether the bot may have done it: only then does it count as done when it is */
  look(mayBeDone: boolean): Promise<Sight>;
  /** The one call, and whether Fastly's answer is what it was asked for. */
  call(): Promise<{ asWanted: boolean }>;
  /** What Fastly's refusal of the call means where it ends the matter; null where it is a failure like others. */
  obstacleIn(error: FastlyError): Obstacle | null;
  /** Whether a call whose answer was lost may be made once more when nothing of it shows. */
  repeatable: boolean;
  /** What was seen when an attempt has failed and nothing of it shows, for people. */
  nothingShows: string;
};
