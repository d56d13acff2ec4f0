import { expect } from 'vitest';
import { z } from 'zod';
import { TOMAS } from '../../sandbox/cast.ts';
import { type BotProcess, logLine } from './bot-process.ts';
import { ask, expectDeletedOnce, untilShown } from './deletion.ts';
import { type CrashPlace, hold, kill, newCrashPlace, PATIENCE_MILLISECONDS, startBot } from './place.ts';
import { holdFastly } from './points.ts';

const Audit = z.looseObject({ audit: z.object({ event: z.string() }) });

/** Whether this process wrote that event into the audit log. */
export function wrote({ lines }: BotProcess, event: string): boolean {
  return lines.some(({ text }) => Audit.safeParse(logLine(text)).data?.audit.event === event);
}

/** Two bots on one PostgreSQL. */
async function twoBots(): Promise<{ place: CrashPlace; bots: [BotProcess, BotProcess] }> {
  const place = await newCrashPlace('PostgreSQL');
  const bots = await Promise.all([startBot(place), startBot(place)]);
  return { place, bots };
}

/** Of two bots the one that carries a deletion out is killed in the middle of it; the other one finishes it. */
export async function expectTakenOver(): Promise<{ dying: BotProcess; living: BotProcess; request: string }> {
  const { place, bots } = await twoBots();
  const message = await ask(place);
  await untilShown(place);
  await hold(place, holdFastly('before', 'DELETE'));
  await message.take(place.client.as(TOMAS), 'approve');
  await place.client.untilHeld('fastly', PATIENCE_MILLISECONDS);
  const [dying, living] = wrote(bots[0], 'started') ? bots : bots.toReversed();
  if (!dying || !living) throw new Error('there are not two bots');
  await kill(dying);
  await place.database.outlastLeases();
  await expectDeletedOnce(place, message, { calls: [null, 200] });
  expect(wrote(living, 'completed')).toBe(true);
  return { dying, living, request: message.id };
}
