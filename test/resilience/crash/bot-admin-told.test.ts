import { describe, expect, it } from 'vitest';
import { messagesIn, messageWith, wordsOf } from '../../e2e/support/seeing.ts';
import { CDN_TEAM, NORA, PRIYA, TOMAS } from '../../sandbox/cast.ts';
import { ENGINES } from '../support/databases.ts';
import {
  auditLog,
  hold,
  kill,
  killOnceHeld,
  newCrashPlace,
  PATIENCE_MILLISECONDS,
  PATIENT,
  restartBot,
  startBot,
} from '../support/place.ts';
import { holdSlack } from '../support/points.ts';

const WORDS = `<@${PRIYA.id}> can use the bot now`;
const APPROVALS_CHANNEL = CDN_TEAM.id;
const listed = (...members: { id: string }[]) => ({
  APPROVALS_CHANNEL,
  SUPERUSERS: members.map(({ id }) => id).join(','),
});

describe.each(ENGINES)('who can use the bot now, on %s', PATIENT, (engine) => {
  it('is told once, and audited once, when the bot dies before Slack has the message', async () => {
    const place = await newCrashPlace(engine);
    const nora = place.client.as(NORA);
    const first = await startBot(place, { variables: listed(NORA, TOMAS) });
    const recorded = () =>
      place.database.read((reader) => reader.selectFrom('bot_admins').selectAll().execute());
    await expect.poll(async () => (await recorded()).length, { timeout: PATIENCE_MILLISECONDS }).toBe(2);
    await kill(first);
    await hold(place, holdSlack('before', 'chat.postMessage'));
    const second = await startBot(place, { variables: listed(NORA, TOMAS, PRIYA) });
    await killOnceHeld(place, second, 'slack');
    await place.client.slackFaults({ hold: null });
    await restartBot(place, listed(NORA, TOMAS, PRIYA));
    await nora.until((sees) => messageWith(sees, CDN_TEAM, WORDS), WORDS, PATIENCE_MILLISECONDS);
    await expect
      .poll(async () => (await recorded()).filter((row) => row.tell_at !== null || row.claim !== null))
      .toEqual([]);
    const told = messagesIn(await nora.sees(), CDN_TEAM).map(({ blocks }) => wordsOf(blocks));
    expect(told.filter((each) => each.includes(WORDS))).toHaveLength(1);
    const audited = (await auditLog(place)).filter(({ change }) => change === 'bot-admin');
    expect(audited.map(({ event }) => event)).toEqual(['added']);
  });
});
