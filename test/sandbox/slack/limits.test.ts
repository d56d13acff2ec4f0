import { expect, test } from 'vitest';
import { Limits } from './limits.ts';

test('one message a second goes to a channel, whatever goes to others', () => {
  const limits = new Limits(1);
  const post = (channel: string, at: number) => limits.take('chat.postMessage', { channel }, at);
  expect([post('C1', 0), post('C1', 999), post('C2', 999), post('C1', 1_000)]).toEqual([null, 1, null, null]);
});

test('a method is taken so many times a minute, and says when it is taken again', () => {
  const limits = new Limits(2);
  const publish = (at: number) => limits.take('views.publish', {}, at);
  expect(Array.from({ length: 100 }, () => publish(0))).toEqual(Array.from({ length: 100 }, () => null));
  expect([publish(0), publish(10_500), publish(30_000)]).toEqual([30, 20, null]);
});

test('what has no limit is always taken', () => {
  const limits = new Limits(1);
  expect(
    Array.from({ length: 300 }, () => limits.take('auth.test', {}, 0)).every((each) => each === null),
  ).toBe(true);
});
