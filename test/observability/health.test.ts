import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { expect, it, onTestFinished } from 'vitest';
import { Readiness, serveHealth } from '../../src/observability/health.ts';
import { Liveness } from '../../src/observability/liveness.ts';
import { createLogger } from '../../src/observability/log.ts';
import { LogLines } from '../e2e/support/workplace.ts';
import { portOf } from '../support/stand-in.ts';

const LIMITS = { headers: 60_000, request: 60_000, checkInterval: 20, connections: 2 };

async function startHealth(
  exposition: () => Promise<{ contentType: string; text: string }>,
  limits: Partial<typeof LIMITS> = {},
) {
  const log = new LogLines();
  const liveness = new Liveness();
  const reported = { readiness: new Readiness(), liveness, metrics: { exposition } };
  const logged = { ...reported, log: createLogger('info', log.stream) };
  const health = await serveHealth(logged, '127.0.0.1', 0, { ...LIMITS, ...limits });
  onTestFinished(async () => {
    liveness.close();
    await health.close();
  });
  return { port: portOf(health.address), log };
}

async function connected(port: number): Promise<Socket> {
  const socket = connect(port, '127.0.0.1').on('error', () => {});
  onTestFinished(() => {
    socket.destroy();
  });
  await once(socket, 'connect');
  return socket;
}

const NONE = async () => ({ contentType: 'text/plain', text: '' });

it('the health port closes a connection that does not get on with its request', async () => {
  const { port } = await startHealth(NONE, { headers: 100, request: 100 });
  const slow = await connected(port);
  slow.write('GET /metrics HTTP/1.1\r\n');
  slow.resume();
  await once(slow, 'close');
});

it('the health port holds no more connections than it may', async () => {
  const { port } = await startHealth(NONE);
  const held = await Promise.all([connected(port), connected(port)]);
  const third = await connected(port);
  third.resume();
  await once(third, 'close');
  expect(held.map(({ closed }) => closed)).toEqual([false, false]);
});

it('the health port answers 500 where the metrics cannot be read, and goes on', async () => {
  const { port, log } = await startHealth(async () => {
    throw new Error('broken');
  });
  expect((await fetch(`http://127.0.0.1:${port}/metrics`)).status).toBe(500);
  await log.until('the metrics could not be read');
  expect((await fetch(`http://127.0.0.1:${port}/healthz`)).status).toBe(200);
});
