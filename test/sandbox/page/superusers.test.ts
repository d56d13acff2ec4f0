import { expect, it } from 'vitest';
import { startWorkplace } from '../../e2e/support/workplace.ts';
import { describeInBrowser, openPage } from '../../support/browser/browser.ts';
import { CDN_TEAM, JONAS, NORA, PARTNERS, PRIYA, TOMAS } from '../cast.ts';
import { ENGINEER, LIMITED_ENGINEER } from '../fastly/people.ts';

const ASK = `/fastly-user delete ${ENGINEER.login} --reason "Left the company"`;

describeInBrowser('a bot admin on the page', () => {
  it('gets a user by part of a name', async () => {
    const { page: url } = await startWorkplace();
    const reader = await openPage(url);
    await reader.say('/fastly-user get silas');
    const card = reader.message(LIMITED_ENGINEER.login);
    await reader.sees(card.getByRole('heading', { name: LIMITED_ENGINEER.name }));
    await reader.sees(card.getByRole('button', { name: 'Reset password' }));
  });

  it('resets a password with the picker, sent empty at first, and everybody reads so in the channel', async () => {
    const { page: url } = await startWorkplace();
    const reader = await openPage(url);
    await reader.say('/fastly-user reset');
    const user = reader.modal.getByRole('combobox', { name: 'User' });
    await reader.modal.getByRole('button', { name: 'Send' }).click();
    await reader.sees(reader.modal.getByRole('alert'));
    await user.fill('edda');
    await reader.modal.getByRole('option', { name: ENGINEER.login }).click();
    await reader.seesNoMore(reader.modal.getByRole('alert'));
    await user.press('Enter');
    await reader.seesNoMore(reader.modal);
    await reader.sees(reader.composer.and(reader.page.locator(':focus')));
    await reader.sees(reader.message(/password reset/i).filter({ hasText: ENGINEER.login }));
    await reader.become(TOMAS);
    await reader.sees(reader.message(/password reset/i).filter({ hasText: ENGINEER.login }));
  });

  it('asks for a deletion, which the other approves', async () => {
    const { page: url, client } = await startWorkplace();
    const reader = await openPage(url);
    await reader.say(ASK);
    const request = reader.message('Delete Edda Morton?');
    await reader.sees(request.getByText('Left the company'));
    await reader.become(TOMAS);
    await reader.sendForm(request.getByRole('button', { name: 'Approve' }), 'Approve');
    const end = reader.message('Edda Morton was deleted');
    await reader.sees(end.getByText(`Approved by @${TOMAS.realName}`));
    expect(await end.getByRole('button').count()).toBe(0);
    expect((await client.fastlyUsers()).map(({ id }) => id)).not.toContain(ENGINEER.id);
    await reader.seesNoMore(
      reader.page.getByRole('region', { name: 'Fastly users' }).getByText(ENGINEER.login),
    );
  });

  it('reads in the thread how a request went', async () => {
    const { page: url } = await startWorkplace();
    const reader = await openPage(url);
    await reader.say(ASK);
    await reader.become(TOMAS);
    await reader.sendForm(reader.page.getByRole('button', { name: 'Approve' }), 'Approve');
    await reader.message('Edda Morton was deleted').getByRole('link', { name: /repl/ }).click();
    const thread = reader.page.getByRole('complementary', { name: 'Thread' });
    await reader.sees(thread.getByText(/Approved by/).last());
    await thread.getByRole('link', { name: 'Close the thread' }).click();
    await reader.seesNoMore(thread);
  });

  it('denies with a reason in the form that the button opens', async () => {
    const { page: url } = await startWorkplace();
    const reader = await openPage(url);
    await reader.say(ASK);
    await reader.become(TOMAS);
    await reader.page.getByRole('button', { name: 'Deny' }).click();
    await reader.modal.getByRole('textbox').fill('She stays');
    await reader.modal.getByRole('button', { name: 'Deny' }).click();
    await reader.sees(reader.message("Edda Morton wasn't deleted").getByText('She stays'));
  });

  it('reads the list of users, page by page', async () => {
    const { page: url } = await startWorkplace();
    const reader = await openPage(url);
    await reader.say('/fastly-user list');
    const list = reader.message('users in the Fastly account');
    await reader.sees(list.getByRole('columnheader', { name: 'Login' }));
    await reader.page.setViewportSize({ width: 1366, height: 768 });
    const table = list.getByRole('group', { name: 'Users' });
    expect(await table.evaluate((box) => box.scrollWidth - box.clientWidth)).toBe(0);
    await list.getByRole('button', { name: 'Next' }).click();
    await reader.sees(list.getByText(/^11–/));
  });

  it('changes a role in the form, and everybody reads what it was', async () => {
    const { page: url, client } = await startWorkplace();
    const reader = await openPage(url);
    await reader.say(`/fastly-user update ${ENGINEER.login}`);
    const role = reader.modal.getByRole('combobox', { name: 'Role' });
    await reader.sees(role);
    expect(await role.inputValue()).toBe('engineer');
    await role.fill('billing');
    await role.press('Enter');
    await reader.modal.getByRole('button', { name: 'Save' }).click();
    await reader.sees(reader.message('engineer → billing'));
    expect(await client.fastlyUsers()).toContainEqual(
      expect.objectContaining({ id: ENGINEER.id, role: 'billing' }),
    );
  });

  it('invites where the account creates nobody directly', async () => {
    const { page: url, client } = await startWorkplace();
    const reader = await openPage(url);
    await reader.page.getByRole('switch', { name: 'No direct creation' }).click();
    await reader.say('/fastly-user create newcomer@example.com --role user');
    await reader.page
      .getByRole('article')
      .getByRole('button', { name: /^Invite/ })
      .click();
    await reader.modal.getByRole('button', { name: 'Invite' }).click();
    await reader.sees(reader.message('invited newcomer@example.com'));
    expect(await client.fastlyInvitations()).toHaveLength(1);
  });

  it('is told that who asks cannot approve', async () => {
    const { page: url } = await startWorkplace();
    const reader = await openPage(url);
    await reader.say(ASK);
    const request = reader.message('Delete Edda Morton?');
    await request.getByRole('button', { name: 'Approve' }).click();
    await reader.sees(
      reader.message('Only visible to you').filter({ hasText: "You can't decide on your own request" }),
    );
    await reader.sees(request.getByRole('button', { name: 'Approve' }));
  });
});

describeInBrowser('somebody else on the page', () => {
  it('is told that they have no access to the bot', async () => {
    const { page: url, client } = await startWorkplace();
    const reader = await openPage(url);
    await reader.say(ASK);
    const request = reader.message('Delete Edda Morton?');
    await reader.sees(request);
    await reader.become(PRIYA);
    await request.getByRole('button', { name: 'Approve' }).click();
    await reader.sees(
      reader.message('Only visible to you').filter({ hasText: /don't have access to this bot/ }),
    );
    await reader.say('/fastly-user get nora');
    await reader.sees(reader.page.getByText('Only visible to you').nth(1));
    expect(await reader.page.getByRole('main').getByText(NORA.email).count()).toBe(0);
    expect((await client.fastlyUsers()).map(({ id }) => id)).toContain(ENGINEER.id);
  });

  it('of another company can click and is told the same, and has no command', async () => {
    const { page: url, client } = await startWorkplace('socket', { APPROVALS_CHANNEL: CDN_TEAM.id });
    const reader = await openPage(url);
    await reader.say(ASK);
    await reader.sees(reader.message('Delete Edda Morton?'));
    await client.share(CDN_TEAM.id);
    await client.invite(CDN_TEAM.id, JONAS.id);
    await reader.become(JONAS);
    await reader.open(CDN_TEAM.name);
    await reader.page.getByRole('button', { name: 'Approve' }).click();
    await reader.sees(reader.message('Only visible to you'));
    expect((await client.fastlyUsers()).map(({ id }) => id)).toContain(ENGINEER.id);
    await reader.open(PARTNERS.name);
    await reader.say('/fastly-user whoami');
    await reader.sees(reader.message('/fastly-user is not a valid command'));
  });
});
