import { Writable } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { createLogger, slackSdkLogger } from '../../src/observability/log.ts';

const Line = z.object({ err: z.record(z.string(), z.unknown()) });

/** A stream, and what was written to it. */
function gathered(): { lines: string[]; stream: Writable } {
  const lines: string[] = [];
  const stream = new Writable({
    write: (chunk: Buffer, _encoding, done) => {
      lines.push(chunk.toString());
      done();
    },
  });
  return { lines, stream };
}

/** What the log shows of an error. */
function shown(error: unknown, level = 'info'): Record<string, unknown> {
  const { lines, stream } = gathered();
  createLogger(level, stream).warn({ err: error }, 'failed');
  return Line.parse(JSON.parse(lines.join(''))).err;
}

class StoreUnavailable extends Error {
  override name = 'StoreUnavailable';
}

describe('an error in the log', () => {
  it.each([
    new StoreUnavailable('the disk is full'),
    Object.assign(new Error('connect ECONNREFUSED 127.0.0.1:9'), { code: 'ECONNREFUSED' }),
  ])('that says enough has no stack: $message', (error) => {
    expect(shown(error)).toEqual({ type: error.name, message: error.message });
    expect(shown(error, 'debug')).toMatchObject({ stack: error.stack });
  });

  it.each([
    new Error('this cannot be'),
    new TypeError('x is undefined'),
    Object.assign(new TypeError('wrong argument'), { code: 'ERR_INVALID_ARG_TYPE' }),
    z.string().safeParse(1).error,
  ])('that is a fault in the code has its stack: %s', (error) => {
    expect(shown(error)).toMatchObject({ type: error?.name, stack: error?.stack });
  });

  it('says why a request failed, also in a line of the Slack SDK', () => {
    const cause = Object.assign(new Error('connect ECONNREFUSED 127.0.0.1:9'), { code: 'ECONNREFUSED' });
    const error = new TypeError('fetch failed', { cause });
    expect(shown(error)).toMatchObject({ type: 'TypeError', message: cause.message });
    const { lines, stream } = gathered();
    slackSdkLogger(createLogger('info', stream)).warn('http request failed', error);
    expect(lines.join('')).toContain(`"msg":"http request failed ${cause.message}"`);
  });

  it('shows nothing else of it', () => {
    const error = Object.assign(new Error('failed'), { request: { headers: 'hush' } });
    expect(Object.keys(shown(error))).toEqual(['type', 'message', 'stack']);
    expect(shown('no error')).toEqual({ message: 'no error' });
  });
});
