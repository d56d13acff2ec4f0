import { describe, it } from 'vitest';
import { TOMAS } from '../../sandbox/cast.ts';
import { ENGINES } from '../support/databases.ts';
import { ask, expectDeletedOnce, FINAL, untilShown } from '../support/deletion.ts';
import { died, newCrashPlace, PATIENT, restartBot, startBot } from '../support/place.ts';
import { dieAt, SIDES, shown } from '../support/points.ts';

const COMMITS = ['message', 'thread', 'requester', 'confirmation'].flatMap((surface) =>
  SIDES.map((when) => ({ surface, when })),
);

describe.each(ENGINES)('a deletion that was carried out, on %s, is told everywhere', PATIENT, (engine) => {
  it.each(COMMITS)('when the bot dies $when the commit of having shown the $surface', async (given) => {
    const place = await newCrashPlace(engine);
    const bot = await startBot(place, { point: dieAt(given.when, shown(given.surface, FINAL)) });
    const message = await ask(place);
    await untilShown(place);
    await message.take(place.client.as(TOMAS), 'approve');
    await died(bot);
    await restartBot(place);
    await expectDeletedOnce(place, message);
  });
});
