import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { stripTypeScriptTypes } from 'node:module';
import { type Context, Hono } from 'hono';

/** What the page's own modules import by name, and where that is. */
const LIBRARIES = ['preact', 'preact/hooks'];

const IMPORT_MAP = JSON.stringify({
  imports: Object.fromEntries(LIBRARIES.map((name) => [name, `/page/library/${name}`])),
});

/** Nothing comes from elsewhere, and nothing the bot sends can run. */
const POLICY = [
  "default-src 'none'",
  `script-src 'self' 'sha256-${createHash('sha256').update(IMPORT_MAP).digest('base64')}'`,
  "style-src 'self'",
  "connect-src 'self'",
  'img-src data:',
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

const HTML = `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>Sandbox</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="/page/style/page.css">
<script type="importmap">${IMPORT_MAP}</script>
<script type="module" src="/page/client/main.ts"></script>
<noscript>The sandbox's page needs JavaScript.</noscript>
</html>
`;

/**
 * The workspace as a page in a browser. There is no build: its modules are TypeScript whose types are taken out as
 * they are served, and its library is served from where npm put it.
 */
export function page(): Hono {
  const app = new Hono();
  app.get('/', (context) => {
    context.header('Content-Security-Policy', POLICY);
    return context.html(HTML);
  });
  app.get('/page/client/:module{(?:[a-z-]+/)?[a-z-]+\\.ts}', (context) =>
    sendFile(context, `client/${context.req.param('module')}`, 'text/javascript', stripTypeScriptTypes),
  );
  app.get('/page/style/:sheet{[a-z-]+\\.css}', (context) =>
    sendFile(context, `style/${context.req.param('sheet')}`, 'text/css'),
  );
  for (const name of LIBRARIES) {
    app.get(`/page/library/${name}`, (context) =>
      sendFile(context, import.meta.resolve(name), 'text/javascript'),
    );
  }
  return app;
}

async function sendFile(
  context: Context,
  file: string,
  contentType: string,
  transform = (text: string) => text,
): Promise<Response> {
  try {
    const text = await readFile(new URL(file, import.meta.url), 'utf8');
    return context.body(transform(text), 200, { 'content-type': `${contentType}; charset=utf-8` });
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return context.notFound();
    throw error;
  }
}
