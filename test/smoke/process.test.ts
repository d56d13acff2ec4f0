import { expect, it, onTestFinished } from 'vitest';
import { messageWith } from '../e2e/support/seeing.ts';
import { environmentFor } from '../e2e/support/workplace.ts';
import { startBotProcess } from '../resilience/support/bot-process.ts';
import { PATIENT } from '../resilience/support/place.ts';
import { CDN_TEAM, NORA } from '../sandbox/cast.ts';
import { NORA_USER } from '../sandbox/fastly/people.ts';
import { startSandbox } from '../sandbox/sandbox.ts';

it(
  'the bot starts as a process, answers a command, and ends with 0 when it is told to',
  PATIENT,
  async () => {
    const sandbox = await startSandbox();
    onTestFinished(() => sandbox.close());
    const bot = await startBotProcess(environmentFor(sandbox, 'socket'));
    await bot.untilReadyz(200);
    await sandbox.client.as(NORA).command(`get ${NORA_USER.id}`);
    await sandbox.client.as(NORA).until((sees) => messageWith(sees, CDN_TEAM, NORA_USER.id), 'the card');
    bot.child.kill('SIGTERM');
    expect(await bot.ended).toBe(0);
  },
);
