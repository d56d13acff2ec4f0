import { AsyncLocalStorage } from 'node:async_hooks';

/**
 * What log lines belong to. `interaction`: the reference of a delivery from Slack, which its caller is shown; for an
 * execution that of the decision. `request`: the id of an approval request.
 */
export type Trace = { interaction?: string | null; request?: string | null };

const storage = new AsyncLocalStorage<Trace>();

/**
 * Runs work whose log lines, and those of all that it calls or leaves running, belong to what `trace` says and to nothing
 * else. What serves several interactions runs with an empty one.
 */
export function tracing<T>(trace: Trace, work: () => T): T {
  return storage.run({ ...trace }, work);
}

/** From now on, work that runs in `tracing` is known to belong to this, too. */
export function trace(more: Trace): void {
  Object.assign(storage.getStore() ?? {}, more);
}

/** What the work that calls this belongs to, without what is not known. */
export function traced(): { interaction?: string; request?: string } {
  const { interaction, request } = storage.getStore() ?? {};
  return { ...(interaction && { interaction }), ...(request && { request }) };
}
