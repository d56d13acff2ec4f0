import { once } from 'node:events';
import { connect } from 'node:net';
import { describe, expect, it } from 'vitest';
import { DELIVERY, startWorkplace } from '../../e2e/support/workplace.ts';
import { describeInBrowser, eventually, openPage } from '../../support/browser/browser.ts';
import { AUDIT_TRAIL, CDN_TEAM, JONAS, MIRA, NORA, PARTNERS, PRIYA, SISTER_TEAM, TOMAS } from '../cast.ts';
import { ENGINEER } from '../fastly/people.ts';
import { callSlack } from '../slack/bolt-app.ts';
import { mrkdwn, post, startSample } from './support/sample.ts';

describeInBrowser('the composer', () => {
  it('completes the command, its subcommands and mentions', async () => {
    const { page: url } = await startWorkplace();
    const { composer, page } = await openPage(url);
    await composer.pressSequentially('/fa');
    await page.getByRole('option', { name: /^\/fastly-user/ }).waitFor();
    await composer.press('Enter');
    expect(await composer.inputValue()).toBe('/fastly-user ');
    await page.getByRole('option', { name: '/fastly-user delete' }).waitFor();
    await composer.pressSequentially('re');
    await composer.press('Tab');
    expect(await composer.inputValue()).toBe('/fastly-user reset ');
    await composer.pressSequentially('@tom');
    await composer.press('Enter');
    expect(await composer.inputValue()).toBe('/fastly-user reset @tomas ');
  });

  it('closes its list with Escape, and then sends what stands there', async () => {
    const { page: url } = await startWorkplace();
    const reader = await openPage(url);
    const list = reader.page.getByRole('listbox', { name: 'Completions' });
    await reader.composer.fill('/fastly-user who');
    await reader.sees(list);
    await reader.composer.press('Escape');
    await reader.seesNoMore(list);
    await reader.composer.press('Enter');
    await reader.sees(reader.message('Did you mean').getByText('Only visible to you'));
  });

  it('sends a mention that is typed out, and completes the beginning of one', async () => {
    const { page: url } = await startWorkplace();
    const reader = await openPage(url);
    await reader.say(`Ask @${NORA.name}`);
    await reader.sees(reader.message(`Ask @${NORA.name}`));
    await reader.composer.fill('Ask @');
    await reader.composer.press('ArrowDown');
    await reader.composer.press('Enter');
    expect(await reader.composer.inputValue()).toBe(`Ask @${TOMAS.name} `);
  });

  it('keeps what was not sent, for each channel and member', async () => {
    const { page: url } = await startWorkplace();
    const reader = await openPage(url);
    await reader.composer.fill('Half a sen');
    await reader.open('general');
    expect(await reader.composer.inputValue()).toBe('');
    await reader.open(CDN_TEAM.name);
    expect(await reader.composer.inputValue()).toBe('Half a sen');
    await reader.become(TOMAS);
    expect(await reader.composer.inputValue()).toBe('');
  });

  it('says that a command waits for the app, once that takes a moment', async () => {
    const taken = Promise.withResolvers<void>();
    const { page: url } = await startSample((app) => {
      app.command('/sample', async ({ ack }) => {
        await taken.promise;
        await ack();
      });
    });
    const reader = await openPage(url);
    await reader.say('/sample');
    const waiting = reader.page.getByRole('status').getByText('/sample is waiting for the app…');
    await reader.sees(waiting);
    taken.resolve();
    await reader.seesNoMore(waiting);
  });

  it('sends with Enter what is typed, also where it is no subcommand', async () => {
    const { page: url } = await startWorkplace();
    const reader = await openPage(url);
    await reader.say('/fastly-user gett');
    await reader.sees(reader.message('Did you mean').getByText('Only visible to you'));
    await reader.say('Hello, everyone');
    await reader.sees(reader.message('Hello, everyone').getByText(NORA.realName));
  });

  it('brings its answer in sight, also to who had gone up to earlier messages', async () => {
    const { page: url } = await startWorkplace();
    const reader = await openPage(url, { viewport: { width: 1280, height: 400 } });
    const messages = reader.page.getByRole('log');
    await reader.say('/fastly-user help');
    await reader.sees(reader.message('What you can do here'));
    await messages.evaluate((list) => list.scrollTo({ top: 0 }));
    await eventually(() => messages.evaluate((list) => list.scrollTop)).toBe(0);
    await reader.say('/fastly-user gett');
    await reader.sees(reader.message('Did you mean'));
    await eventually(() =>
      messages.evaluate((list) => list.scrollHeight - list.scrollTop - list.clientHeight < 2),
    ).toBe(true);
  });

  it('is closed where the app takes no messages', async () => {
    const { page: url } = await startWorkplace();
    const reader = await openPage(url);
    await reader.open('fastly-user-bot');
    await reader.sees(reader.page.getByText('Sending messages to this app has been turned off.'));
    expect(await reader.composer.count()).toBe(0);
  });
});

describeInBrowser('the beginning of a channel', () => {
  it('leads a bot admin to a deletion that the other approves, by what can be typed as it stands', async () => {
    const { page: url } = await startWorkplace();
    const reader = await openPage(url);
    const deletion = reader.page.getByRole('listitem').filter({ hasText: 'Ask for a deletion' });
    await reader.sees(deletion.getByText(`become ${TOMAS.realName}`));
    await deletion.getByRole('button').click();
    await reader.page.keyboard.press('Enter');
    await reader.become(TOMAS);
    await reader.sees(deletion.getByText(`become ${NORA.realName}`));
    await reader.sendForm(reader.message('Delete').getByRole('button', { name: 'Approve' }), 'Approve');
    await reader.sees(reader.message('was deleted'));
    await reader.sees(
      deletion.getByRole('button', { name: '/fastly-user delete oskar.pemberley@example.com' }),
    );
  });

  it('sends an outsider to help, but nobody who has no command there', async () => {
    const { page: url } = await startWorkplace();
    const reader = await openPage(url);
    await reader.become(PRIYA);
    await reader.sees(reader.page.getByText('Try /fastly-user help.'));
    expect(await reader.page.getByText('Ask for a deletion').count()).toBe(0);
    await reader.become(JONAS);
    await reader.sees(reader.page.getByText('This is the beginning of #partners.'));
    expect(await reader.page.getByText('Try /fastly-user help.').count()).toBe(0);
  });
});

describeInBrowser('the workspace', () => {
  it('marks what one has not read, for each member apart', async () => {
    const { page: url } = await startWorkplace('socket', { CONFIRMATIONS_CHANNEL: AUDIT_TRAIL.id });
    const reader = await openPage(url);
    const audit = reader.page.getByRole('navigation').getByRole('link', { name: AUDIT_TRAIL.name });
    await reader.say(`/fastly-user reset ${ENGINEER.login}`);
    await reader.sees(audit.getByLabel('1 unread'));
    await eventually(() => reader.page.title()).toBe(`(1) #${CDN_TEAM.name} – ${NORA.realName} – Sandbox`);
    await reader.open(AUDIT_TRAIL.name);
    await eventually(() => reader.page.title()).toBe(`#${AUDIT_TRAIL.name} – ${NORA.realName} – Sandbox`);
    await reader.sees(reader.message(ENGINEER.login));
    await reader.open(CDN_TEAM.name);
    expect(await audit.getByLabel('1 unread').count()).toBe(0);
    await reader.become(TOMAS);
    await reader.sees(audit.getByLabel('1 unread'));
    await reader.page.reload();
    await reader.become(NORA);
    await reader.sees(audit);
    expect(await audit.getByLabel('1 unread').count()).toBe(0);
  });

  it('has for somebody of another company the shared channel alone', async () => {
    const { page: url } = await startWorkplace();
    const reader = await openPage(url);
    await reader.become(JONAS);
    const channels = reader.page.getByRole('navigation').getByRole('link');
    await eventually(() => channels.allInnerTexts()).toEqual([expect.stringContaining(PARTNERS.name)]);
  });

  it('follows a link to a message of its own into the thread', async () => {
    const sandbox = await startSample();
    await post(sandbox, { type: 'section', text: mrkdwn('The first') });
    const [first] = (await sandbox.client.as(NORA).sees()).channels[0]?.messages ?? [];
    const permalink = `https://example-corp.slack.com/archives/${CDN_TEAM.id}/p${first?.ts.replace('.', '')}`;
    await post(sandbox, { type: 'section', text: mrkdwn(`<${permalink}|The other one>`) });
    const reader = await openPage(sandbox.page);
    await reader.page.getByRole('link', { name: 'The other one' }).click();
    const thread = reader.page.getByRole('complementary', { name: 'Thread' });
    await reader.sees(thread.getByText('The first'));
    await thread.getByRole('textbox').fill('Indeed');
    await thread.getByRole('textbox').press('Enter');
    await reader.sees(thread.getByText('Indeed'));
    const main = reader.page.getByRole('main');
    await reader.sees(main.getByRole('link', { name: '1 reply' }));
    expect(await main.getByText('Indeed').count()).toBe(0);
    await thread.getByRole('textbox').press('Escape');
    await reader.seesNoMore(thread);
    await reader.sees(reader.page.getByRole('complementary', { name: 'Behind the scenes' }));
  });

  it('says what was edited', async () => {
    const sandbox = await startSample();
    const { ts = null } = await callSlack(sandbox.slack, 'chat.postMessage', {
      channel: CDN_TEAM.id,
      text: 'Tust',
    });
    const reader = await openPage(sandbox.page);
    await reader.sees(reader.message('Tust'));
    expect(await reader.page.getByText('(edited)').count()).toBe(0);
    await callSlack(sandbox.slack, 'chat.update', { channel: CDN_TEAM.id, ts, text: 'Test' });
    await reader.sees(reader.message('Test').getByText('(edited)'));
  });

  it.each([
    '#nora/%',
    '#nobody/nowhere',
    `#${NORA.name}/${CDN_TEAM.name}/1.2`,
    `#${NORA.name}/${CDN_TEAM.name}/%/x`,
  ])('is there at %s, too, without a thread that does not exist', async (fragment) => {
    const { page: url } = await startSample();
    const reader = await openPage(`${url}/${fragment}`);
    await reader.sees(reader.page.getByRole('main').getByRole('heading', { name: CDN_TEAM.name }).first());
    await reader.sees(reader.page.getByRole('complementary', { name: 'Behind the scenes' }));
  });

  it("has no Home tab of the app for another company's member", async () => {
    const { page: url } = await startWorkplace();
    const reader = await openPage(`${url}/#${JONAS.name}/home`);
    await reader.sees(reader.page.getByText('This is the beginning of #partners.'));
  });

  it('has a dark look where the reader wants one', async () => {
    const { page: url } = await startSample();
    const ground = async (colorScheme: 'light' | 'dark') => {
      const { page } = await openPage(url, { colorScheme });
      return page.evaluate('getComputedStyle(document.documentElement).backgroundColor');
    };
    expect(await ground('light')).toBe('rgb(255, 255, 255)');
    expect(await ground('dark')).toBe('rgb(26, 29, 33)');
  });

  it('says so when the sandbox is gone', async () => {
    const sandbox = await startSample();
    const { page } = await openPage(sandbox.page);
    await page.getByRole('navigation').waitFor();
    page.removeAllListeners('console');
    await sandbox.close();
    await page.getByRole('alert').getByText('The sandbox does not answer').waitFor();
  });

  it('says so no more once it answers again', async () => {
    const { page: url } = await startSample();
    const reader = await openPage(url);
    const { page } = reader;
    page.removeAllListeners('console');
    await page.route('**/live?*', (route) => route.abort());
    await page.reload();
    const lost = page.getByRole('alert').getByText('The sandbox does not answer');
    await reader.sees(lost);
    await page.unroute('**/live?*');
    await reader.seesNoMore(lost);
    await reader.sees(page.getByRole('heading', { name: CDN_TEAM.name }).first());
  });
});

describeInBrowser("at a phone's width", () => {
  it('needs no scrolling to the side, whatever is open', async () => {
    const { page: url } = await startWorkplace();
    const reader = await openPage(url, { viewport: { width: 360, height: 740 }, hasTouch: true });
    const { page } = reader;
    await reader.say(`/fastly-user delete ${ENGINEER.login}`);
    await reader.sees(reader.message('Delete Edda Morton?'));
    await reader.say('/fastly-user list');
    await reader.sees(page.getByRole('table'));
    expect(await reader.overhang()).toBe(0);
    await page.getByRole('button', { name: 'Channels' }).click();
    await reader.sees(page.getByRole('navigation'));
    expect(await reader.overhang()).toBe(0);
    await page.keyboard.press('Escape');
    await reader.seesNoMore(page.getByRole('navigation'));
    await page.getByRole('button', { name: 'Behind the scenes' }).click();
    await reader.sees(page.getByRole('switch', { name: 'Slow' }));
    expect(await reader.overhang()).toBe(0);
    await page.getByRole('switch', { name: 'Server error' }).click();
    await page.getByRole('button', { name: 'Close the panel' }).click();
    await reader.seesNoMore(page.getByRole('switch', { name: 'Slow' }));
    await reader.sees(
      page.getByRole('button', { name: 'Behind the scenes' }).getByLabel('1 made to go wrong'),
    );
    await page.getByRole('button', { name: 'Cancel request' }).click();
    await reader.sees(reader.modal);
    expect(await reader.overhang()).toBe(0);
    await page.keyboard.press('Escape');
    await reader.seesNoMore(reader.modal);
    await reader.say('/fastly-user reset');
    await reader.sees(reader.modal);
    expect(await reader.overhang()).toBe(0);
  });

  it('needs none for the Home tab, a long list and a long form either', async () => {
    const { page: url, client } = await startWorkplace();
    await client.putFastlyUsers(
      Array.from({ length: 60 }, (_, index) => ({
        id: `long${index}`,
        name: 'Wilhelmina Bartholomea Featherstonehaugh-Cholmondeley',
        login: `wilhelmina.bartholomea.featherstonehaugh-cholmondeley.${index}@example.com`,
      })),
    );
    const reader = await openPage(url, { viewport: { width: 360, height: 740 }, hasTouch: true });
    const { page } = reader;
    await reader.say('/fastly-user list wilhelmina');
    await reader.sees(reader.message('Filter…').getByRole('table'));
    expect(await reader.overhang()).toBe(0);
    await reader.say('/fastly-user delete long1 --reason "Left the company"');
    await reader.sees(reader.message('Delete Wilhelmina'));
    expect(await reader.overhang()).toBe(0);
    await reader.say('/fastly-user create --role superuser');
    await reader.modal.getByRole('textbox', { name: 'Login' }).fill('long.1@example.com');
    expect(await reader.overhang()).toBe(0);
    await page.keyboard.press('Escape');
    await page.getByRole('button', { name: 'Channels' }).click();
    await page.getByRole('link', { name: 'Home' }).click();
    await reader.sees(page.getByRole('main').getByRole('button', { name: 'Cancel request' }));
    expect(await reader.overhang()).toBe(0);
    await page.getByRole('button', { name: 'Channels' }).click();
    await page.getByRole('link', { name: 'Home' }).click();
    await reader.seesNoMore(page.getByRole('navigation'));
  });
});

describe('the control API', () => {
  it("refuses what another site's page asks, and what comes by another name", async () => {
    const { control } = await startSample();
    const foreign = await fetch(`${control.url}/members`, { headers: { origin: 'http://example.com' } });
    expect(foreign.status).toBe(403);
    const { hostname, port } = new URL(control.url);
    const socket = connect(Number(port), hostname);
    socket.write(`GET /members HTTP/1.1\r\nHost: example.com:${port}\r\nConnection: close\r\n\r\n`);
    const [answer] = await once(socket, 'data');
    expect(String(answer)).toMatch(/^HTTP\/1\.1 403 /);
    socket.destroy();
  });

  it('serves nothing but the page', async () => {
    const { page } = await startSample();
    for (const path of [
      '/page/client/none.ts',
      '/page/client/..%2fpage.ts',
      '/page/style/none.css',
      '/page/library/zod',
    ]) {
      expect((await fetch(`${page}${path}`)).status).toBe(404);
    }
    const policy = (await fetch(page)).headers.get('content-security-policy');
    expect(policy?.split('; ').map((part) => part.replace(/'sha256-.*'/, 'HASH'))).toEqual([
      "default-src 'none'",
      "script-src 'self' HASH",
      "style-src 'self'",
      "connect-src 'self'",
      'img-src data:',
      "base-uri 'none'",
      "form-action 'none'",
      "frame-ancestors 'none'",
    ]);
  });

  it('has no bot to kill where it runs none', async () => {
    const { control } = await startSample();
    expect(await (await fetch(`${control.url}/bot`)).json()).toEqual({ process: 'foreign', connected: true });
    const refused = await fetch(`${control.url}/bot`, { method: 'POST', body: '{"want":"kill"}' });
    expect(refused.status).toBe(400);
  });
});

describeInBrowser('an organisation', () => {
  it('has a bot admin who works in both of its workspaces, and can click', async () => {
    const variables = { SUPERUSERS: [NORA, MIRA].map(({ id }) => id).join(',') };
    const { page: url } = await startWorkplace(DELIVERY, variables, { organisation: true });
    const reader = await openPage(url);
    await reader.become(MIRA);
    await reader.sees(reader.page.getByText(`bot admin, also in ${SISTER_TEAM.name}`));
    await reader.say(`/fastly-user get ${ENGINEER.login}`);
    await reader.message(ENGINEER.login).getByRole('button', { name: 'Update' }).click();
    await reader.sees(reader.modal.getByRole('button', { name: 'Save' }));
  });
});
