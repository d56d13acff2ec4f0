import type { ExpressionBuilder } from 'kysely';
import { z } from 'zod';
import type { Tables } from '../store/tables.ts';
import type { State } from './request.ts';

const Stored = z.looseObject({ lookFirst: z.boolean().optional() });

/** A state or an event as it is stored. In the store, and in the audit log, `mayBeDone` has its first name, `lookFirst`. */
export function toStored<T extends object>({ mayBeDone: lookFirst, ...others }: T & { mayBeDone?: boolean }) {
  return { ...others, lookFirst };
}

/** What `toStored` made, read from its JSON. */
export function fromStored(json: string): Record<string, unknown> {
  const { lookFirst: mayBeDone, ...others } = Stored.parse(JSON.parse(json));
  return mayBeDone === undefined ? others : { ...others, mayBeDone };
}

/**
 * The condition that a request is in a state of this kind. It looks for the text, as not all that a newer version stores
 * need be JSON. A quote inside a string is stored with a backslash, so no words of people are taken for it.
 */
export function hasState(kind: State['kind']) {
  return ({ eb }: ExpressionBuilder<Tables, 'approval_requests'>) =>
    eb('approval_requests.state', 'like', `%"kind":"${kind}"%`);
}

/** The condition that a request is open, as both databases look it up in the index: SQLite has none for 'is not null'. */
export const hasOpenTarget = ({ eb }: ExpressionBuilder<Tables, 'approval_requests'>) =>
  eb('open_target', '>=', '');
