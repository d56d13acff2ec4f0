import type { Logger } from '../observability/log.ts';

/** What is read; null, with a line in the log, where that fails: for what a result is shown without. */
export async function orNull<Read>(
  reading: Promise<Read>,
  log: Pick<Logger, 'warn'>,
  why: string,
): Promise<Read | null> {
  return await reading.catch((error: unknown) => {
    log.warn({ err: error }, why);
    return null;
  });
}
