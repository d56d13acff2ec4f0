import { z } from 'zod';
import { MemberId } from '../ids.ts';

/** So many users are locked at once without approval. */
export const MOST_UNAPPROVED = 5;
/** One request locks no more, so that its message can name each. */
export const MOST_LOCKED = 100;

/** How far a request about several users is: each is locked, or left as they are. */
export const Run = z.object({
  /** Ids of users, like those below. */
  locked: z.array(z.string()),
  /** `why` is for people. */
  left: z.array(z.object({ id: z.string(), login: z.string(), why: z.string() })),
  /** Who has stopped it: whoever is not reached yet is left as they are. */
  stoppedBy: MemberId.exactOptional(),
  /** Whom it had locked and **Unlock these** has unlocked since. */
  unlocked: z.array(z.string()).exactOptional(),
});
export type Run = z.infer<typeof Run>;

export const NOT_BEGUN: Run = { locked: [], left: [] };

/** Those whom a run has locked and nobody has unlocked by its button. */
export function stillLocked({ locked, unlocked = [] }: Run): string[] {
  return locked.filter((id) => !unlocked.includes(id));
}

/** Whether a run has come to a user. */
export function isReached({ locked, left }: Run, user: string): boolean {
  return locked.includes(user) || left.some(({ id }) => id === user);
}

/** The delivery key of a user's lock follows from the request, so that it is made once, whichever process does. */
export function runKey(request: string, user: string): string {
  return `several ${request} ${user}`;
}
