import { describe, it } from 'vitest';
import { TOMAS } from '../../sandbox/cast.ts';
import { expectDeletedOnce, shownRequest, type } from '../support/deletion.ts';
import { hold, kill, newCrashPlace, PATIENCE_MILLISECONDS, PATIENT, startBot } from '../support/place.ts';
import { holdSlack } from '../support/points.ts';
import { expectTakenOver } from '../support/takeover.ts';

describe('of two bots on one PostgreSQL, the one that lives', PATIENT, () => {
  it('takes over from the one that dies while Fastly holds its deletion', async () => {
    await expectTakenOver();
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
    await message.take(place.client.as(TOMAS), 'approve');
    await expectDeletedOnce(place, message);
  });
});
