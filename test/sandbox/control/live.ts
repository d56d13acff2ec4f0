import { setImmediate } from 'node:timers/promises';
import type { Context } from 'hono';
import { streamSSE } from 'hono/streaming';
import { z } from 'zod';
import type { SlackServer } from '../slack/server.ts';
import type { BotState, Live } from './protocol.ts';
import type { BotSwitch, ControlOptions } from './server.ts';

const LATEST_CALLS = 40;

type Services = Pick<ControlOptions, 'slack' | 'fastly' | 'bot' | 'clock'>;

/** Tells a page what one member sees, and how Fastly's account, the bot and the clock stand, as long as it listens. */
export function live(services: Services): (context: Context) => Response {
  const { slack, fastly, bot, clock } = services;
  return (context) => {
    const memberId = z.string().parse(context.req.query('member'));
    slack.sees(memberId);
    return streamSSE(context, async (stream) => {
      let changed = Promise.withResolvers<void>();
      const wake = () => changed.resolve();
      const unwatch = [slack, fastly, bot, clock].map((each) => each?.onChange(wake));
      stream.onAbort(wake);
      const sent = new Map<string, string>();
      while (!stream.aborted) {
        for (const [event, value] of Object.entries(now(services, memberId))) {
          const data = JSON.stringify(value);
          if (sent.get(event) === data) continue;
          sent.set(event, data);
          await stream.writeSSE({ event, data });
        }
        await changed.promise;
        changed = Promise.withResolvers();
        // One thing done is often several changes: they go together.
        await setImmediate();
      }
      for (const stop of unwatch) stop?.();
    });
  };
}

function now({ slack, fastly, bot, clock }: Services, memberId: string): Live {
  const calls = fastly.calls();
  return {
    // First, as the dates in what is seen are told by it.
    clock: { ahead: clock.ahead },
    sees: slack.sees(memberId),
    fastly: {
      users: fastly.users(),
      tokens: fastly.tokens(),
      calls: calls
        .slice(-LATEST_CALLS)
        .map(({ method, path, status, milliseconds }) => ({ method, path, status, milliseconds })),
      earlierCalls: Math.max(0, calls.length - LATEST_CALLS),
      faults: fastly.faults(),
    },
    bot: botState(slack, bot),
    people: slack.people(),
  };
}

export function botState(slack: SlackServer, bot: BotSwitch | null): BotState {
  return {
    process: bot === null ? 'foreign' : bot.running ? 'running' : 'ended',
    connected: slack.connections() > 0,
  };
}
