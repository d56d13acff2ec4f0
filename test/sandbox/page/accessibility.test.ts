import axe from 'axe-core';
import { expect, it } from 'vitest';
import { startWorkplace } from '../../e2e/support/workplace.ts';
import { describeInBrowser, eventually, openPage, type Reader } from '../../support/browser/browser.ts';
import { CDN_TEAM, NORA, TOMAS } from '../cast.ts';
import { ENGINEER } from '../fastly/people.ts';

/** What speaks against using the page without a mouse, with a screen reader or with poor sight, as axe finds it. */
async function barriers({ page }: Reader): Promise<string[]> {
  await page.evaluate(`${axe.source}; undefined`);
  // On a phone the workspace's name, the page's first heading, is in the drawer.
  const options = { rules: { 'page-has-heading-one': { enabled: false } } };
  return page.evaluate(
    `axe.run(document, ${JSON.stringify(options)}).then(({ violations }) =>
      violations.flatMap(({ id, nodes }) => nodes.map(({ target }) => id + ' at ' + target.join(' '))))`,
  );
}

const LOOKS = (['light', 'dark'] as const).flatMap((colorScheme) =>
  [1280, 360].map((width) => ({ colorScheme, width })),
);

describeInBrowser('the page keeps nobody out', () => {
  it.each(LOOKS)('in a $colorScheme theme, $width pixels wide', async ({ colorScheme, width }) => {
    const { page: url } = await startWorkplace();
    // The page's policy forbids the styles by which axe tries what it suspects.
    const look = { colorScheme, viewport: { width, height: 800 }, bypassCSP: true };
    const reader = await openPage(url, look);
    const { page } = reader;
    await reader.say(`/fastly-user get ${ENGINEER.login}`);
    await reader.sees(reader.message('Reset password'));
    await reader.say(`/fastly-user delete ${ENGINEER.login}`);
    await reader.sees(reader.message('Delete Edda Morton?'));
    await reader.say('/fastly-user list');
    await reader.sees(page.getByRole('table'));
    await reader.say('/fastly-user gett');
    await reader.sees(reader.message('Did you mean'));
    expect(await barriers(reader)).toEqual([]);
    await page.getByRole('button', { name: 'Cancel request' }).click();
    await reader.sees(reader.modal.getByRole('textbox', { name: 'Comment' }));
    expect(await barriers(reader)).toEqual([]);
    await page.keyboard.press('Escape');
    await reader.say('/fastly-user create --role superuser');
    await reader.modal.getByRole('button', { name: 'Create' }).click();
    await reader.sees(reader.modal.getByRole('alert'));
    expect(await barriers(reader)).toEqual([]);
    await reader.modal.getByRole('combobox', { name: 'Role' }).click();
    await reader.sees(reader.modal.getByRole('listbox'));
    expect(await barriers(reader)).toEqual([]);
    await page.keyboard.press('Escape');
    await page.keyboard.press('Escape');
    await reader.seesNoMore(reader.modal);
    if (width < 720) {
      await page.getByRole('button', { name: 'Behind the scenes' }).click();
      expect(await barriers(reader)).toEqual([]);
      await page.keyboard.press('Escape');
      await page.getByRole('button', { name: 'Channels' }).click();
      expect(await barriers(reader)).toEqual([]);
    }
    await page.getByRole('link', { name: 'Home' }).click();
    await reader.sees(page.getByRole('main').getByRole('button', { name: 'Cancel request' }));
    expect(await barriers(reader)).toEqual([]);
  });
});

/** Name of what has the focus: its label, or its words. */
function focused({ page }: Reader): Promise<unknown> {
  return page.evaluate(
    `(({ ariaLabel, textContent, id }) => ariaLabel || id || textContent)(document.activeElement)`,
  );
}

describeInBrowser('without a mouse', () => {
  it('one can type as soon as the page is open', async () => {
    const { page: url } = await startWorkplace();
    const reader = await openPage(url);
    await eventually(() => focused(reader)).toBe(`Message #${CDN_TEAM.name}`);
    await reader.page.keyboard.type('Hello');
    expect(await reader.composer.inputValue()).toBe('Hello');
  });

  it('the first link of all leads to the message box, and leaves the address alone', async () => {
    const { page: url } = await startWorkplace();
    const reader = await openPage(url);
    const { page } = reader;
    const skip = page.getByRole('link', { name: 'Skip to the message box' });
    await eventually(() => focused(reader)).toBe(`Message #${CDN_TEAM.name}`);
    expect((await skip.boundingBox())?.width).toBeLessThan(5);
    await page.getByRole('radio', { name: NORA.realName }).focus();
    await page.keyboard.press('Shift+Tab');
    expect(await focused(reader)).toBe('Skip to the message box');
    expect((await skip.boundingBox())?.width).toBeGreaterThan(100);
    const address = page.url();
    await page.keyboard.press('Enter');
    expect(await focused(reader)).toBe(`Message #${CDN_TEAM.name}`);
    expect(page.url()).toBe(address);
  });

  it('it leads to what is open where nothing can be written', async () => {
    const { page: url } = await startWorkplace();
    const reader = await openPage(`${url}/#${NORA.name}/home`);
    await reader.sees(reader.page.getByRole('main').getByRole('button', { name: 'Find a user' }));
    const skip = reader.page.getByRole('link', { name: 'Skip to the content' });
    await skip.press('Enter');
    expect(await focused(reader)).toBe('content');
    await reader.open('fastly-user-bot');
    await reader.sees(skip);
  });

  it('one keeps the focus on who one is while becoming another', async () => {
    const { page: url } = await startWorkplace();
    const reader = await openPage(url);
    const { page } = reader;
    await eventually(() => focused(reader)).toBe(`Message #${CDN_TEAM.name}`);
    await page.getByRole('radio', { name: NORA.realName }).focus();
    await page.keyboard.press('ArrowRight');
    await eventually(() => page.title()).toContain(TOMAS.realName);
    await reader.sees(reader.composer);
    await reader.sees(page.locator('[type=radio]:focus'));
    expect(await page.getByRole('radio', { name: TOMAS.realName }).isChecked()).toBe(true);
  });
});

describeInBrowser('to a screen reader', () => {
  it('each message has the name of its author, its time, and who else sees it', async () => {
    const { page: url } = await startWorkplace();
    const reader = await openPage(url);
    const messages = reader.page.getByRole('log', { name: `Messages in #${CDN_TEAM.name}` });
    await reader.say('Hello');
    await reader.sees(messages.getByRole('article', { name: /^Nora Lindqvist, \d+:\d\d\s[AP]M$/ }));
    await reader.say('/fastly-user gett');
    await reader.sees(
      messages.getByRole('article', { name: /^fastly-user-bot, \d+:\d\d\s[AP]M, only visible to you$/ }),
    );
  });
});
