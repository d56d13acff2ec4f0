import { readFileSync } from 'node:fs';
import { z } from 'zod';

const Package = z.object({ version: z.string(), engines: z.object({ node: z.string() }) });
const { version, engines } = Package.parse(
  JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')),
);

export const VERSION = version;

export const OLDEST_NODE = Number(/\d+/.exec(engines.node)?.[0]);
