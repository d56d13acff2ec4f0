import { readFileSync } from 'node:fs';
import { rename } from 'node:fs/promises';
import { expect, it, onTestFinished } from 'vitest';
import { TIMES } from '../../../src/config/times.ts';
import type { Listener } from '../../../src/slack/gate/listeners.ts';
import { MEMBERS, NORA, PRIYA, TEAM, TOMAS } from '../../sandbox/cast.ts';
import { ENGINEER, PLUS_LOGIN } from '../../sandbox/fastly/people.ts';
import { startSandbox } from '../../sandbox/sandbox.ts';
import { askForDeletion, databaseInFile, untilTold } from '../support/approving.ts';
import { openPasswordForm, submitPasswords } from '../support/changing-passwords.ts';
import {
  deliveryTo,
  postSigned,
  type Sender,
  startForgedSlack,
  superuser,
} from '../support/forged-delivery.ts';
import { Exposition, metricsOf, metricsUrl } from '../support/metrics.ts';
import {
  connected,
  DELIVERY,
  environmentFor,
  type RunningBot,
  runBot,
  startWorkplace,
} from '../support/workplace.ts';

const PREFIX = 'fastly_user_bot_';
/** Everything that is read is read anew. */
const AT_ONCE = { backlog: { ...TIMES.backlog, every: 0 } };

const PAGE = readFileSync(new URL('../../../docs/metrics.md', import.meta.url), 'utf8');

/** What the page lists: `name type label,label`. */
function documented(): string[] {
  const rows = [...PAGE.matchAll(/^\| `(fastly_\w+)` \| (\w+) \| (.*?) ?\| .+ \|$/gm)];
  return rows.map(([, name, type, labels = '']) => `${name} ${type} ${labels.replaceAll(/[` ]/g, '')}`);
}

/** The same of what a bot exposes, as far as it is its own. */
function exposedBy({ types, samples }: Exposition): string[] {
  return [...types]
    .filter(([name]) => name.startsWith('fastly_'))
    .map(([name, type]) => {
      const own = samples.filter((sample) => sample.name.replace(/_(bucket|sum|count)$/, '') === name);
      const labels = own.flatMap((sample) => Object.keys(sample.labels)).filter((label) => label !== 'le');
      return `${name} ${type} ${[...new Set(labels)].join(',')}`;
    });
}

/** How often an interaction has ended so. Its caller has the answer before it is counted. */
async function untilCounted(place: Pick<RunningBot, 'log'>, ended: string, times = 1): Promise<Exposition> {
  const isIn = (exposition: Exposition) =>
    exposition.all(`${PREFIX}interactions_total`).includes(`${ended} ${times}`);
  await expect.poll(async () => isIn(await metricsOf(place))).toBe(true);
  return await metricsOf(place);
}

it('a bot exposes what docs/metrics.md lists, and what prom-client tells of the process', async () => {
  const place = await startWorkplace(DELIVERY, {}, {}, AT_ONCE);
  const [nora, priya] = [place.client.as(NORA), place.client.as(PRIYA)];
  await nora.command(`reset ${PLUS_LOGIN.login}`);
  const [reset] = await place.client.deliveries();
  await place.client.redeliver(reset?.id ?? '');
  await untilCounted(place, 'kind=command name=unknown outcome=repeated');
  await askForDeletion(place.client, NORA, ENGINEER);
  await priya.command('get');
  await untilCounted(place, 'kind=command name=unknown outcome=denied');
  const exposition = await untilCounted(place, 'kind=command name=reset outcome=done');
  expect(exposedBy(exposition).toSorted()).toEqual(documented().toSorted());
  for (const { labels } of exposition.samples) {
    if (labels.reason !== undefined) expect(PAGE).toContain(`\n| \`${labels.reason}\` | `);
    if (labels.outcome !== undefined) expect(PAGE).toContain(`\n| \`${labels.outcome}\` | `);
  }
  expect([...exposition.types.keys()].filter((name) => !/^(fastly|process|nodejs)_/.test(name))).toEqual([]);
  expect(exposition.value('process_resident_memory_bytes')).toBeGreaterThan(0);
  const { version } = JSON.parse(readFileSync(new URL('../../../package.json', import.meta.url), 'utf8'));
  expect(exposition.all(`${PREFIX}build_info`)).toEqual([
    `version=${version} node=${process.versions.node} 1`,
  ]);
  const response = await fetch(await metricsUrl(place));
  expect(response.headers.get('content-type')).toBe('text/plain; version=0.0.4; charset=utf-8');
});

it('commands, clicks and forms are counted by name and outcome, and timed', async () => {
  const place = await startWorkplace();
  const { client } = place;
  const [nora, tomas] = [client.as(NORA), client.as(TOMAS)];
  await nora.command(`get ${ENGINEER.login}`);
  await nora.command('get nobody@example.com');
  await nora.command('get --help');
  const request = await askForDeletion(client, NORA, ENGINEER);
  await request.take(tomas, 'approve');
  await untilCounted(place, 'kind=submission name=approvals.approve-form outcome=done');
  await client.fastlyFaults({ down: true });
  await nora.command('whoami');
  const exposition = await untilCounted(place, 'kind=command name=whoami outcome=failed');
  expect(exposition.all(`${PREFIX}interactions_total`)).toEqual([
    'kind=click name=approvals.approve outcome=done 1',
    'kind=command name=delete outcome=done 1',
    'kind=command name=get outcome=done 1',
    'kind=command name=get outcome=refused 1',
    'kind=command name=help outcome=done 1',
    'kind=command name=whoami outcome=failed 1',
    'kind=submission name=approvals.approve-form outcome=done 1',
  ]);
  for (const [kind, count] of [
    ['click', 1],
    ['command', 5],
    ['submission', 1],
  ] as const) {
    expect(exposition.value(`${PREFIX}acknowledge_seconds_count`, { kind })).toBe(count);
    expect(exposition.value(`${PREFIX}acknowledge_seconds_bucket`, { kind, le: '3' })).toBeLessThanOrEqual(
      count,
    );
  }
  // What a request is answered with is its message, which the worker posts.
  expect(exposition.all(`${PREFIX}answer_seconds_count`)).toEqual([
    'kind=click name=approvals.approve 1',
    'kind=command name=get 2',
    'kind=command name=help 1',
    'kind=command name=whoami 1',
    'kind=submission name=approvals.approve-form 1',
  ]);
});

it("'Still working on it' is no answer", async () => {
  const place = await startWorkplace(DELIVERY, {}, {}, { answerWithin: 50 });
  const nora = place.client.as(NORA);
  await place.client.fastlyFaults({ hold: { match: 'GET /current_user', when: 'before', times: 1 } });
  await nora.command('whoami');
  await untilTold(nora, 'Still working on it');
  expect((await metricsOf(place)).all(`${PREFIX}answer_seconds_count`)).toEqual([]);
  await place.client.fastlyFaults({ hold: null });
  await untilCounted(place, 'kind=command name=whoami outcome=done');
  expect((await metricsOf(place)).value(`${PREFIX}answer_seconds_count`, { name: 'whoami' })).toBe(1);
});

it('nothing that somebody typed or sent becomes the value of a label', async () => {
  const slack = await startForgedSlack(DELIVERY);
  const outsider = { id: PRIYA.id, team_id: TEAM.id };
  const word = 'hunter2';
  const send = (kind: Listener['kind'], id: string, sender: Sender, more = {}) =>
    slack.deliver(deliveryTo({ kind, id }, sender, slack.responseUrl, more));
  for (const sender of [outsider, superuser]) {
    await send('command', '/fastly-user', sender, { text: `${word} --${word} ${word}@example.com` });
    await send('command', `/${word}`, sender, { text: word });
    await send('click', word, sender);
    await send('type-ahead', word, sender);
    await send('submission', word, sender);
    await send('event', word, sender);
  }
  await slack.deliver({ type: 'interactive', payload: { type: word } });
  await untilCounted(slack, 'kind=event name=unknown outcome=outdated');
  const exposition = await untilCounted(slack, 'kind=command name=unknown outcome=refused');
  expect(exposition.text).not.toContain(word);
  // Node's own metrics have a label of that name, too.
  const own = exposition.samples.filter(({ name }) => name.startsWith(PREFIX));
  const known = (label: string) => new Set(own.flatMap(({ labels }) => labels[label] ?? []));
  expect(known('kind')).toEqual(new Set(['command', 'click', 'type-ahead', 'submission', 'event']));
  expect(known('name')).toEqual(new Set(['unknown']));
  expect(known('outcome')).toEqual(new Set(['denied', 'outdated', 'refused']));
  expect(exposition.value(`${PREFIX}refused_callers_total`, { reason: 'not-a-bot-admin' })).toBe(6);
  expect(exposition.value(`${PREFIX}refused_deliveries_total`, { reason: 'form' })).toBe(1);
  for (const { id, name } of MEMBERS)
    for (const each of [id, name]) expect(exposition.text).not.toContain(each);
});

it('requests to Fastly are counted by what came of them, and each attempt counts', async () => {
  const place = await startWorkplace();
  const { client } = place;
  const nora = client.as(NORA);
  await client.fastlyFaults({ fail: { match: 'GET /current_user', status: 503, times: 1 } });
  await nora.command('whoami');
  await untilCounted(place, 'kind=command name=whoami outcome=done');
  await client.fastlyFaults({ drop: { match: 'GET /current_user', when: 'before', times: 1 } });
  await nora.command('whoami');
  const exposition = await untilCounted(place, 'kind=command name=whoami outcome=done', 2);
  const ofWhoami = { operation: 'get_current_user' };
  const count = (status: string) =>
    exposition.value(`${PREFIX}fastly_requests_total`, { ...ofWhoami, status });
  // One was asked at the start.
  expect([count('200'), count('503'), count('cut_off')]).toEqual([3, 1, 1]);
  expect(exposition.value(`${PREFIX}fastly_request_seconds_count`, ofWhoami)).toBe(5);
});

it('writes left are known from the first write on, and are those of the token', async () => {
  const place = await startWorkplace();
  const nora = place.client.as(NORA);
  const left = async () => (await metricsOf(place)).value(`${PREFIX}fastly_writes_remaining`);
  expect(await left()).toBeUndefined();
  await openPasswordForm(nora);
  await submitPasswords(nora);
  await untilCounted(place, 'kind=submission name=password.form outcome=done');
  expect(await left()).toBeUndefined();
  await nora.command(`reset ${PLUS_LOGIN.login}`);
  await untilCounted(place, 'kind=command name=reset outcome=done');
  expect(await left()).toBe(999);
});

it('the end of the token is read at the start, and later, and stays where Fastly refuses to say it', async () => {
  const sandbox = await startSandbox();
  onTestFinished(() => sandbox.close());
  await sandbox.client.patchFastlyToken({ expires_at: '2027-01-01T00:00:00Z' });
  const bot = runBot(environmentFor(sandbox, DELIVERY), { tokenExpiry: 50 });
  await connected(sandbox, bot.log, DELIVERY);
  const expiry = async () => (await metricsOf(bot)).value('fastly_token_expiry_timestamp_seconds');
  expect(await expiry()).toBe(Date.parse('2027-01-01T00:00:00Z') / 1000);
  await sandbox.client.fastlyFaults({ fail: { match: 'GET /tokens/self', status: 403, times: 1 } });
  await bot.log.until('when the Fastly token expires is not known');
  expect(await expiry()).toBe(Date.parse('2027-01-01T00:00:00Z') / 1000);
  await sandbox.client.patchFastlyToken({ expires_at: null });
  await expect.poll(expiry).toBeUndefined();
});

it('what waits is there after a restart, and left out while the database is away for too long', async () => {
  const database = await databaseInFile();
  const place = await startWorkplace(DELIVERY, database, {}, AT_ONCE);
  await askForDeletion(place.client, NORA, ENGINEER);
  const backlog = { ...AT_ONCE.backlog };
  await place.stop();
  const again = runBot({ ...environmentFor(place, DELIVERY), ...database }, { backlog });
  await connected(place, again.log, DELIVERY);
  const after = await metricsOf(again);
  expect(after.value(`${PREFIX}approval_requests`, { state: 'pending' })).toBe(1);
  expect(after.value(`${PREFIX}ready`)).toBe(1);
  expect(after.all(`${PREFIX}interactions_total`)).toEqual([]);
  const path = database.DATABASE_URL.replace('file:', '');
  await rename(path, `${path}.away`);
  await expect.poll(async () => (await metricsOf(again)).value(`${PREFIX}degraded`)).toBe(1);
  const kept = await metricsOf(again);
  expect(kept.value(`${PREFIX}approval_requests`, { state: 'pending' })).toBe(1);
  backlog.keptFor = 0;
  const away = await metricsOf(again);
  expect(away.all(`${PREFIX}approval_requests`)).toEqual([]);
  expect(away.value(`${PREFIX}surfaces_behind`)).toBeUndefined();
  expect(away.value(`${PREFIX}ready`)).toBe(1);
  await rename(`${path}.away`, path);
});

it('messages over Socket Mode that the bot cannot read are counted', async () => {
  const place = await startWorkplace('socket');
  await place.client.sendRaw('{"envelope_id":"E1","type":"whatever","payload":{}}', 'E1');
  const reason = { reason: 'form' };
  expect((await metricsOf(place)).value(`${PREFIX}refused_deliveries_total`, reason)).toBe(1);
});

it('deliveries over HTTP are refused by their signature, and the port for Slack has no metrics', async () => {
  const slack = await startForgedSlack('http');
  const post = (secret: string) =>
    postSigned(slack.requestUrl, secret, deliveryTo({ kind: 'command', id: '/fastly-user' }, superuser, ''));
  expect((await post('another secret')).status).toBe(401);
  expect((await fetch(slack.requestUrl, { method: 'POST' })).status).toBe(401);
  const { text } = await metricsOf(slack);
  const refused = new Exposition(text).all(`${PREFIX}refused_deliveries_total`);
  expect(refused).toEqual([
    'reason=form 0',
    'reason=left-out 0',
    'reason=size 0',
    'reason=unsigned 1',
    'reason=wrong-signature 1',
    'reason=wrong-time 0',
  ]);
  expect((await fetch(new URL('/metrics', slack.requestUrl))).status).toBe(404);
});
