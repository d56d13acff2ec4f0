import { expect, it, onTestFinished } from 'vitest';
import { messageWith } from '../../e2e/support/seeing.ts';
import { environmentFor } from '../../e2e/support/workplace.ts';
import { CDN_TEAM, NORA } from '../../sandbox/cast.ts';
import { NORA_USER } from '../../sandbox/fastly/people.ts';
import { type Sandbox, startSandbox } from '../../sandbox/sandbox.ts';
import { type BotProcess, startBotProcess } from '../support/bot-process.ts';

/** Runs in the bot's process: a signal makes the error that no code of the bot's makes. */
const FAULTY = `
  process.on('SIGUSR2', () => { throw new Error('nobody catches this'); });
  process.on('SIGCONT', () => { Promise.reject(new Error('nobody handles this')); });
  process.on('SIGWINCH', () => {
    process.emitWarning('this may change', 'ExperimentalWarning');
    process.emitWarning('this is old', 'DeprecationWarning', 'DEP0000');
  });
`;

async function startFaulty(): Promise<Sandbox & { bot: BotProcess }> {
  const sandbox = await startSandbox();
  onTestFinished(() => sandbox.close());
  const preload = `--import=data:text/javascript,${encodeURIComponent(FAULTY)}`;
  const bot = await startBotProcess({ ...environmentFor(sandbox, 'socket'), NODE_OPTIONS: preload });
  await bot.untilReadyz(200);
  return { ...sandbox, bot };
}

it('a rejection that nobody handles is logged and ends nothing', async () => {
  const { bot, client } = await startFaulty();
  bot.child.kill('SIGCONT');
  expect(await bot.log('a rejection that nobody handled')).toMatchObject({
    level: 50,
    err: { message: 'nobody handles this' },
    stack: expect.stringContaining('    at '),
  });
  await client.as(NORA).command(`get ${NORA_USER.id}`);
  await client.as(NORA).until((sees) => messageWith(sees, CDN_TEAM, NORA_USER.id), 'the card');
});

it('an exception that nobody catches is logged and ends the process with 1', async () => {
  const { bot } = await startFaulty();
  bot.child.kill('SIGUSR2');
  expect(await bot.ended).toBe(1);
  expect(await bot.log('an exception that nobody caught, the process ends')).toMatchObject({
    level: 60,
    err: { message: 'nobody catches this' },
    stack: expect.stringContaining('    at '),
  });
});

it("a warning of Node's is a line of the log, which nobody needs about an experiment", async () => {
  const { bot } = await startFaulty();
  bot.child.kill('SIGWINCH');
  expect(await bot.log('this may change')).toMatchObject({ level: 20, warning: 'ExperimentalWarning' });
  expect(await bot.log('this is old')).toMatchObject({ level: 40, warning: 'DeprecationWarning' });
  expect(bot.text('stderr')).toBe('');
});
