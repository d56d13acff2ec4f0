import { describe, expect, it } from 'vitest';
import { deliveryTo, postSigned, superuser } from '../../e2e/support/forged-delivery.ts';
import { BOT, NORA, TEAM, TOMAS } from '../../sandbox/cast.ts';
import { NORA_USER } from '../../sandbox/fastly/people.ts';
import { portOf, type StandIn, standIn } from '../../support/stand-in.ts';
import { type BotProcess, startBotProcess } from '../support/bot-process.ts';

const SIGNING_SECRET = 'a-signing-secret';

/** What such a Slack says of a method it does not have. Slack itself says the second. */
const UNKNOWN_METHODS = [
  { how: '404', unknown: { status: 404, body: {} } },
  { how: 'unknown_method', unknown: { status: 200, body: { ok: false, error: 'unknown_method' } } },
  { how: 'a bare ok', unknown: { status: 200, body: { ok: true } } },
];

type Place = { slack: StandIn; bot: BotProcess; requestUrl: string; responses: unknown[]; views: string[] };

/** The bot between a Slack and a Fastly that can do hardly more than what one command needs. */
async function startBetween(unknown: { status: number; body: object }): Promise<Place> {
  const responses: unknown[] = [];
  const views: string[] = [];
  const slack = await standIn(
    {
      'POST /api/auth.test': () => ({ ok: true, team_id: TEAM.id, user_id: BOT.userId, bot_id: BOT.botId }),
      'POST /api/views.open': (body) => {
        views.push(body);
        return { ok: true, view: { id: 'V1' } };
      },
      'POST /response': (body) => {
        responses.push(JSON.parse(body));
        return { ok: true };
      },
    },
    unknown,
  );
  const fastly = await standIn({ [`GET /user/${NORA_USER.id}`]: () => NORA_USER });
  const bot = await startBotProcess({
    SLACK_API_URL: `${slack.url}/api/`,
    SLACK_BOT_TOKEN: 'xoxb-stand-in',
    SLACK_SIGNING_SECRET: SIGNING_SECRET,
    SUPERUSERS: `${NORA.id},${TOMAS.id}`,
    FASTLY_API_URL: fastly.url,
    FASTLY_API_TOKEN: 'stand-in',
    HOST: '127.0.0.1',
    PORT: '0',
    HEALTH_PORT: '0',
  });
  await bot.untilReadyz(200);
  const { address } = await bot.log("taking Slack's requests at /slack/events");
  return { slack, bot, requestUrl: `http://127.0.0.1:${portOf(address)}/slack/events`, responses, views };
}

/** Types a command in #cdn-team, and gives what it was acknowledged with once the bot has done its work and ended. */
async function afterCommand({ slack, bot, requestUrl }: Place, text: string): Promise<string> {
  const command = { kind: 'command', id: '/fastly-user' } as const;
  const forged = deliveryTo(command, superuser, `${slack.url}/response`, { text });
  const acknowledged = await postSigned(requestUrl, SIGNING_SECRET, forged);
  expect(acknowledged.status).toBe(200);
  bot.child.kill('SIGTERM');
  expect(await bot.ended).toBe(0);
  return await acknowledged.text();
}

describe.each(UNKNOWN_METHODS)(
  'with a Slack that answers $how to most methods, and a Fastly of one path',
  ({ unknown }) => {
    it('get with an id shows the card to the caller alone, as Slack does not say who reads along', async () => {
      const place = await startBetween(unknown);
      expect(await afterCommand(place, `get ${NORA_USER.id}`)).toBe('');
      expect(place.responses).toMatchObject([{ response_type: 'ephemeral', blocks: expect.any(Array) }]);
      expect(JSON.stringify(place.responses)).toContain(NORA_USER.login);
    });

    it('get without words opens its form', async () => {
      const place = await startBetween(unknown);
      await afterCommand(place, 'get');
      expect(place.views).toHaveLength(1);
      expect(place.responses).toEqual([]);
    });
  },
);
