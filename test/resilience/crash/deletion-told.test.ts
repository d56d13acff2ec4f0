import { describe, it } from 'vitest';
import { TOMAS } from '../../sandbox/cast.ts';
import { ENGINES } from '../support/databases.ts';
import { ask, expectDeletedOnce, FINAL, untilShown } from '../support/deletion.ts';
import {
  hold,
  killOnceHeld,
  newCrashPlace,
  PATIENT,
  restartBot,
  startBot,
  whileStopped,
} from '../support/place.ts';
import { audited, holdSlack, SIDES, shown, stopAfter } from '../support/points.ts';

/** Each call of Slack's, and the commit after which it is the next of its kind. */
const CALLS = [
  { call: "the update of the request's message", method: 'chat.update', next: audited('completed') },
  { call: 'the posting in the thread', method: 'chat.postMessage', next: audited('completed') },
  { call: "the requester's direct message", method: 'chat.postMessage', next: shown('thread', FINAL) },
  { call: 'the confirmation', method: 'chat.postMessage', next: shown('requester', FINAL) },
].flatMap((each) => SIDES.map((when) => ({ ...each, when })));

describe.each(ENGINES)('a deletion that was carried out, on %s, is told everywhere', PATIENT, (engine) => {
  it.each(CALLS)('when the bot dies while Slack holds $call, $when it is done', async (given) => {
    const place = await newCrashPlace(engine);
    const bot = await startBot(place, { point: stopAfter(given.next) });
    const message = await ask(place);
    await untilShown(place);
    await message.take(place.client.as(TOMAS), 'approve');
    await whileStopped(bot, () => hold(place, holdSlack(given.when, given.method)));
    await killOnceHeld(place, bot, 'slack');
    await restartBot(place);
    await expectDeletedOnce(place, message);
  });
});
