import { expect, it } from 'vitest';
import { messageWith } from '../../e2e/support/seeing.ts';
import { SESSION } from '../../e2e/support/tokens.ts';
import { CDN_TEAM, NORA, TOMAS } from '../../sandbox/cast.ts';
import { ENGINEER } from '../../sandbox/fastly/people.ts';
import { logLine } from '../support/bot-process.ts';
import {
  type CrashPlace,
  hold,
  kill,
  newCrashPlace,
  PATIENCE_MILLISECONDS,
  PATIENT,
  startBot,
  untilNothingIsPending,
} from '../support/place.ts';
import { holdFastly } from '../support/points.ts';

const ENDED = '✅ 1 browser session ended.';
const DELETE = `DELETE /tokens/${SESSION.id}`;

/** Two bots on one database, and an engineer with a browser session. */
async function twoBots() {
  const place = await newCrashPlace('PostgreSQL');
  await place.client.putFastlyTokens([SESSION]);
  const bots = await Promise.all([startBot(place), startBot(place)]);
  return { place, bots };
}

async function changes({ client }: CrashPlace): Promise<string[]> {
  const calls = await client.fastlyCalls();
  return calls.filter(({ method }) => method !== 'GET').map(({ method, path }) => `${method} ${path}`);
}

it(
  'a lock goes on with another bot when the one that makes it dies while Fastly holds the end of a session',
  PATIENT,
  async () => {
    const { place, bots } = await twoBots();
    const nora = place.client.as(NORA);
    await hold(place, holdFastly('after', DELETE));
    await nora.command(`lock ${ENGINEER.id} --end-sessions --email-reset`);
    await place.client.untilHeld('fastly', PATIENCE_MILLISECONDS);
    const dying = bots.find(({ lines }) =>
      lines.some(({ text }) => logLine(text)?.msg === 'a user was locked'),
    );
    if (!dying) throw new Error('no bot locked the user');
    await kill(dying);
    await place.database.outlastLeases();
    const told = await nora.until((sees) => messageWith(sees, 'direct', ENDED), 'what was done');
    const channel = (await nora.sees()).channels.find(({ kind }) => kind === 'im')?.id ?? '';
    await nora.click({ channel, ts: told.ts, actionId: 'lock.reset' });
    await nora.until((sees) => messageWith(sees, 'direct', '✉️ Fastly emails a password reset'), 'the rest');
    await untilNothingIsPending(place);
    const reset = `POST /user/${encodeURIComponent(ENGINEER.login)}/password/request_reset`;
    expect(await changes(place)).toEqual([`PUT /user/${ENGINEER.id}`, DELETE, reset]);
  },
);

it('a step that two ask for at the same moment is taken once', PATIENT, async () => {
  const { place } = await twoBots();
  const { client } = place;
  await client.fastlyFaults({ fail: { match: DELETE, status: 403, body: '{"msg":"No"}', times: 1 } });
  await client.as(NORA).command(`lock ${ENGINEER.id} --end-sessions`);
  const told = await client
    .as(NORA)
    .until((sees) => messageWith(sees, CDN_TEAM, 'Not all browser sessions were ended'), 'the failure');
  await untilNothingIsPending(place);
  const click = { channel: CDN_TEAM.id, ts: told.ts, actionId: 'lock.end-sessions' };
  await Promise.all([NORA, TOMAS].map((each) => client.as(each).click(click)));
  await client.as(NORA).until((sees) => messageWith(sees, CDN_TEAM, ENDED), 'what was done');
  await untilNothingIsPending(place);
  expect(await changes(place)).toEqual([`PUT /user/${ENGINEER.id}`, DELETE, DELETE]);
});
