import type { Locator } from 'playwright-core';
import { expect, it } from 'vitest';
import { describeInBrowser, eventually, openPage, type Reader } from '../../support/browser/browser.ts';
import { BOT, CDN_ADMINS, CDN_TEAM, NORA, TOMAS } from '../cast.ts';
import type { JsonObject } from '../control/protocol.ts';
import { mrkdwn, option, plain, post, startSample } from './support/sample.ts';

/** Opens the page on a message of these blocks. */
async function draw(...blocks: JsonObject[]): Promise<Reader> {
  const sandbox = await startSample();
  await post(sandbox, ...blocks);
  const reader = await openPage(sandbox.page, { timezoneId: 'Asia/Tokyo', locale: 'en-GB' });
  await reader.sees(reader.page.getByRole('article'));
  return reader;
}

const section = (text: string) => ({ type: 'section', text: mrkdwn(text) });
const rich = (...elements: JsonObject[]) => ({
  type: 'rich_text',
  elements: [{ type: 'rich_text_section', elements }],
});
const cell = (text: string) => ({ type: 'raw_text', text });

describeInBrowser('mrkdwn', () => {
  it('is drawn with its marks, mentions, links, dates and emoji', async () => {
    const reader = await draw(
      section(
        [
          '*bold* _italic_ ~gone~ `code` :tada:',
          '```two\nlines```',
          '&gt; said before',
          `<@${TOMAS.id}> in <#${CDN_TEAM.id}>`,
          '<https://example.com/a?b=1&amp;c=2|docs>',
          '<!date^1735689600^{date_short} at {time}|in UTC>',
        ].join('\n'),
      ),
    );
    const shown = (element: string) => reader.page.locator('.section').locator(element).innerText();
    expect(await shown('strong')).toBe('bold');
    expect(await shown('em')).toBe('italic');
    expect(await shown('s')).toBe('gone');
    expect(await shown('code')).toBe('code');
    expect(await shown('pre')).toBe('two\nlines');
    expect(await shown('blockquote')).toBe('said before');
    expect(await shown('span.mention')).toBe(`@${TOMAS.realName}`);
    expect(await shown('a.mention')).toBe(`#${CDN_TEAM.name}`);
    expect(await shown('a[href="https://example.com/a?b=1&c=2"][target=_blank]')).toBe('docs');
    expect(await shown('time')).toBe('1 Jan 2025 at 9:00');
    await reader.sees(reader.page.getByText('🎉'));
  });

  it('has its lines, and plain text too', async () => {
    const reader = await draw(section('one\ntwo'), {
      type: 'section',
      fields: [mrkdwn('*three*\nfour'), plain('five\nsix')],
    });
    expect(await reader.page.locator('.section').allInnerTexts()).toEqual([
      'one\ntwo',
      'three\nfour\nfive\nsix',
    ]);
  });

  it('stays text where it is markup, a script or no web address', async () => {
    const hostile = '<img src=x onerror=alert(1)><script>alert(1)</script>';
    const escaped = hostile.replaceAll('<', '&lt;').replaceAll('>', '&gt;');
    const reader = await draw(
      section(escaped),
      section('<javascript:alert(1)|click>'),
      rich({ type: 'link', url: 'javascript:alert(1)', text: 'click' }),
    );
    await reader.sees(reader.page.getByText(hostile));
    expect(
      await reader.page.locator('article img, article script, article a[href^=javascript]').count(),
    ).toBe(0);
    expect(await reader.page.getByText('click', { exact: true }).count()).toBe(2);
  });
});

describeInBrowser('a message', () => {
  it("tells its dates by the sandbox's clock, and anew when that is moved on", async () => {
    const sandbox = await startSample();
    const now = Math.floor(Date.now() / 1000);
    await post(sandbox, section(`<!date^${now}^Filed {date_short_pretty}, {ago}|x>`));
    const reader = await openPage(sandbox.page, { timezoneId: 'UTC', locale: 'en-GB' });
    const message = reader.message('Filed');
    await reader.sees(message);
    await sandbox.client.advanceClock(86_400_000);
    await reader.sees(message.getByText('Filed yesterday, yesterday'));
    await reader.sees(message.getByText(/^yesterday \d/));
  });

  it('names a user group by its handle', async () => {
    const reader = await draw(
      section(`Asks <!subteam^${CDN_ADMINS.id}>`),
      rich({ type: 'usergroup', usergroup_id: CDN_ADMINS.id }),
    );
    const mentions = reader.page.getByRole('article').locator('.mention');
    await eventually(() => mentions.allInnerTexts()).toEqual(['@cdn-admins', '@cdn-admins']);
  });

  it('has its author, its time here, and a mark of what only one sees', async () => {
    const { page: url } = await startSample((app) => {
      app.command('/sample', ({ ack }) => ack({ text: 'for you', response_type: 'ephemeral' }));
    });
    const reader = await openPage(url);
    await reader.say('/sample');
    const message = reader.message('for you');
    await reader.sees(message.getByText('Only visible to you'));
    await reader.sees(message.getByText(BOT.name));
    await reader.become(TOMAS);
    expect(await reader.message('for you').count()).toBe(0);
  });

  it('draws header, fields, context, divider and rich text', async () => {
    const reader = await draw(
      { type: 'header', text: plain('A headline') },
      { type: 'section', fields: [mrkdwn('*Name*\nNora'), plain('*no markup*')] },
      { type: 'divider' },
      { type: 'context', elements: [mrkdwn('asked by _her_')] },
      rich(
        { type: 'text', text: 'strong', style: { bold: true } },
        { type: 'user', user_id: NORA.id },
        { type: 'date', timestamp: 1735689600, format: '{date_num} {time}', fallback: 'then' },
      ),
      {
        type: 'rich_text',
        elements: [
          {
            type: 'rich_text_list',
            style: 'ordered',
            elements: [{ type: 'rich_text_section', elements: [{ type: 'text', text: 'first' }] }],
          },
        ],
      },
    );
    const { page } = reader;
    await reader.sees(page.getByRole('heading', { name: 'A headline' }));
    await reader.sees(page.locator('.fields').getByText('*no markup*'));
    await reader.sees(page.getByRole('article').getByRole('separator'));
    await reader.sees(page.locator('.context em'));
    await reader.sees(page.locator('.rich-text strong', { hasText: 'strong' }));
    await reader.sees(page.locator('.rich-text').getByText('2025-01-01 9:00'));
    await reader.sees(page.locator('.rich-text ol li', { hasText: 'first' }));
  });

  it('draws a table with its columns as they are set', async () => {
    const reader = await draw({
      type: 'table',
      column_settings: [null, { align: 'right' }],
      rows: [
        [cell('Login'), cell('Logins')],
        [cell('nora@example.com'), cell('3')],
      ],
    });
    await reader.sees(reader.page.getByRole('columnheader', { name: 'Logins' }));
    await reader.sees(reader.page.locator('td.align-right', { hasText: '3' }));
  });

  it('draws a pie chart, and says what each segment stands for', async () => {
    const segments = [
      { label: 'engineer', value: 3 },
      { label: 'user', value: 1 },
    ];
    const reader = await draw({
      type: 'data_visualization',
      title: 'Users by role',
      chart: { type: 'pie', segments },
    });
    const chart = reader.page.getByRole('figure', { name: 'Users by role' });
    expect(await chart.getByRole('listitem').allInnerTexts()).toEqual(['engineer: 3', 'user: 1']);
    const angles = await chart
      .locator('path')
      .evaluateAll((paths) => paths.map((path) => path.getAttribute('d')));
    expect(angles).toEqual([
      'M 0 0 L 0.000 -50.000 A 50 50 0 1 1 -50.000 0.000 Z',
      'M 0 0 L -50.000 0.000 A 50 50 0 0 1 -0.000 -50.000 Z',
    ]);
  });

  it('pages and sorts a data table', async () => {
    const rows = Array.from({ length: 12 }, (_, index) => [
      cell(`user ${index + 1}`),
      { type: 'raw_number', value: index },
    ]);
    const reader = await draw({
      type: 'data_table',
      caption: 'Users',
      page_size: 5,
      rows: [[cell('Name'), cell('Logins')], ...rows],
    });
    const { page } = reader;
    const names = () => page.getByRole('rowheader').allInnerTexts();
    await reader.sees(page.getByText('1–5 of 12'));
    await page.getByRole('button', { name: 'Next' }).click();
    await eventually(names).toEqual(['user 6', 'user 7', 'user 8', 'user 9', 'user 10']);
    const sort = page.getByRole('button', { name: 'Logins' });
    await sort.click();
    await sort.click();
    await eventually(names).toEqual(['user 12', 'user 11', 'user 10', 'user 9', 'user 8']);
  });

  it('says what it does not draw, in place of nothing', async () => {
    const reader = await draw({ type: 'markdown', text: '# A title' });
    await reader.sees(reader.page.getByText("does not draw 'markdown'"));
  });
});

describeInBrowser('what is on a message', () => {
  it('tells the app what was clicked and chosen, after the confirm dialog where there is one', async () => {
    const told: string[] = [];
    const sandbox = await startSample((app) => {
      app.action(/./, async ({ action, ack }) => {
        await ack();
        told.push(
          'selected_option' in action
            ? `${action.action_id} ${action.selected_option?.value}`
            : 'action_id' in action
              ? `${action.action_id}`
              : '',
        );
      });
    });
    await post(
      sandbox,
      {
        type: 'actions',
        elements: [
          { type: 'button', action_id: 'go', text: plain('Go'), style: 'primary' },
          {
            type: 'button',
            action_id: 'stop',
            text: plain('Stop'),
            style: 'danger',
            confirm: {
              title: plain('Really?'),
              text: mrkdwn('It *stops*.'),
              confirm: plain('Stop it'),
              deny: plain('No'),
            },
          },
          {
            type: 'static_select',
            action_id: 'role',
            placeholder: plain('Role'),
            options: [option('Engineer', 'engineer'), option('Billing', 'billing')],
          },
        ],
      },
      {
        type: 'section',
        text: mrkdwn('More'),
        accessory: {
          type: 'overflow',
          action_id: 'more',
          options: [option('Rename', 'rename'), option('Lock', 'lock')],
        },
      },
    );
    const reader = await openPage(sandbox.page);
    const { page } = reader;
    await page.getByRole('button', { name: 'Go' }).click();
    await eventually(() => told).toEqual(['go']);
    const dialog = page.getByRole('dialog', { name: 'Really?' });
    await page.getByRole('button', { name: 'Stop' }).click();
    await page.keyboard.press('Escape');
    await reader.seesNoMore(dialog);
    await page.getByRole('button', { name: 'Stop' }).click();
    await dialog.getByRole('button', { name: 'No' }).click();
    await page.getByRole('button', { name: 'Stop' }).click();
    await reader.sees(dialog.getByRole('button', { name: 'Stop it' }).and(page.locator(':focus')));
    await page.keyboard.press('Enter');
    await eventually(() => told).toEqual(['go', 'stop']);
    await page.getByRole('combobox', { name: 'Role' }).fill('bil');
    await page.keyboard.press('Enter');
    await eventually(() => told.at(-1)).toBe('role billing');
    await page.getByRole('button', { name: 'More' }).click();
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('Enter');
    await eventually(() => told.at(-1)).toBe('more lock');
  });

  it('is clicked once by a double click', async () => {
    const answered = Promise.withResolvers<void>();
    const told: string[] = [];
    const sandbox = await startSample((app) => {
      app.action(/./, async ({ action, ack }) => {
        told.push('action_id' in action ? action.action_id : '');
        await answered.promise;
        await ack();
      });
    });
    const button = (id: string) => ({ type: 'button', action_id: id, text: plain(id) });
    await post(sandbox, { type: 'actions', elements: [button('Go'), button('Stop')] });
    const { page } = await openPage(sandbox.page);
    const go = page.getByRole('button', { name: 'Go' });
    await go.dblclick();
    await page.getByRole('button', { name: 'Stop' }).click();
    await eventually(() => told).toEqual(['Go', 'Stop']);
    answered.resolve();
    await eventually(() => go.getAttribute('aria-busy')).toBe('false');
    await go.click();
    await eventually(() => told).toEqual(['Go', 'Stop', 'Go']);
  });

  it('looks by its buttons as harmless, expected or dangerous as the app says, and so do its dialogs', async () => {
    const button = (text: string, style?: 'primary' | 'danger') => ({
      type: 'button',
      action_id: text,
      text: plain(text),
      confirm: { title: plain(text), text: plain('Sure?'), confirm: plain('Yes'), ...(style && { style }) },
      ...(style && { style }),
    });
    const reader = await draw({
      type: 'actions',
      elements: [button('Plain'), button('Primary', 'primary'), button('Danger', 'danger')],
    });
    const { page } = reader;
    const lookOf = (shown: Locator) =>
      shown.evaluate((button) => {
        const look = button.ownerDocument.defaultView?.getComputedStyle(button);
        return `${look?.color} on ${look?.backgroundColor}`;
      });
    const own: string[] = [];
    const yes: string[] = [];
    for (const name of ['Plain', 'Primary', 'Danger']) {
      await page.mouse.move(0, 0);
      own.push(await lookOf(page.getByRole('button', { name })));
      await page.getByRole('button', { name }).click();
      yes.push(await lookOf(page.getByRole('button', { name: 'Yes' })));
      await page.keyboard.press('Escape');
      await reader.seesNoMore(page.getByRole('dialog'));
    }
    expect(new Set(own).size).toBe(3);
    const [byDefault, primary, danger] = yes;
    expect(byDefault).toBe(primary);
    expect(danger).not.toBe(primary);
  });

  it('bears the warning sign when the app does not answer in time', async () => {
    const sandbox = await startSample((app) => app.action('go', async () => undefined), {
      acknowledgeWithin: 200,
    });
    await post(sandbox, {
      type: 'actions',
      elements: [{ type: 'button', action_id: 'go', text: plain('Go') }],
    });
    const reader = await openPage(sandbox.page);
    await reader.page.getByRole('button', { name: 'Go' }).click();
    await reader.sees(reader.page.getByText('⚠️ The app did not answer'));
  });
});
