import type { z } from 'zod';

/**
 * What a button, a form or a choice carries as JSON and brings back, as input; `null` when it is nothing of this form.
 */
export function readCarried<T>(schema: z.ZodType<T>, text: string | null): T | null {
  try {
    return schema.safeParse(JSON.parse(text ?? '')).data ?? null;
  } catch {
    return null;
  }
}
