import { z } from 'zod';
import { portOf } from '../../support/stand-in.ts';
import type { RunningBot } from './workplace.ts';

const Body = z.strictObject({
  ready: z.boolean(),
  missing: z.record(z.string(), z.string()),
  degraded: z.array(z.strictObject({ what: z.string(), since: z.iso.datetime(), remedy: z.string() })),
});

/** What a bot in this process answers on `/readyz`. */
export async function readyz({
  log,
}: Pick<RunningBot, 'log'>): Promise<{ status: number; body: z.infer<typeof Body> }> {
  const { address } = await log.until('serving /healthz and /readyz');
  const response = await fetch(`http://127.0.0.1:${portOf(address)}/readyz`);
  return { status: response.status, body: Body.parse(await response.json()) };
}
