import { z } from 'zod';

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
