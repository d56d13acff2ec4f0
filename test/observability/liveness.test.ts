import { describe, expect, it, onTestFinished } from 'vitest';
import { Readiness, serveHealth } from '../../src/observability/health.ts';
import { LIVENESS_LIMITS, Liveness } from '../../src/observability/liveness.ts';
import { createLogger } from '../../src/observability/log.ts';
import { LogLines } from '../e2e/support/workplace.ts';
import { portOf } from '../support/stand-in.ts';

const AGAIN = 'a loop ended by an error, starting it again';

function start(changed: Partial<typeof LIVENESS_LIMITS> = {}) {
  const limits = { ...LIVENESS_LIMITS, ...changed };
  const liveness = new Liveness(limits);
  const stopping = new AbortController();
  onTestFinished(() => {
    stopping.abort();
    liveness.close();
  });
  const log = new LogLines();
  const how = { signal: stopping.signal, firstPause: 1, log: createLogger('info', log.stream) };
  return { liveness, limits, log, how, stop: () => stopping.abort() };
}

describe('a loop that ends by an error', () => {
  it('is started again after pauses that grow, and is reported from the third time in a minute on', async () => {
    const { liveness, log, how } = start();
    const reported: string[][] = [];
    await liveness.keep(
      'broken',
      async () => {
        reported.push(liveness.problems());
        if (reported.length < 5) throw new Error('broken');
      },
      how,
    );
    const keepsEnding = ["The loop 'broken' keeps ending."];
    expect(reported).toEqual([[], [], [], keepsEnding, keepsEnding]);
    const lines = log.lines.filter(({ msg }) => msg === AGAIN);
    expect(lines.map(({ retryInMilliseconds }) => retryInMilliseconds)).toEqual([1, 2, 4, 8]);
    expect(lines[0]).toMatchObject({ level: 50, loop: 'broken', err: { message: 'broken' } });
  });

  it('is no longer reported when it has lived for a while, and its pauses begin anew', async () => {
    const { liveness, limits, log, how } = start();
    let times = 0;
    await liveness.keep(
      'broken',
      async () => {
        times += 1;
        if (times === 4) {
          expect(liveness.problems()).toHaveLength(1);
          limits.deathsRemembered = 0;
          await expect.poll(() => liveness.problems()).toEqual([]);
        }
        if (times < 5) throw new Error('broken');
      },
      how,
    );
    const lines = log.lines.filter(({ msg }) => msg === AGAIN);
    expect(lines.map(({ retryInMilliseconds }) => retryInMilliseconds)).toEqual([1, 2, 4, 1]);
  });

  it('makes /healthz answer 503 with its name, and /readyz as before', async () => {
    const { liveness, log, how } = start();
    const readiness = new Readiness();
    for (const each of ['slack', 'database'] as const) readiness.ready(each);
    const metrics = { exposition: async () => ({ contentType: 'text/plain', text: '' }) };
    const health = await serveHealth({ readiness, liveness, metrics, log: how.log }, '127.0.0.1', 0);
    onTestFinished(() => health.close());
    const url = `http://127.0.0.1:${portOf(health.address)}`;
    const alive = await fetch(`${url}/healthz`);
    expect([alive.status, await alive.json()]).toEqual([200, { alive: true, problems: [] }]);
    const broken = async () => {
      throw new Error('broken');
    };
    void liveness.keep('broken', broken, how);
    await log.untilTimes(AGAIN, 3);
    const dying = await fetch(`${url}/healthz`);
    expect(dying.status).toBe(503);
    expect(await dying.json()).toEqual({ alive: false, problems: ["The loop 'broken' keeps ending."] });
    expect((await fetch(`${url}/readyz`)).status).toBe(200);
  });

  it('stays ended when the bot stops', async () => {
    const { liveness, how, stop } = start();
    let times = 0;
    await liveness.keep(
      'broken',
      async () => {
        times += 1;
        stop();
        throw new Error('broken');
      },
      how,
    );
    expect(times).toBe(1);
  });
});

describe('an event loop that stood still', () => {
  it('is reported for a while', async () => {
    const { liveness } = start({ turn: 100, turnRemembered: 500 });
    expect(liveness.problems()).toEqual([]);
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 700);
    expect(liveness.problems()).toEqual(['The event loop stood still for over 0.1 s.']);
    await expect.poll(() => liveness.problems()).toEqual([]);
  });
});
