import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { TOMAS } from '../../sandbox/cast.ts';
import { type BotProcess, logLine } from '../support/bot-process.ts';
import { ask, expectDeletedOnce, shownRequest, type, untilShown } from '../support/deletion.ts';
import {
  type CrashPlace,
  hold,
  kill,
  newCrashPlace,
  PATIENCE_MILLISECONDS,
  PATIENT,
  startBot,
} from '../support/place.ts';
import { holdFastly, holdSlack } from '../support/points.ts';

const Audit = z.looseObject({ audit: z.object({ event: z.string() }) });

/** Whether this process wrote that event into the audit log. */
function wrote({ lines }: BotProcess, event: string): boolean {
  return lines.some(({ text }) => Audit.safeParse(logLine(text)).data?.audit.event === event);
}

/** Two bots on one PostgreSQL. */
async function twoBots(): Promise<{ place: CrashPlace; bots: [BotProcess, BotProcess] }> {
  const place = await newCrashPlace('PostgreSQL');
  const bots = await Promise.all([startBot(place), startBot(place)]);
  return { place, bots };
}

describe('of two bots on one PostgreSQL, the one that lives', PATIENT, () => {
  it('takes over from the one that dies while Fastly holds its deletion', async () => {
    const { place, bots } = await twoBots();
    const message = await ask(place);
    await untilShown(place);
    await hold(place, holdFastly('before', 'DELETE'));
    await message.click(place.client.as(TOMAS), 'approve');
    await place.client.untilHeld('fastly', PATIENCE_MILLISECONDS);
    const [dying, living] = wrote(bots[0], 'started') ? bots : bots.toReversed();
    if (!dying || !living) throw new Error('there are not two bots');
    await kill(dying);
    await place.database.outlastLeases();
    await expectDeletedOnce(place, message, { calls: [null, 200] });
    expect(wrote(living, 'completed')).toBe(true);
  });

  it('shows what the one that dies while Slack holds its message was about to show', async () => {
    const place = await newCrashPlace('PostgreSQL');
    const dying = await startBot(place);
    await hold(place, holdSlack('before', 'chat.postMessage'));
    await type(place);
    await place.client.untilHeld('slack', PATIENCE_MILLISECONDS);
    await startBot(place);
    await kill(dying);
    await place.database.outlastLeases();
    const message = await shownRequest(place);
    await message.click(place.client.as(TOMAS), 'approve');
    await expectDeletedOnce(place, message);
  });
});
