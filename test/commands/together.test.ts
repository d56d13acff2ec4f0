import { expect, it } from 'vitest';
import { together } from '../../src/commands/together.ts';

it('gives both results', async () => {
  expect(await together(Promise.resolve(1), Promise.resolve('two'))).toEqual([1, 'two']);
});

it('throws the first error, though the second came earlier', async () => {
  const first = Promise.withResolvers<never>();
  const both = together(first.promise, Promise.reject(new Error('second')));
  await new Promise((resolve) => setImmediate(resolve));
  first.reject(new Error('first'));
  await expect(both).rejects.toThrow('first');
});

it('throws the second error where the first succeeds, and does not wait for the second where the first fails', async () => {
  await expect(together(Promise.resolve(), Promise.reject(new Error('second')))).rejects.toThrow('second');
  const never = new Promise<never>(() => {});
  await expect(together(Promise.reject(new Error('first')), never)).rejects.toThrow('first');
});
