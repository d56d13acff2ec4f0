import type { Action } from './action.ts';
import type { Event } from './event.ts';
import type { State } from './request.ts';
import type { Run } from './run.ts';

/** Why a step is not taken. */
export type Objection =
  | 'own-request'
  /** The request is about whoever clicked. */
  | 'about-you'
  /** Whoever clicked was no bot admin when the request was filed. */
  | 'added-later'
  | 'already-approved'
  /** It has been decided, is being carried out, or has ended: the state says which. */
  | 'not-waiting'
  | 'too-late'
  | 'not-the-requester'
  | 'not-failed'
  | 'another-claim'
  /** The user's tokens are no longer those that whoever clicked has seen. */
  | 'other-tokens';

/** What the rules say to something that is to happen to a request: the step, or why there is none. */
export type Ruling =
  | { kind: 'step'; state: State; event: Event; action?: Action }
  | { kind: 'no'; objection: Objection };

export const no = (objection: Objection): Ruling => ({ kind: 'no', objection });
export const step = (state: State, event: Event): Ruling => ({ kind: 'step', state, event });

/** What a state says of tokens that are revoked and users that are locked, for the state after it. */
export function doneIn(state: State): { revoked?: number; run?: Run } {
  return {
    ...('revoked' in state && state.revoked !== undefined && { revoked: state.revoked }),
    ...('run' in state && state.run !== undefined && { run: state.run }),
  };
}
