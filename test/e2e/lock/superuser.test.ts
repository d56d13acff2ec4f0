import { describe, expect, it } from 'vitest';
import { CDN_TEAM, NORA, PRIYA, TOMAS } from '../../sandbox/cast.ts';
import type { ActingMember } from '../../sandbox/control/client.ts';
import { THIRD_SUPERUSER } from '../../sandbox/fastly/people.ts';
import {
  databaseInFile,
  openRequest,
  type RequestMessage,
  startAnother,
  untilTold,
} from '../support/approving.ts';
import { wordsOf } from '../support/seeing.ts';
import { CI_PURGE, SESSION } from '../support/tokens.ts';
import { DELIVERY, startWorkplace, type Workplace } from '../support/workplace.ts';

const WHO = { user_id: THIRD_SUPERUSER.id };
const LOCK = `PUT /user/${THIRD_SUPERUSER.id}`;
const END = `DELETE /tokens/${SESSION.id}`;
const REVOKE = `DELETE /tokens/${CI_PURGE.id}`;

/** A workplace in which a Fastly superuser has a browser session, and a token that a program uses. */
async function start(variables: Record<string, string> = {}): Promise<Workplace> {
  const workplace = await startWorkplace(DELIVERY, variables);
  await workplace.client.putFastlyTokens([
    { ...SESSION, ...WHO },
    { ...CI_PURGE, ...WHO },
  ]);
  return workplace;
}

async function changes({ client }: Workplace): Promise<string[]> {
  const calls = await client.fastlyCalls();
  return calls.filter(({ method }) => method !== 'GET').map(({ method, path }) => `${method} ${path}`);
}

async function untilRequest(who: ActingMember): Promise<RequestMessage> {
  return await who.until((sees) => openRequest(sees, CDN_TEAM, THIRD_SUPERUSER), 'the request');
}

describe('the lock of a Fastly superuser, with what follows', () => {
  it('is one request, which says all of it, locks first and does the rest', async () => {
    const workplace = await start();
    const [nora, tomas] = [workplace.client.as(NORA), workplace.client.as(TOMAS)];
    await nora.command(`lock ${THIRD_SUPERUSER.id} --end-sessions --revoke-tokens`);
    const request = await untilRequest(nora);
    const words = request.words(await nora.sees());
    expect(words).toContain('Browser sessions of the user end after the change');
    expect(words).toContain('1 token to revoke after the change: ci-purge');
    const form = wordsOf((await request.form(tomas, 'approve')).blocks);
    expect(form).toContain('will be locked');
    expect(form).not.toContain('may go on working');
    expect(form).toContain('Used within the last week: ci-purge');
    expect(await changes(workplace)).toEqual([]);
    await tomas.submit();
    await request.until(nora, '✅ Locked');
    expect(await changes(workplace)).toEqual([LOCK, END, REVOKE]);
  });

  it('leaves alone what was not asked for, and tells of tokens made since', async () => {
    const workplace = await start();
    const { client } = workplace;
    const [nora, tomas] = [client.as(NORA), client.as(TOMAS)];
    await nora.command(`lock ${THIRD_SUPERUSER.id} --revoke-tokens`);
    const request = await untilRequest(nora);
    await client.putFastlyTokens([{ ...CI_PURGE, ...WHO, id: 'late1', name: 'just-made' }]);
    await request.take(tomas, 'approve');
    expect(await request.until(nora, '✅ Locked')).toContain('1 token of the user is still listed');
    expect(await changes(workplace)).toEqual([LOCK, REVOKE]);
  });

  it('is told as half done where a session stays, and Retry does only the rest', async () => {
    const workplace = await start();
    const { client } = workplace;
    const [nora, tomas] = [client.as(NORA), client.as(TOMAS)];
    await nora.command(`lock ${THIRD_SUPERUSER.id} --end-sessions --revoke-tokens`);
    const request = await untilRequest(nora);
    await client.fastlyFaults({ fail: { match: REVOKE, status: 403, body: '{"msg":"No"}', times: 1 } });
    await request.take(tomas, 'approve');
    const half = await request.until(nora, 'was locked, but not all that was to follow is done');
    expect(half).not.toContain('Nothing was changed');
    await request.click(nora, 'retry');
    expect(await request.until(nora, '✅ Locked')).not.toContain('reply was lost');
    expect(await changes(workplace)).toEqual([LOCK, END, REVOKE, REVOKE]);
  });

  it('has a form that insists on a reason where a demotion needs one', async () => {
    const { client } = await start({ REASON_REQUIRED_FOR: 'demote' });
    const nora = client.as(NORA);
    // A part of a name is asked about, in the form.
    await nora.command(`lock ${THIRD_SUPERUSER.login.split('@')[0]}`);
    const form = await nora.until(({ modals }) => modals.find(({ submit }) => submit !== null), 'the form');
    expect(form.submit).toBe('Request lock');
    expect(form.blocks.find(({ block_id }) => block_id === 'reason')).not.toHaveProperty('optional');
  });

  it('asks for a reason where revoking a part of it needs one', async () => {
    const { client } = await start({ REASON_REQUIRED_FOR: 'revoke' });
    const nora = client.as(NORA);
    await nora.command(`lock ${THIRD_SUPERUSER.id} --revoke-tokens`);
    await untilTold(nora, 'A reason is needed. Nothing was requested.');
    await nora.command(`lock ${THIRD_SUPERUSER.id} --end-sessions`);
    await untilRequest(nora);
  });

  it('revokes nothing on Retry once the approvals no longer count', async () => {
    const database = await databaseInFile();
    const before = await start({ ...database, SUPERUSERS: `${NORA.id},${TOMAS.id},${PRIYA.id}` });
    const { client } = before;
    const nora = client.as(NORA);
    await nora.command(`lock ${THIRD_SUPERUSER.id} --revoke-tokens`);
    const request = await untilRequest(nora);
    await client.fastlyFaults({ fail: { match: REVOKE, status: 403, body: '{"msg":"No"}', times: 1 } });
    await request.take(client.as(TOMAS), 'approve');
    await request.until(nora, 'not all that was to follow is done');
    const after = await startAnother(before, { ...database, SUPERUSERS: `${NORA.id},${PRIYA.id}` });
    await request.click(client.as(PRIYA), 'retry');
    await request.until(nora, 'Too few of the approvals still count.');
    expect(await changes(after)).toEqual([LOCK, REVOKE]);
  });

  it('takes no password reset', async () => {
    const workplace = await start();
    const nora = workplace.client.as(NORA);
    await nora.command(`lock ${THIRD_SUPERUSER.id} --email-reset`);
    await untilTold(nora, "A password reset can't be part of the request to lock one.");
    expect(await changes(workplace)).toEqual([]);
  });

  it('does not go round the approval that revoking takes', async () => {
    const workplace = await start({ APPROVAL_REQUIRED_FOR: 'revoke' });
    const nora = workplace.client.as(NORA);
    await nora.command(`lock ${THIRD_SUPERUSER.id} --revoke-tokens`);
    await untilTold(nora, 'revoking tokens needs approval here. Nothing was requested.');
    expect(await changes(workplace)).toEqual([]);
  });

  it('has its ticks in the form', async () => {
    const workplace = await start();
    const nora = workplace.client.as(NORA);
    await nora.command(`get ${THIRD_SUPERUSER.id}`);
    await nora.until((sees) => wordsOf(sees.channels).includes(THIRD_SUPERUSER.login), 'the card');
    await nora.click({ channel: CDN_TEAM.id, actionId: 'lock.button' });
    const form = await nora.until(
      ({ modals }) => modals.find(({ callbackId }) => callbackId === 'lock.form'),
      'the form',
    );
    expect(form.submit).toBe('Request lock');
    const words = wordsOf(form.blocks);
    expect(words).toContain('1 browser session now. Part of the request.');
    expect(words).toContain('1 token now. Part of the request.');
    expect(words).not.toContain('password reset');
    await nora.submit({ steps: ['end-sessions'], reason: null });
    const request = await untilRequest(nora);
    expect(request.words(await nora.sees())).not.toContain('ci-purge');
  });
});
