import { setTimeout as pause } from 'node:timers/promises';
import { expect, it, onTestFinished } from 'vitest';
import { TIMES } from '../../../src/config/times.ts';
import { messageWith } from '../../e2e/support/seeing.ts';
import { connected, type DeliveryMode, environmentFor, runBot } from '../../e2e/support/workplace.ts';
import { CDN_TEAM, NORA } from '../../sandbox/cast.ts';
import { ENGINEER, NORA_USER } from '../../sandbox/fastly/people.ts';
import { startSandbox } from '../../sandbox/sandbox.ts';
import { startProxy } from '../../support/http-proxy.ts';
import { newDatabase } from '../../support/postgres/database.ts';
import { wireTo } from '../../support/postgres/wire.ts';

/** How long after the cut somebody types again, in milliseconds. */
const LATER = 30_000;
/** pino's. */
const FATAL = 60;

/** A bot in the middle of exchanges with Fastly, Slack and PostgreSQL, all of whose connections a firewall forgets. */
async function startForgotten(mode: DeliveryMode) {
  const sandbox = await startSandbox({ slackKnownAs: 'http://slack.test' });
  onTestFinished(() => sandbox.close());
  const { client, slack, fastly } = sandbox;
  const proxy = await startProxy({ names: { 'slack.test': slack.apiUrl, 'fastly.test': fastly.url } });
  const { wire, url } = await wireTo(await newDatabase());
  const variables = {
    ...environmentFor(sandbox, mode),
    SLACK_API_URL: 'http://slack.test/api/',
    FASTLY_API_URL: 'http://fastly.test',
    HTTP_PROXY: proxy.url,
    DATABASE_URL: url,
  };
  const running = runBot(variables, TIMES);
  await connected(sandbox, running.log, mode);
  const nora = client.as(NORA);
  await client.fastlyFaults({ hold: { match: 'GET /user', when: 'before', times: 1 } });
  await client.slackFaults({ hold: { method: 'views.open', when: 'before', times: 1 } });
  await nora.command(`get ${NORA_USER.id}`);
  await nora.command('get');
  await client.untilHeld('fastly');
  await client.untilHeld('slack');
  proxy.forget();
  wire.forget();
  // Over the connections that were forgotten, Slack sends nothing either.
  await client.disconnect('silence');
  return { nora, log: running.log };
}

it('a command typed 30 s after every connection was forgotten is answered, without a restart', async () => {
  const bots = [await startForgotten('socket'), await startForgotten('http')];
  await pause(LATER);
  for (const { nora, log } of bots) {
    await nora.command(`get ${ENGINEER.id}`);
    await nora.until((sees) => messageWith(sees, CDN_TEAM, ENGINEER.login), 'the card');
    // Filing takes the database, too.
    await nora.command(`delete ${ENGINEER.id} --reason left`);
    await nora.until((sees) => messageWith(sees, CDN_TEAM, 'left'), 'the request');
    expect(log.lines.filter(({ level }) => level === FATAL)).toEqual([]);
  }
});
