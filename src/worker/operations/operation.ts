import type { Obstacle } from '../../approvals/request.ts';

/** What a look at Fastly shows: it is as it should be, or it may be done, or something stands against it. */
export type Sight = { kind: 'done' } | { kind: 'open' } | { kind: 'obstacle'; obstacle: Obstacle };

/** How one kind of action is carried out. Each may throw a `FastlyError`. */
export type Operation = {
  /** @param mayBeDone whether the bot may have done it: only then does it count as done when it is */
  look(mayBeDone: boolean): Promise<Sight>;
  /** The one call, and whether Fastly did what it was asked for. */
  call(): Promise<{ asWanted: boolean }>;
  /** What Fastly's 404 to the call means; null where it is a refusal like others. */
  gone: Obstacle | null;
  /** Whether a call whose answer was lost may be made once more when nothing of it shows. */
  repeatable: boolean;
  /** What was seen when an attempt has failed and nothing of it shows, for people. */
  nothingShows: string;
};
