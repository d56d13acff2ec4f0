import axe from 'axe-core';
import { expect, it } from 'vitest';
import { startWorkplace } from '../../e2e/support/workplace.ts';
import { describeInBrowser, openPage, type Reader } from '../../support/browser/browser.ts';
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
    await page.getByRole('button', { name: 'Approve' }).click();
    await reader.sees(page.getByRole('dialog'));
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
    await reader.sees(page.getByRole('main').getByRole('button', { name: 'Take back' }));
    expect(await barriers(reader)).toEqual([]);
  });
});
