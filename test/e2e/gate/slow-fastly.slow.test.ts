import { expect, it } from 'vitest';
import { CDN_TEAM, NORA, TOMAS } from '../../sandbox/cast.ts';
import { ENGINEER } from '../../sandbox/fastly/people.ts';
import { messagesIn, messageWith, wordsOf } from '../support/seeing.ts';
import { DELIVERY_MODES, SHORT_ANSWER, SLOW_MILLISECONDS, startWorkplace } from '../support/workplace.ts';

it.each(DELIVERY_MODES)(
  'a command that takes long says so to its caller before it answers, over %s',
  async (mode) => {
    const { client } = await startWorkplace(mode);
    // Longer than the bot really leaves who asked without a word.
    await client.fastlyFaults({ delay: { match: 'GET /user/', milliseconds: 3_000 } });
    await client.as(NORA).command(`get ${ENGINEER.id}`);
    await client.as(NORA).until((sees) => messageWith(sees, CDN_TEAM, ENGINEER.login), 'the card');
    const [word, card, ...more] = messagesIn(await client.as(NORA).sees(), CDN_TEAM);
    expect(word).toMatchObject({ ephemeral: true });
    expect(wordsOf(word?.blocks ?? [])).toContain('Still working on it…');
    expect(wordsOf(card?.blocks ?? [])).toContain(ENGINEER.login);
    expect(more).toEqual([]);
    expect(messagesIn(await client.as(TOMAS).sees(), CDN_TEAM)).toHaveLength(1);
  },
);

it('a command that opened a form waits there, and says nothing beside it', async () => {
  const { client, times } = await startWorkplace();
  times.answerWithin = SHORT_ANSWER;
  await client.fastlyFaults({ delay: { match: null, milliseconds: SLOW_MILLISECONDS } });
  await client.as(NORA).command(`update ${ENGINEER.id}`);
  await client.as(NORA).until((sees) => sees.modals[0]?.submit, 'the form');
  expect(messagesIn(await client.as(NORA).sees(), CDN_TEAM)).toEqual([]);
});

it('a click that takes long says so to who clicked before the result comes', async () => {
  const { client, times } = await startWorkplace();
  await client.as(NORA).command(`get ${ENGINEER.id}`);
  const card = await client.as(NORA).until((sees) => messageWith(sees, CDN_TEAM, ENGINEER.login), 'the card');
  times.answerWithin = SHORT_ANSWER;
  await client.fastlyFaults({ delay: { match: null, milliseconds: SLOW_MILLISECONDS } });
  await client.as(TOMAS).click({ channel: CDN_TEAM.id, ts: card.ts, actionId: 'reset.button' });
  await client.as(TOMAS).until((sees) => messageWith(sees, CDN_TEAM, 'password reset'), 'the result');
  const [, word, result] = messagesIn(await client.as(TOMAS).sees(), CDN_TEAM);
  expect(wordsOf(word?.blocks ?? [])).toContain('Still working on it…');
  expect(wordsOf(result?.blocks ?? [])).toContain('password reset');
});
