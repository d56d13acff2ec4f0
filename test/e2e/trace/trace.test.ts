import { describe, expect, it } from 'vitest';
import { CDN_TEAM, NORA, PRIYA, TOMAS } from '../../sandbox/cast.ts';
import { ENGINEER, NORA_USER } from '../../sandbox/fastly/people.ts';
import { askForDeletion, toldPrivately, untilTold } from '../support/approving.ts';
import { pickerValue } from '../support/picker-value.ts';
import { messageWith } from '../support/seeing.ts';
import { DELIVERY_MODES, type LogLines, startWorkplace } from '../support/workplace.ts';

const REFERENCE = /^[A-Z0-9]{4}-[A-Z0-9]{4}$/;
const FASTLY_CALL = 'a call to Fastly';

/** What the log says of one interaction, in its order. */
const saidOf = ({ lines }: LogLines, interaction: unknown) =>
  lines.filter((line) => line.interaction === interaction);

const messagesOf = (log: LogLines, interaction: unknown) => saidOf(log, interaction).map(({ msg }) => msg);

/** The first line of the latest interaction of this kind: of a command, a click or a form. */
async function taken(log: LogLines, delivery: string): Promise<Record<string, unknown>> {
  const find = () => log.lines.findLast((line) => line.msg === 'taken' && line.delivery === delivery);
  await expect.poll(find).toBeDefined();
  return find() ?? {};
}

describe.each(DELIVERY_MODES)('the log of an interaction, over %s', (mode) => {
  it('has all of a command under the reference that its caller is shown, and nothing that was typed', async () => {
    const { client, log } = await startWorkplace(mode);
    await client.fastlyFaults({ fail: { match: 'GET /user/', status: 400, body: '{"msg":"No"}', times: 9 } });
    await client.as(NORA).command(`get ${NORA_USER.id}`);
    const told = await untilTold(client.as(NORA), 'Reference');
    const interaction = /[A-Z0-9]{4}-[A-Z0-9]{4}/.exec(told)?.[0];
    await log.until('failed');
    expect(messagesOf(log, interaction)).toEqual(['taken', FASTLY_CALL, 'failed']);
    expect(saidOf(log, interaction)[1]).toMatchObject({
      level: 20,
      operation: 'get_user',
      status: 400,
      milliseconds: expect.any(Number),
      attempt: 1,
    });
    await client.as(NORA).command('get somebody.secret@example.com');
    await expect.poll(async () => toldPrivately(await client.as(NORA).sees())).toHaveLength(2);
    expect(log.text).not.toContain('somebody.secret');
  });

  it('has all of a form under one reference of its own', async () => {
    const { client, log } = await startWorkplace(mode);
    const nora = client.as(NORA);
    await nora.command('reset');
    await nora.until((sees) => sees.modals[0]?.callbackId === 'reset.form', 'the form');
    await nora.typeAhead('user-picker', ENGINEER.login);
    await nora.submit({ 'user-picker': pickerValue(ENGINEER) });
    await nora.until((sees) => messageWith(sees, CDN_TEAM, 'sent a password'), 'the confirmation');
    const { interaction } = await taken(log, 'submission');
    expect(interaction).toMatch(REFERENCE);
    expect(interaction).not.toBe((await taken(log, 'command')).interaction);
    const messages = messagesOf(log, interaction);
    expect(messages).toEqual(expect.arrayContaining([FASTLY_CALL, 'audit', 'password reset requested']));
    expect(saidOf(log, interaction).map(({ operation }) => operation)).toContain('request_password_reset');
    const audits = saidOf(log, interaction).filter(({ msg }) => msg === 'audit');
    expect(audits).toMatchObject([{ audit: { event: 'begun' } }, { audit: { event: 'done' } }]);
  });

  it('has what a request is about with the request, from its filing to its execution', async () => {
    const { client, log } = await startWorkplace(mode);
    const request = await askForDeletion(client, NORA, ENGINEER);
    const filing = (await taken(log, 'command')).interaction;
    await request.click(client.as(TOMAS), 'approve');
    await client.as(TOMAS).until((sees) => sees.modals.length === 1, 'the form');
    const click = (await taken(log, 'click')).interaction;
    await client.as(TOMAS).submit({});
    await request.until(client.as(PRIYA), '✅');
    const decision = (await taken(log, 'submission')).interaction;
    expect(new Set([filing, click, decision]).size).toBe(3);
    const audits = log.lines.filter(({ msg }) => msg === 'audit');
    expect(audits.map(({ audit, interaction }) => [audit, interaction])).toMatchObject([
      [{ event: 'filed', details: { interaction: filing } }, filing],
      [{ event: 'approved', details: { interaction: decision } }, decision],
      [{ event: 'started', details: { interaction: decision } }, decision],
      [{ event: 'completed', details: { interaction: decision } }, decision],
    ]);
    const deletion = log.lines.filter(({ operation }) => operation === 'delete_user');
    expect(deletion).toMatchObject([{ interaction: decision, request: request.id, status: 200 }]);
    const about = log.lines.filter((line) => JSON.stringify(line).includes(request.id));
    expect(about.filter((line) => line.request !== request.id)).toEqual([]);
    for (const each of [filing, click, decision]) {
      expect(saidOf(log, each).at(-1)).toMatchObject({ request: request.id });
    }
  });
});

describe('what goes on behind interactions', () => {
  it('belongs to none of them where it serves several, such as the list of users', async () => {
    const { client, log } = await startWorkplace();
    await Promise.all([NORA, TOMAS].map((who) => client.as(who).command('list')));
    const lists = () => log.lines.filter(({ operation }) => operation === 'list_users');
    await expect.poll(lists).toHaveLength(1);
    expect(lists()[0]).not.toHaveProperty('interaction');
  });

  it('belongs to none where it outlives them, such as asking whether Fastly is back', async () => {
    const { client, log, times } = await startWorkplace();
    times.fastlyAskedAgain = 20;
    await client.fastlyFaults({ down: true });
    await client.as(NORA).command(`get ${NORA_USER.id}`);
    expect((await log.until('failed')).interaction).toMatch(REFERENCE);
    const asked = () =>
      log.lines.filter(({ operation, status }) => operation === 'get_current_user' && status === 'cut_off');
    await expect.poll(() => asked().length).toBeGreaterThan(2);
    expect(asked().filter(({ interaction }) => interaction !== undefined)).toEqual([]);
  });

  it('belongs to none where it asks whether Fastly takes the token again', async () => {
    const { client, log, times } = await startWorkplace();
    times.fastlyAskedAgain = 20;
    const refusal = { status: 401, body: '{"msg":"Provided credentials are missing or invalid"}' };
    await client.fastlyFaults({ fail: { match: 'GET /user/', ...refusal, times: 1 } });
    await client.as(NORA).command(`get ${NORA_USER.id}`);
    expect((await log.until('failed')).interaction).toMatch(REFERENCE);
    expect(await log.until('Fastly accepts FASTLY_API_TOKEN again')).not.toHaveProperty('interaction');
  });

  it('belongs to the interaction whose answer it brings', async () => {
    const { client, log } = await startWorkplace();
    await client.slackFaults({ rateLimit: { method: 'response_url', retryAfter: 1, times: 2 } });
    await Promise.all([NORA, TOMAS].map((who) => client.as(who).command(`get ${NORA_USER.id}`)));
    const waiting = await log.untilTimes('Slack does not take an answer yet, it waits', 2);
    const taken = log.lines.filter(({ msg }) => msg === 'taken');
    for (const { id } of [NORA, TOMAS]) {
      const [line] = waiting.filter(({ caller }) => caller === id);
      expect(line?.interaction).toBe(taken.find(({ caller }) => caller === id)?.interaction);
    }
  });
});
