import type { z } from 'zod';
import { joined } from '../http/bounded-body.ts';
import { parseJson } from './refusal.ts';
import type { Read } from './transport.ts';

/** Reads the body of an answer, or says why it is not what was expected. */
export type Reader<T> = Read<z.ZodSafeParseResult<T>>;

export function asJson<T>(schema: z.ZodType<T>): Reader<T> {
  return async (pieces) => schema.safeParse(parseJson(await joined(pieces)));
}
