import { describe, expect, it } from 'vitest';
import { CDN_TEAM, JONAS, NORA, PARTNER_TEAM, PRIYA, TEAM, TOMAS } from '../../sandbox/cast.ts';
import {
  BILLING,
  BOT_ACCOUNT,
  ENGINEER,
  HOSTILE,
  LIMITED_ENGINEER,
  OWNER,
  PEOPLE,
  TOMAS_USER,
} from '../../sandbox/fastly/people.ts';
import { completeUser } from '../../sandbox/fastly/user.ts';
import { askForDeletion, openRequest } from '../support/approving.ts';
import { deliveryTo, startForgedSlack } from '../support/forged-delivery.ts';
import { headersOf, openHome, rowsOf, sectionOf, untilAtHome } from '../support/home-tab.ts';
import { elementsOf, wordsOf } from '../support/seeing.ts';
import { DELIVERY, DELIVERY_MODES, forgetStart, startWorkplace } from '../support/workplace.ts';

describe.each(DELIVERY_MODES)('the Home tab, over %s', (mode) => {
  it('says in friendly words that there is nothing yet', async () => {
    const { client } = await startWorkplace(mode);
    const sees = await openHome(client.as(NORA));
    expect(headersOf(sees)).toEqual([
      'Waiting for you',
      'Your open requests',
      'Quick actions',
      'Latest changes',
      'The account',
    ]);
    expect(wordsOf(sectionOf(sees, 'Waiting for you'))).toContain('Nothing is waiting for you.');
    expect(wordsOf(sectionOf(sees, 'Your open requests'))).toContain('You have no open requests.');
    expect(wordsOf(sectionOf(sees, 'Latest changes'))).toContain('There are no changes yet.');
  });
});

describe('the Home tab', () => {
  it('shows each what waits for them and what they have asked for, with the buttons for them', async () => {
    const { client } = await startWorkplace();
    const request = await askForDeletion(client, NORA, ENGINEER, { reason: 'Left the company' });
    const other = await askForDeletion(client, TOMAS, BILLING);
    const hers = await openHome(client.as(NORA));
    const his = await openHome(client.as(TOMAS));
    expect(rowsOf(hers, 'Waiting for you')).toEqual([['approve', 'deny', 'lock']]);
    expect(rowsOf(hers, 'Your open requests')).toEqual([['cancel', 'lock']]);
    const waiting = wordsOf(sectionOf(his, 'Waiting for you'));
    expect(waiting).toContain(`<@${NORA.id}> wants to delete ${ENGINEER.name} ( ${ENGINEER.login} )`);
    expect(waiting).toContain('Reason: Left the company');
    expect(waiting).toContain(`request ${request.id} in <#${CDN_TEAM.id}>`);
    expect(waiting).not.toContain(BILLING.login);
    expect(wordsOf(sectionOf(his, 'Your open requests'))).toContain(other.id);
    const link = `/archives/${CDN_TEAM.id}/p${request.ts.replace('.', '')}`;
    expect(JSON.stringify(sectionOf(his, 'Waiting for you'))).toContain(link);
  });

  it('shows the latest five changes, newest first', async () => {
    const { client } = await startWorkplace();
    const nora = client.as(NORA);
    const users = PEOPLE.filter(
      ({ id, locked }) => !locked && ![OWNER.id, BOT_ACCOUNT.id, TOMAS_USER.id].includes(id),
    ).slice(0, 6);
    for (const user of users) await askForDeletion(client, NORA, user);
    const [lines] = sectionOf(await openHome(nora), 'Latest changes');
    const places = users.map(({ login }) => wordsOf(lines).indexOf(login));
    expect(places[0]).toBe(-1);
    expect(places.slice(1)).toEqual(places.slice(1).toSorted((a, b) => b - a));
    expect(places.slice(1)).not.toContain(-1);
  });

  it('shows the account in figures', async () => {
    const { client } = await startWorkplace();
    await client.putFastlyUsers([
      completeUser({ login: 'a@example.com', role: 'engineer', two_factor_auth_enabled: true }),
      completeUser({
        login: 'b@example.com',
        role: 'engineer',
        locked: true,
        last_active_at: '2026-01-02T03:04:05Z',
      }),
    ]);
    const users = await client.fastlyUsers();
    const having = (field: string, value: unknown) => users.filter((user) => user[field] === value).length;
    const nora = client.as(NORA);
    await nora.home();
    const words = await untilAtHome(nora, 'The account', ' users');
    expect(words).toContain(`${users.length} users`);
    expect(words).toContain(`Fastly superuser: ${having('role', 'superuser')}`);
    expect(words).toContain(`engineer: ${having('role', 'engineer')}`);
    expect(words).toContain(`${having('locked', true)} locked`);
    expect(words).toContain(`${users.length - having('two_factor_auth_enabled', true)} without 2FA`);
    expect(words).toContain(`${having('last_active_at', null)} never active`);
  });

  it.each([
    ['get', 'Find a user'],
    ['create', 'Create a user'],
    ['reset', 'Reset a password'],
  ])('opens the form of %s', async (name, title) => {
    const { client } = await startWorkplace();
    const nora = client.as(NORA);
    const sees = await openHome(nora);
    expect(wordsOf(sectionOf(sees, 'Quick actions'))).toContain(title);
    await nora.click({ view: 'home', actionId: `home.${name}` });
    await nora.until(({ modals }) => modals[0]?.callbackId === `${name}.form`, 'the form');
  });

  it('shows another member why theirs is empty, and asks Fastly nothing', async () => {
    const workplace = await startWorkplace();
    await forgetStart(workplace);
    const { client } = workplace;
    const priya = client.as(PRIYA);
    await priya.home();
    const home = await priya.until((sees) => sees.home, 'the Home');
    expect(wordsOf(home.blocks)).toContain(`don't have access to this bot. Ask <@${NORA.id}>`);
    expect(elementsOf(home.blocks)).toEqual([]);
    expect(await client.fastlyCalls()).toEqual([]);
  });

  it('shows a member of another company nothing but why', async () => {
    const { client, deliver } = await startForgedSlack(DELIVERY);
    const jonas = { id: JONAS.id, team_id: PARTNER_TEAM.id };
    await deliver(deliveryTo({ kind: 'event', id: 'app_home_opened' }, jonas, ''));
    const home = await client.as(JONAS).until((sees) => sees.home, 'the Home');
    expect(wordsOf(home.blocks)).toContain("don't have access to this bot");
    expect(elementsOf(home.blocks)).toEqual([]);
  });

  it.each([NORA, PRIYA])('publishes nothing when $name opens the messages', async ({ id }) => {
    const { client, deliver, log } = await startForgedSlack(DELIVERY);
    const event = { type: 'app_home_opened', user: id, tab: 'messages' };
    await deliver(deliveryTo({ kind: 'event', id: event.type }, { id, team_id: TEAM.id }, '', { event }));
    await log.until(id === NORA.id ? 'taken' : 'denied');
    const tomas = { id: TOMAS.id, team_id: TEAM.id };
    await deliver(deliveryTo({ kind: 'event', id: event.type }, tomas, ''));
    await client.as(TOMAS).until((sees) => sees.home, "Tomás's Home");
    const published = (await client.slackCalls()).filter(({ method }) => method === 'views.publish');
    expect(published.filter(({ args }) => args.user_id === id)).toEqual([]);
  });

  it('shows markup in names as it is', async () => {
    const { client } = await startWorkplace();
    await askForDeletion(client, NORA, HOSTILE, { reason: '<!here> *now*' });
    const sees = await openHome(client.as(TOMAS));
    const mrkdwn = JSON.stringify(sees.home?.blocks.filter(({ type }) => type !== 'rich_text'));
    expect(mrkdwn).not.toContain('<!channel>"');
    expect(wordsOf(sectionOf(sees, 'Waiting for you'))).toContain(HOSTILE.name);
    expect(wordsOf(sectionOf(sees, 'Waiting for you'))).toContain('<!here> *now*');
    expect(wordsOf(sectionOf(sees, 'Latest changes'))).toContain(HOSTILE.name);
  });

  it('stays within what a Home tab holds when 60 requests are open, and says how many more there are', async () => {
    const { client } = await startWorkplace();
    const [nora, tomas] = [client.as(NORA), client.as(TOMAS)];
    const leaving = Array.from({ length: 60 }, (_, place) =>
      completeUser({
        id: `leaving${place}x`,
        login: `leaver.${place}@example.com`,
        name: 'Leaver '.repeat(70),
      }),
    );
    await client.putFastlyUsers(leaving);
    for (const [place, { id }] of leaving.entries()) {
      const requester = place % 2 === 0 ? nora : tomas;
      await requester.command(`delete ${id} --reason "${'because '.repeat(29)}"`);
    }
    const all = (each: Parameters<typeof openRequest>[0]) =>
      leaving.every((user) => openRequest(each, CDN_TEAM, user));
    await nora.until(all, 'all requests', 60_000);
    const sees = await openHome(nora);
    const [waiting, own] = [sectionOf(sees, 'Waiting for you'), sectionOf(sees, 'Your open requests')];
    expect(rowsOf(sees, 'Waiting for you')).toHaveLength(20);
    expect(wordsOf(waiting)).toContain('the oldest 20 of 30');
    expect(rowsOf(sees, 'Your open requests')).toHaveLength(10);
    expect(wordsOf(own)).toContain('the oldest 10 of 30');
    const entry = ['rich_text', 'actions'];
    const entries = (count: number) => Array.from({ length: count }, () => [...entry, 'divider']).flat();
    expect(waiting.map(({ type }) => type)).toEqual([...entries(20).slice(0, -1), 'context']);
    expect(own.map(({ type }) => type)).toEqual([...entries(10).slice(0, -1), 'context']);
    expect(sees.home?.blocks.length).toBeLessThanOrEqual(100);
  }, 60_000);

  it('offers nothing that is switched off', async () => {
    const { client } = await startWorkplace(DELIVERY, { DISABLED_COMMANDS: 'create,audit' });
    await askForDeletion(client, NORA, ENGINEER);
    const sees = await openHome(client.as(NORA));
    expect(rowsOf(sees, 'Quick actions')).toEqual([['get', 'reset']]);
    expect(wordsOf(sectionOf(sees, 'Latest changes'))).not.toContain('/fastly-user audit');
  });

  it('has no quick actions where all of them are switched off', async () => {
    const { client } = await startWorkplace(DELIVERY, { DISABLED_COMMANDS: 'get,create,reset' });
    expect(headersOf(await openHome(client.as(NORA)))).not.toContain('Quick actions');
  });

  it('offers the requester to approve where that is allowed, and shows the request once', async () => {
    const { client } = await startWorkplace(DELIVERY, { ALLOW_SELF_APPROVAL: 'true' });
    await askForDeletion(client, NORA, LIMITED_ENGINEER);
    const sees = await openHome(client.as(NORA));
    expect(rowsOf(sees, 'Waiting for you')).toEqual([['approve', 'cancel', 'lock']]);
    expect(rowsOf(sees, 'Your open requests')).toEqual([]);
  });
});
