import { writeFileSync } from 'node:fs';
import { registerHooks } from 'node:module';

/** Preloaded into a process. When it ends, it writes the addresses of all its modules into the file `LOADED_MODULES`. */
const loaded: string[] = [];

registerHooks({
  load(url, context, next) {
    loaded.push(url);
    return next(url, context);
  },
});

process.on('exit', () => {
  // Node's own modules need not pass the hook.
  const own: unknown = Reflect.get(process, 'moduleLoadList');
  const all = [...loaded, ...(Array.isArray(own) ? own : [])];
  writeFileSync(process.env.LOADED_MODULES ?? '', all.join('\n'));
});
