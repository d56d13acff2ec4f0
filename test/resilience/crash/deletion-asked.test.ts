import { describe, expect, it } from 'vitest';
import { TOMAS } from '../../sandbox/cast.ts';
import { ENGINES } from '../support/databases.ts';
import { ask, expectDeletedOnce, orphans, shownRequest, type } from '../support/deletion.ts';
import { died, hold, killOnceHeld, newCrashPlace, PATIENT, restartBot, startBot } from '../support/place.ts';
import { audited, DISPLAY_LEFT, DISPLAY_TAKEN, dieAt, holdSlack, SIDES, shown } from '../support/points.ts';

const COMMITS = [
  { commit: 'the filing', written: audited('filed'), lostCommand: 'before', orphaned: undefined },
  { commit: 'taking on the display', written: DISPLAY_TAKEN, lostCommand: undefined, orphaned: undefined },
  {
    commit: 'where the message is',
    written: shown('message', 1),
    lostCommand: undefined,
    orphaned: 'before',
  },
  { commit: 'the end of the display', written: DISPLAY_LEFT, lostCommand: undefined, orphaned: undefined },
].flatMap((each) => SIDES.map((when) => ({ ...each, when })));

describe.each(ENGINES)('a deletion that is asked for, on %s, is carried out once', PATIENT, (engine) => {
  it.each(COMMITS)('when the bot dies $when the commit of $commit', async (given) => {
    const place = await newCrashPlace(engine);
    const bot = await startBot(place, { point: dieAt(given.when, given.written) });
    await type(place);
    await died(bot);
    await restartBot(place);
    if (given.lostCommand === given.when) await ask(place);
    const message = await shownRequest(place);
    expect(await orphans(place, message)).toHaveLength(given.orphaned === given.when ? 1 : 0);
    await message.take(place.client.as(TOMAS), 'approve');
    await expectDeletedOnce(place, message);
  });

  it.each(SIDES)(
    'when the bot dies while Slack holds the posting of its message, %s it is done',
    async (when) => {
      const place = await newCrashPlace(engine);
      const bot = await startBot(place);
      await hold(place, holdSlack(when, 'chat.postMessage'));
      await type(place);
      await killOnceHeld(place, bot, 'slack');
      await restartBot(place);
      const message = await shownRequest(place);
      const lost = await orphans(place, message);
      expect(lost).toHaveLength(when === 'after' ? 1 : 0);
      // An approval given on the message that the bot lost counts as well.
      await (lost[0] ?? message).take(place.client.as(TOMAS), 'approve');
      await expectDeletedOnce(place, message);
    },
  );
});
