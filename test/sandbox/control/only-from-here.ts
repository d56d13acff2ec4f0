import type { MiddlewareHandler } from 'hono';

const HERE = new Set(['localhost', '127.0.0.1', '[::1]']);

/**
 * Refuses what another site's page asks in the reader's browser: by its origin, or by a name of its own that it has
 * pointed at this machine. Programs other than browsers send no origin.
 */
export const onlyFromHere: MiddlewareHandler = async (context, next) => {
  const url = new URL(context.req.url);
  const origin = context.req.header('origin');
  if (!HERE.has(url.hostname) || (origin !== undefined && origin !== url.origin)) {
    return context.json({ error: 'The sandbox takes requests of its own page only.' }, 403);
  }
  await next();
};
