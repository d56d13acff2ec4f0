/**
 * Why something failed, in one line. Node's error about a host with several addresses has an empty message, and `fetch`
 * keeps why it failed in its cause.
 */
export function reasonOf(error: unknown): string {
  if (error instanceof AggregateError && error.message === '') return error.errors.map(reasonOf).join(', ');
  if (error instanceof Error && error.cause && error.message.endsWith('fetch failed'))
    return reasonOf(error.cause);
  return error instanceof Error ? error.message : String(error);
}
