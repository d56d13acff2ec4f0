import { expect, it } from 'vitest';
import { startWorkplace } from '../../e2e/support/workplace.ts';
import { describeInBrowser, eventually, openPage } from '../../support/browser/browser.ts';
import { ENGINEER, PASSWORD } from '../fastly/people.ts';

describeInBrowser("the bot's forms on the page", () => {
  it('create somebody whose login was taken, once it is mended where it was typed', async () => {
    const { page: url, client } = await startWorkplace();
    const reader = await openPage(url);
    const { modal } = reader;
    await reader.say('/fastly-user create --role billing');
    const login = modal.getByRole('textbox', { name: 'Login' });
    await login.fill(ENGINEER.login);
    await modal.getByRole('textbox', { name: 'Name' }).fill('Grace Example');
    await modal.getByRole('button', { name: 'Create' }).click();
    await reader.sees(modal.getByRole('alert').filter({ hasText: /login/i }));
    await reader.sees(modal.locator('input:focus[aria-invalid=true]'));
    expect(await modal.getByRole('textbox', { name: 'Name' }).inputValue()).toBe('Grace Example');
    await login.fill('grace@example.com');
    await login.press('Enter');
    await reader.seesNoMore(modal);
    await reader.sees(reader.message('created Grace Example').filter({ hasText: 'billing' }));
    expect(await client.fastlyUsers()).toContainEqual(
      expect.objectContaining({ login: 'grace@example.com', name: 'Grace Example', role: 'billing' }),
    );
  });

  it('change a password after a wrong current one, with empty password fields', async () => {
    const { page: url } = await startWorkplace();
    const reader = await openPage(url);
    const { modal } = reader;
    const current = modal.getByRole('textbox', { name: 'Current password' });
    const chosen = modal.getByRole('textbox', { name: 'New password' });
    await reader.say('/fastly-user password');
    await modal.getByRole('textbox', { name: 'Login' }).fill(ENGINEER.login);
    await current.fill('not-Lantern-47');
    await chosen.fill('amber-Thicket-902');
    await modal.getByRole('button', { name: 'Change' }).click();
    await reader.sees(modal.getByRole('alert').filter({ hasText: 'current password' }));
    expect(await current.getAttribute('aria-invalid')).toBe('true');
    expect(await modal.getByRole('textbox', { name: 'Login' }).inputValue()).toBe(ENGINEER.login);
    await current.fill(PASSWORD);
    await chosen.fill('amber-Thicket-902');
    await chosen.press('Enter');
    await reader.seesNoMore(modal);
    await reader.sees(reader.message(`changed the password of ${ENGINEER.login}`));
    expect(await reader.page.content()).not.toContain(PASSWORD);
    expect(await reader.page.content()).not.toContain('amber-Thicket-902');
  });
});

describeInBrowser("the bot's list on the page", () => {
  it('is paged by its table, and by the bot where it is longer than one', async () => {
    const { page: url, client } = await startWorkplace();
    await client.putFastlyUsers(
      Array.from({ length: 60 }, (_, index) => {
        const number = String(index + 1).padStart(2, '0');
        return { id: `extra${number}`, name: `Zoe ${number}`, login: `zoe.${number}@example.com` };
      }),
    );
    const reader = await openPage(url);
    await reader.say('/fastly-user list zoe');
    const list = reader.message('Filter…');
    const logins = () => list.getByRole('rowheader').allInnerTexts();
    const tens = (first: number, last: number) =>
      Array.from(
        { length: last - first + 1 },
        (_, index) => `zoe.${String(first + index).padStart(2, '0')}@example.com`,
      );
    await eventually(logins).toEqual(tens(1, 10));
    const [table, bot] = [list.locator('.pager'), list.locator('.actions')];
    await table.getByRole('button', { name: 'Next' }).click();
    await eventually(logins).toEqual(tens(11, 20));
    await bot.getByRole('button', { name: 'Next 10' }).click();
    await eventually(logins).toEqual(tens(51, 60));
    expect(await bot.getByRole('button', { name: 'Next' }).count()).toBe(0);
    await bot.getByRole('button', { name: 'Previous 50' }).click();
    await eventually(logins).toEqual(tens(1, 10));
  });
});
