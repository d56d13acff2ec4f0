import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { z } from 'zod';
import {
  isPasswordOf,
  openPasswordForm,
  PASSWORD_CALL,
  passwordForm,
  submitPasswords,
  untilErrorAt,
} from '../../e2e/support/changing-passwords.ts';
import { messagesIn, messageWith, wordsOf } from '../../e2e/support/seeing.ts';
import { DELIVERY_MODES, type DeliveryMode, environmentFor } from '../../e2e/support/workplace.ts';
import { CDN_TEAM, MEMBERS, NORA } from '../../sandbox/cast.ts';
import type { ActingMember } from '../../sandbox/control/client.ts';
import { ENGINEER, PASSWORD } from '../../sandbox/fastly/people.ts';
import { startSandbox } from '../../sandbox/sandbox.ts';
import { type BotProcess, startBotProcess } from '../support/bot-process.ts';
import { type Recorded, recordingFront } from '../support/recording-front.ts';

/** Each looks different in a URL, in JSON, in HTML and in base64. */
const SECRETS = {
  first: 'Ünder "Oak" & \\ash/ <7>+%41?é',
  second: 'Böhm\'s "elm" & \\yew/ <8>+%42?è',
  third: 'Çedar "fir" & \\bay/ <9>+%43?ê',
  wrong: 'wröng "nut" & \\fig/ <6>+%44?ë',
  weak: 'wæk"&\\<5>+%',
  refused: 'Æsop\'s "box!" & \\ivy/ <4>+%45?ì',
  inWords: 'týped-"gum"&\\oat/<3>+%46?í',
  atFirst: PASSWORD,
};

/** How a text can be written down where it is not meant to be. */
function writingsOf(secret: string): string[] {
  const inJson = JSON.stringify(secret).slice(1, -1);
  return [
    secret,
    inJson,
    JSON.stringify(inJson).slice(1, -1),
    secret.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;'),
    secret.replaceAll("'", '&#39;'),
    secret.replaceAll("'", '&#x27;'),
    secret.replaceAll("'", "\\'"),
    encodeURIComponent(secret),
    encodeURIComponent(secret).replaceAll("'", '%27').replaceAll('!', '%21'),
    new URLSearchParams({ secret }).toString().slice('secret='.length),
    ...[0, 1, 2].flatMap((before) => [base64Inside(secret, before), base64Inside(inJson, before)]),
  ].flatMap((writing) => [writing, writing.replaceAll('+', '-').replaceAll('/', '_')]);
}

/** What is the same in the base64 of all texts that hold this one behind `before` bytes, or three more and so on. */
function base64Inside(text: string, before: number): string {
  const bytes = Buffer.concat([Buffer.alloc(before), Buffer.from(text)]);
  const whole = bytes.length - (bytes.length % 3);
  return bytes
    .subarray(before === 0 ? 0 : 3, whole)
    .toString('base64')
    .replaceAll('=', '');
}

const WRITINGS = Object.entries(SECRETS).flatMap(([name, secret]) =>
  writingsOf(secret).map((writing) => ({ name, writing: Buffer.from(writing) })),
);

/** Which of the passwords something holds, by name. */
function passwordsIn(written: unknown): string[] {
  const bytes = Buffer.isBuffer(written) ? written : Buffer.from(stringsIn(written).join('\n'));
  const found = WRITINGS.filter(({ writing }) => bytes.includes(writing));
  return [...new Set(found.map(({ name }) => name))];
}

/** Every text in a value, keys included. */
function stringsIn(value: unknown): string[] {
  if (typeof value === 'string') return [value];
  if (Array.isArray(value)) return value.flatMap(stringsIn);
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, each]) => [key, ...stringsIn(each)]);
}

async function filesIn(folder: string): Promise<Record<string, Buffer>> {
  const names = await readdir(folder);
  return Object.fromEntries(
    await Promise.all(names.map(async (name) => [name, await readFile(join(folder, name))] as const)),
  );
}

async function startRecordedBot(mode: DeliveryMode) {
  const sandbox = await startSandbox();
  onTestFinished(() => sandbox.close());
  const folder = await mkdtemp(join(tmpdir(), 'fastly-user-bot-test-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  const slack = await recordingFront(new URL(sandbox.slack.apiUrl).origin);
  const fastly = await recordingFront(sandbox.fastly.url);
  const bot = await startBotProcess({
    ...environmentFor(sandbox, mode),
    SLACK_API_URL: `${slack.url}/api/`,
    FASTLY_API_URL: fastly.url,
    DATABASE_URL: `file:${join(folder, 'bot.db')}`,
    LOG_LEVEL: 'debug',
  });
  await bot.untilReadyz(200);
  if (mode === 'http') {
    const { address } = await bot.log("taking Slack's requests at /slack/events");
    const { port } = z.object({ port: z.number() }).parse(address);
    await sandbox.client.setRequestUrl(`http://127.0.0.1:${port}/slack/events`);
  }
  return { sandbox, bot, folder, asked: { slack: slack.requests, fastly: fastly.requests } };
}

const confirmations = (who: ActingMember, many: number) =>
  who.until(
    (sees) =>
      messagesIn(sees, CDN_TEAM).filter(({ blocks }) => wordsOf(blocks).includes('changed the password'))
        .length === many,
    `${many} confirmations`,
  );

async function stop(bot: BotProcess): Promise<void> {
  bot.child.kill('SIGTERM');
  await bot.ended;
}

describe.each(DELIVERY_MODES)('over %s, passwords', { timeout: 60_000 }, (mode) => {
  it('are in nothing that the bot writes or sends, but in the request that changes them', async () => {
    const { sandbox, bot, folder, asked } = await startRecordedBot(mode);
    const { client } = sandbox;
    const nora = client.as(NORA);
    const { atFirst, first, second, third, wrong, weak, refused, inWords } = SECRETS;

    await openPasswordForm(nora);
    await submitPasswords(nora, { current: atFirst, chosen: first });
    await confirmations(nora, 1);

    await openPasswordForm(nora);
    await submitPasswords(nora, { current: wrong, chosen: second });
    await untilErrorAt(nora, 'current-password');
    await submitPasswords(nora, { current: first, chosen: weak });
    await untilErrorAt(nora, 'new-password');
    await submitPasswords(nora, { login: first, current: first, chosen: second });
    await untilErrorAt(nora, 'login');
    const quoted = `Password '${refused}' is too weak, see ${writingsOf(refused).join(' ')}`;
    await client.fastlyFaults({
      fail: { match: PASSWORD_CALL, status: 400, body: JSON.stringify({ msg: quoted }), times: 1 },
    });
    await submitPasswords(nora, { current: first, chosen: refused });
    expect(await untilErrorAt(nora, 'new-password')).toContain('too weak');

    await client.fastlyFaults({ delay: { match: PASSWORD_CALL, milliseconds: 2_500 } });
    await submitPasswords(nora, { current: wrong, chosen: second });
    await nora.until((sees) => wordsOf(sees.modals[0]?.blocks).includes('Working on it'), 'the working view');
    await nora.until(passwordForm, 'the form again');
    await submitPasswords(nora, { current: first, chosen: second });
    await confirmations(nora, 2);
    await nora.close(true);
    await openPasswordForm(nora);
    await submitPasswords(nora, { current: wrong, chosen: third });
    await nora.close(true);
    await nora.until(
      (sees) => messageWith(sees, 'direct', 'Wrong login or current password'),
      'the direct message',
    );

    await client.fastlyFaults({ delay: null, drop: { match: PASSWORD_CALL, when: 'after', times: 1 } });
    await openPasswordForm(nora);
    await submitPasswords(nora, { current: second, chosen: third });
    await untilErrorAt(nora, 'login');
    for (const words of [inWords, `"${inWords}`, `=${inWords}`]) await nora.command(`password ${words}`);
    await nora.command('audit');
    await nora.until((sees) => messageWith(sees, CDN_TEAM, 'The latest changes'), 'the audit log');

    const meanwhile = await filesIn(folder);
    expect(Object.keys(meanwhile)).toContain('bot.db-wal');
    await stop(bot);
    expect(await isPasswordOf(sandbox, ENGINEER.login, third)).toBe(true);

    const isChange = ({ line }: Recorded) => line === PASSWORD_CALL;
    const deliveries = await client.deliveries();
    const written = {
      'the logs': bot.lines,
      'the database while the bot runs': meanwhile,
      'the database afterwards': await filesIn(folder),
      'the requests to Slack': asked.slack,
      'the other requests to Fastly': asked.fastly.filter((request) => !isChange(request)),
      'the acknowledgements': deliveries.map(({ acknowledged }) => acknowledged),
      'the calls as Slack took them': await client.slackCalls(),
      'what people see': await Promise.all(
        MEMBERS.map(async (member) => {
          const { channels, notices, home } = await client.as(member).sees();
          return { channels, notices, home };
        }),
      ),
    };
    const found = Object.entries(written).map(([where, what]) => [where, foundIn(what)]);
    expect(found).toEqual(Object.keys(written).map((where) => [where, []]));
    for (const what of Object.values(written)) expect(JSON.stringify(what).length).toBeGreaterThan(500);

    // The search finds them where they have to be.
    const changes = asked.fastly.filter(isChange);
    expect(passwordsIn(changes.map(({ body }) => body))).toEqual(
      expect.arrayContaining(['atFirst', 'first', 'second', 'third', 'wrong', 'refused']),
    );
    expect(passwordsIn(changes.map(({ headers }) => headers))).toEqual(
      expect.arrayContaining(['atFirst', 'first', 'second', 'wrong']),
    );
    expect(passwordsIn(changes.map(({ line }) => line))).toEqual([]);
    expect(passwordsIn(deliveries.map(({ payload }) => payload)).sort()).toEqual(Object.keys(SECRETS).sort());
  });
});

/** The same of several, each on its own where it is bytes. */
function foundIn(what: unknown): string[] {
  const isFiles = typeof what === 'object' && what !== null && Object.values(what).every(Buffer.isBuffer);
  return isFiles ? Object.values(what).flatMap(passwordsIn) : passwordsIn(what);
}
