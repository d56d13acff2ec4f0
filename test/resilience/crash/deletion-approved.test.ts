import { describe, it } from 'vitest';
import { TOMAS } from '../../sandbox/cast.ts';
import { ENGINES } from '../support/databases.ts';
import {
  ask,
  expectDeletedAfterDeathInCall,
  expectDeletedOnce,
  USER,
  untilShown,
} from '../support/deletion.ts';
import { died, newCrashPlace, PATIENT, restartBot, startBot } from '../support/place.ts';
import { audited, dieAt, SIDES } from '../support/points.ts';

const COMMITS = [
  { commit: 'the approval', written: audited('approved'), lostClick: 'before' },
  { commit: 'the claim', written: audited('started'), lostClick: undefined },
  { commit: 'the outcome', written: audited('completed'), lostClick: undefined },
].flatMap((each) => SIDES.map((when) => ({ ...each, when })));

/** What Fastly saw of DELETE: one that was held before its work did none. */
const HOLDS = [
  { call: 'the look at the user', when: 'before', match: `GET /user/${USER.id}`, calls: [200] },
  { call: 'the look at the user', when: 'after', match: `GET /user/${USER.id}`, calls: [200] },
  { call: 'the deletion', when: 'before', match: 'DELETE', calls: [null, 200] },
  { call: 'the deletion', when: 'after', match: 'DELETE', calls: [null] },
] as const;

describe.each(ENGINES)('a deletion that is approved, on %s, is carried out once', PATIENT, (engine) => {
  it.each(COMMITS)('when the bot dies $when the commit of $commit', async ({ when, written, lostClick }) => {
    const place = await newCrashPlace(engine);
    const tomas = place.client.as(TOMAS);
    const bot = await startBot(place, { point: dieAt(when, written) });
    const message = await ask(place);
    await untilShown(place);
    await message.take(tomas, 'approve');
    await died(bot);
    await restartBot(place);
    if (lostClick === when) await message.take(tomas, 'approve');
    await expectDeletedOnce(place, message);
  });

  it.each(HOLDS)('when the bot dies while Fastly holds $call, $when it is done', async (given) => {
    await expectDeletedAfterDeathInCall(engine, given);
  });
});
