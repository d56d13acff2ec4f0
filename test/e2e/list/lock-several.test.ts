import { describe, expect, it } from 'vitest';
import { AUDIT_TRAIL, CDN_TEAM, NORA, TOMAS } from '../../sandbox/cast.ts';
import { BOT_ACCOUNT, NEVER_ACTIVE, NORA_USER, OWNER } from '../../sandbox/fastly/people.ts';
import { askForDeletion, auditEntries, databaseInFile, untilTold } from '../support/approving.ts';
import { deliveryTo, startForgedSlack, superuser, viewOf } from '../support/forged-delivery.ts';
import {
  approved,
  clickOn,
  idlers,
  lockedNow,
  openForm,
  puts,
  severalRequest,
  submitTicked,
  ticked,
  tickedIn,
  untilRequested,
} from '../support/idle.ts';
import { messageWith, wordsOf } from '../support/seeing.ts';
import { DAY, fromNow } from '../support/tokens.ts';
import { DELIVERY, startWorkplace } from '../support/workplace.ts';

const SEVEN = idlers(7);
const ids = (users: readonly { id: string }[]) => users.map(({ id }) => id);

async function workplaceWith(users = SEVEN, variables: Record<string, string> = {}) {
  const workplace = await startWorkplace(DELIVERY, variables);
  await workplace.client.putFastlyUsers(users);
  return workplace;
}

describe('the form to lock several', () => {
  it('ticks all but those with a token in use, and names those left out', async () => {
    const { client } = await workplaceWith();
    const used = {
      id: 'used1',
      user_id: 'idle2',
      name: 'deploy',
      scope: 'global',
      created_at: fromNow(-400 * DAY),
    };
    await client.putFastlyTokens([
      { ...used, last_used_at: fromNow(-3.5 * DAY) },
      { ...used, id: 'unused1', user_id: 'idle3', last_used_at: fromNow(-100 * DAY) },
    ]);
    await askForDeletion(client, NORA, SEVEN[1] ?? NEVER_ACTIVE);
    const form = await openForm(client, '');
    const words = wordsOf(form.blocks);
    expect(words).toContain("a locked user can't be edited. They may still be able to sign in.");
    expect(words).toContain('To lock more than 5 you need 1 approval from');
    const all = tickedIn(form);
    expect(all).toContain(ticked(SEVEN[0] ?? NEVER_ACTIVE));
    expect(all).toContain(ticked(SEVEN[3] ?? NEVER_ACTIVE));
    expect(all).not.toContain(ticked(SEVEN[2] ?? NEVER_ACTIVE));
    expect(words).toContain('Token deploy used 3 days ago. idle.2@example.com');
    expect(JSON.stringify(form.blocks)).not.toContain(ticked(SEVEN[1] ?? NEVER_ACTIVE));
    expect(words).toContain('Left out, because a request about them is open: Idle 1 ( idle.1@example.com )');
    expect(words).toMatch(/Left out, because they are or may be Fastly superusers: [^:]*Nora Lindqvist/);
    expect(words).toMatch(
      new RegExp(`Left out, because the bot never locks them: ${OWNER.name}[^:]*${BOT_ACCOUNT.name}`),
    );
    for (const { login } of [NORA_USER, OWNER, BOT_ACCOUNT]) {
      expect(all.join(' ')).not.toContain(login);
    }
  });

  it('offers the 100 who were inactive for longest, however long their names are', async () => {
    const long = idlers(103).map((user) => ({
      ...user,
      name: `${user.name} ${'<&>'.repeat(60)}`,
      login: `${'l'.repeat(200)}.${user.login}`,
    }));
    const { client } = await workplaceWith(long);
    const form = await openForm(client);
    expect(JSON.stringify(form.values).match(/"value":"idle\d+ l/g)).toHaveLength(100);
    expect(JSON.stringify(form.values)).not.toContain('"idle100 ');
    expect(wordsOf(form.blocks)).toContain('For the other 3, narrow the list down');
    await client.as(NORA).submit();
    const request = await untilRequested(client);
    expect(request.words(await client.as(NORA).sees())).toContain('Lock 100 users?');
    const approval = await request.form(client.as(TOMAS), 'approve');
    expect(wordsOf(approval.blocks).match(/l{20,}…/g)).toHaveLength(100);
  });

  const UNSEEN = ['nobody whom it did not show', {}, 'This form no longer works.'] as const;
  it.each([
    ['socket', ...UNSEEN],
    ['http', ...UNSEEN],
    ['socket', 'nobody where locking is disabled', { DISABLED_COMMANDS: 'lock' }, 'or is disabled in this'],
  ] as const)('takes, over %s, %s', async (mode, _what, variables, says) => {
    const slack = await startForgedSlack(mode, variables);
    await slack.client.putFastlyUsers(SEVEN);
    const filter = { text: 'idle', role: null, locked: null, withoutTwoFactor: false, inactive: 90 };
    const subject = JSON.stringify({ filter, shown: 'another' });
    const option = { text: { type: 'plain_text', text: 'Idle 0' }, value: ticked(SEVEN[0] ?? NEVER_ACTIVE) };
    const users = { 'users-0': { type: 'checkboxes', selected_options: [option] } };
    const id = 'list.lock-several-form';
    const view = viewOf(id, {
      private_metadata: JSON.stringify({ channel: CDN_TEAM.id, private: false, subject }),
      state: { values: { 'users-0': users } },
    });
    const answer = await slack.deliver(deliveryTo({ kind: 'submission', id }, superuser, '', { view }));
    expect(JSON.stringify(answer)).toContain(says);
    expect(await puts(slack.client)).toEqual([]);
  });

  it('offers nobody who is not on the list, nor who is locked already', async () => {
    const { client } = await workplaceWith([
      ...SEVEN.slice(0, 2),
      { ...NEVER_ACTIVE, id: 'idleX', locked: true },
    ]);
    const nora = client.as(NORA);
    await nora.command('list --locked yes --inactive 90d');
    await nora.until((sees) => messageWith(sees, CDN_TEAM, 'inactive for 90 days'), 'the list');
    await nora.click({ channel: CDN_TEAM.id, actionId: 'list.lock-several' });
    const told = await nora.until(
      ({ modals }) =>
        modals.map(({ blocks }) => wordsOf(blocks)).find((words) => words.includes('Nobody on this list')),
      'the refusal',
    );
    expect(told).toMatch(/Left out, because they are locked already: \d users\./);
  });

  it('asks for a reason where that is needed', async () => {
    const { client } = await workplaceWith(SEVEN, { REASON_REQUIRED_FOR: 'lock-several' });
    const form = await openForm(client);
    expect(form.blocks.find(({ block_id }) => block_id === 'reason')).not.toHaveProperty('optional', true);
    await client.as(NORA).submit({ reason: 'Nobody has missed them' });
    const request = await untilRequested(client);
    expect(request.words(await client.as(NORA).sees())).toContain('Reason: Nobody has missed them');
  });

  it('asks for somebody to be ticked, and takes nobody who has been active since it was shown', async () => {
    const { client } = await workplaceWith();
    await openForm(client);
    const nora = client.as(NORA);
    await nora.submit({ 'users-0': [] });
    await nora.until(
      ({ modals }) => modals.some(({ errors }) => errors['users-0']?.includes('Tick somebody.')),
      'the refusal',
    );
    await client.putFastlyUsers([{ ...SEVEN[0], last_active_at: fromNow(-DAY) }]);
    await nora.submit({ 'users-0': SEVEN.slice(0, 2).map(ticked) });
    await nora.until(
      ({ modals }) =>
        modals.some(({ blocks, errors }) =>
          `${wordsOf(blocks)}${JSON.stringify(errors)}`.includes('was active since'),
        ),
      'the refusal',
    );
    expect(await puts(client)).toEqual([]);
  });
});

describe('locking several', () => {
  it('is done at once for up to five, and undone by one button where nobody was touched since', async () => {
    const database = await databaseInFile();
    const { client, stop } = await workplaceWith(SEVEN, {
      ...database,
      CONFIRMATIONS_CHANNEL: AUDIT_TRAIL.id,
    });
    await openForm(client);
    const five = SEVEN.slice(0, 5);
    await submitTicked(client, five);
    const request = await untilRequested(client);
    await request.until(client.as(NORA), '✅ 5 of 5 locked.');
    await client
      .as(NORA)
      .until((sees) => messageWith(sees, AUDIT_TRAIL, '5 users were locked'), 'the copy of the confirmation');
    expect(request.words(await client.as(NORA).sees())).toContain('5 users were locked');
    expect(await puts(client)).toEqual(ids(five));
    await client.putFastlyUsers([{ ...five[0], role: 'billing', locked: true }]);
    await client.as(TOMAS).command('unlock idle1');
    await client.as(TOMAS).until((sees) => messageWith(sees, CDN_TEAM, 'Idle 1'), 'the unlock');
    await expect.poll(() => lockedNow(client)).toEqual(['idle0', 'idle2', 'idle3', 'idle4']);
    expect(request.buttons(await client.as(TOMAS).sees())).toEqual(['unlock-several']);
    await clickOn(client, request, 'unlock-several', TOMAS);
    await request.untilInThread(client.as(NORA), 'unlocked 3 users.');
    const posted = (await client.slackCalls()).filter(({ method }) => method === 'chat.postMessage');
    const about = posted.filter(({ args }) => JSON.stringify(args).includes('were locked'));
    expect(about.map(({ args }) => args.channel)).toEqual([AUDIT_TRAIL.id]);
    const told = await untilTold(client.as(TOMAS), '3 users unlocked.');
    expect(told).toContain('idle.1@example.com is unlocked already.');
    expect(told).toContain('Not unlocked: idle.0@example.com (has changed since).');
    expect(await lockedNow(client)).toEqual(['idle0']);
    const copy = await client
      .as(TOMAS)
      .until((sees) => messageWith(sees, AUDIT_TRAIL, 'unlocked 3 users'), 'the copy of the confirmation');
    expect(wordsOf(copy.blocks)).toContain('idle.2@example.com, idle.3@example.com and idle.4@example.com.');
    await request.until(client.as(TOMAS), '🔓 Unlocked again by <@U0TOMAS01>');
    expect(request.words(await client.as(TOMAS).sees())).not.toContain('To be locked');
    await client.putFastlyUsers([{ ...five[0], locked: false }]);
    await clickOn(client, request, 'unlock-several', TOMAS);
    const again = await untilTold(client.as(TOMAS), 'Nobody was unlocked.');
    expect(again).toContain('idle.0@example.com and idle.1@example.com are unlocked already.');
    expect(again).not.toContain('brings back');
    await stop();
    const entries = await auditEntries(database);
    const locks = entries.filter(({ change, event }) => change === 'lock' && event === 'done');
    expect(locks.map(({ target, details }) => [target, details.run])).toEqual(
      five.map(({ id }) => [id, request.id]),
    );
  });

  it('waits for approval for more, reads each again, and goes on where one is refused', async () => {
    const workplace = await workplaceWith();
    const { client } = workplace;
    await openForm(client);
    await submitTicked(client, SEVEN);
    const request = await untilRequested(client);
    const words = request.words(await client.as(TOMAS).sees());
    expect(words).toContain('Lock 7 users?');
    for (const { login } of SEVEN) expect(words).toContain(login);
    await client.as(NORA).command('approvals');
    const open = await untilTold(client.as(NORA), 'One request is open');
    expect(open).toContain('wants to lock 7 users');
    expect(open).toContain(
      'Not active for more than 90 days: idle.0@example.com , idle.1@example.com , idle.2@example.com and 4 more.',
    );
    const form = await request.form(client.as(TOMAS), 'approve');
    expect(wordsOf(form.blocks)).toContain('idle.6@example.com');
    expect(await puts(client)).toEqual([]);
    await client.putFastlyUsers([{ ...SEVEN[1], last_active_at: fromNow(-DAY) }]);
    await client.fastlyFaults({
      fail: { match: 'PUT /user/idle3', status: 403, body: '{"msg":"No"}', times: 1 },
    });
    await client.as(TOMAS).submit();
    const end = await request.until(client.as(NORA), '✅ 5 of 7 locked, 2 refused.');
    expect(end).toContain('5 of 7 users were locked');
    expect(end).toContain('Not locked: idle.1@example.com (was active since).');
    expect(end).toContain('Not locked: idle.3@example.com (Fastly doesn’t allow'.replace('’', "'"));
    expect(await lockedNow(client)).toEqual(['idle0', 'idle2', 'idle4', 'idle5', 'idle6']);
    expect(request.buttons(await client.as(NORA).sees())).toEqual(['unlock-several']);
  });

  it('goes on with the others where Fastly refuses to show one', async () => {
    const { client } = await workplaceWith();
    const forbidden = { status: 403, body: '{"msg":"No"}', times: 100 };
    await client.fastlyFaults({ fail: { match: 'GET /user/idle2', ...forbidden } });
    const request = await approved(client, SEVEN);
    const end = await request.until(client.as(NORA), '✅ 6 of 7 locked, 1 refused.');
    expect(end).toContain("Not locked: idle.2@example.com (Fastly doesn't allow the bot to do this");
    expect(await puts(client)).toEqual(ids(SEVEN.filter(({ id }) => id !== 'idle2')));
  });

  it('shows how far it is, and any bot admin stops it for good', async () => {
    const workplace = await workplaceWith();
    const { client } = workplace;
    await client.fastlyFaults({ hold: { match: 'PUT /user/idle2', when: 'before', times: 1 } });
    const request = await approved(client, SEVEN);
    await request.until(client.as(NORA), '2 of 7 locked');
    expect(request.buttons(await client.as(NORA).sees())).toEqual(['stop']);
    await clickOn(client, request, 'stop', TOMAS);
    await request.until(client.as(NORA), 'Stopping…');
    await client.untilHeld('fastly');
    await client.fastlyFaults({ hold: null });
    const end = await request.until(client.as(NORA), '✅ 3 of 7 locked.');
    expect(end).toContain('<@U0TOMAS01> stopped it.');
    // The call that was cut is sent once more.
    expect(await puts(client)).toEqual(['idle0', 'idle1', 'idle2', 'idle2']);
    expect(request.buttons(await client.as(NORA).sees())).toEqual(['unlock-several']);
  });

  it('waits while Fastly takes no changes, and can be stopped meanwhile', async () => {
    const workplace = await workplaceWith();
    const { client } = workplace;
    await client.fastlyFaults({ hold: { match: 'PUT /user/idle2', when: 'before', times: 1 } });
    const request = await approved(client, SEVEN);
    await client.untilHeld('fastly');
    await client.fastlyFaults({ rateLimitUsedUp: { reset: null } });
    await client.fastlyFaults({ hold: null });
    await request.until(client.as(NORA), "2 of 7 locked. Fastly's rate limit is reached.");
    await clickOn(client, request, 'stop');
    const end = await request.until(client.as(NORA), '✅ 2 of 7 locked. <@U0NORA001> stopped it.');
    expect(end).not.toContain('refused');
    expect(await lockedNow(client)).toEqual(['idle0', 'idle1']);
  });

  it('names one user who is locked alone', async () => {
    const { client } = await workplaceWith();
    expect(wordsOf((await openForm(client, 'idle.0')).blocks)).not.toContain('approval');
    await submitTicked(client, SEVEN.slice(0, 1));
    const request = await untilRequested(client);
    await request.until(client.as(NORA), '✅ 1 of 1 locked.');
    expect(request.words(await client.as(NORA).sees())).toContain('Idle 0 was locked');
    expect(request.buttons(await client.as(NORA).sees())).toEqual(['unlock-several']);
  });

  it('leaves a user alone whom an open request is about by then', async () => {
    const workplace = await workplaceWith();
    const { client } = workplace;
    await openForm(client);
    await submitTicked(client, SEVEN);
    const request = await untilRequested(client);
    await client.as(TOMAS).command('list idle --inactive 90d');
    await client.as(TOMAS).click({ channel: CDN_TEAM.id, actionId: 'list.lock-several' });
    await client
      .as(TOMAS)
      .until(
        ({ modals }) =>
          modals.some(({ blocks }) =>
            wordsOf(blocks).includes('Nobody on this list can be locked. Left out, because'),
          ),
        'the refusal',
      );
    await askForDeletion(client, NORA, SEVEN[4] ?? NEVER_ACTIVE);
    await request.take(client.as(TOMAS), 'approve');
    const end = await request.until(client.as(NORA), '✅ 6 of 7 locked, 1 refused.');
    expect(end).toContain('Not locked: idle.4@example.com (a request about this user is open).');
    expect(severalRequest(await client.as(NORA).sees())?.ts).toBe(request.ts);
  });
});
