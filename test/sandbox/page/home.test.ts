import { expect, it } from 'vitest';
import { startWorkplace } from '../../e2e/support/workplace.ts';
import { describeInBrowser, eventually, openPage } from '../../support/browser/browser.ts';
import { PRIYA, TOMAS } from '../cast.ts';
import { ENGINEER } from '../fastly/people.ts';
import { plain, startSample } from './support/sample.ts';

describeInBrowser('the Home tab', () => {
  it('tells the app that it is opened, draws what it publishes, and its buttons work', async () => {
    const clicked: string[] = [];
    const { page: url } = await startSample((app) => {
      app.event('app_home_opened', async ({ client, event }) => {
        await client.views.publish({
          user_id: event.user,
          view: {
            type: 'home',
            blocks: [
              { type: 'header', text: plain('At home') },
              { type: 'actions', elements: [{ type: 'button', action_id: 'go', text: plain('Go') }] },
            ],
          },
        });
      });
      app.action('go', async ({ ack, body }) => {
        await ack();
        clicked.push(body.user.id);
      });
    });
    const reader = await openPage(url);
    await reader.page.getByRole('link', { name: 'Home' }).click();
    await reader.sees(reader.page.getByRole('heading', { name: 'At home' }));
    await reader.page.getByRole('button', { name: 'Go' }).click();
    await eventually(() => clicked).toHaveLength(1);
  });
});

describeInBrowser("the bot's Home tab", () => {
  it('shows what waits, has it approved there, and follows what comes of it', async () => {
    const { page: url, client } = await startWorkplace();
    const reader = await openPage(url);
    const { page } = reader;
    const home = page.getByRole('main');
    await reader.say(`/fastly-user delete ${ENGINEER.login} --reason "Left the company"`);
    await reader.sees(reader.message('Delete Edda Morton?'));
    await page.getByRole('link', { name: 'Home' }).click();
    await reader.sees(home.getByText('Nothing is waiting for you.'));
    await reader.sees(home.getByRole('button', { name: 'Cancel request' }));
    await reader.become(TOMAS);
    await page.getByRole('link', { name: 'Home' }).click();
    await reader.sees(home.getByRole('heading', { name: 'Waiting for you' }));
    await reader.sees(home.getByText('Left the company').first());
    await reader.sendForm(home.getByRole('button', { name: 'Approve' }), 'Approve');
    await reader.sees(home.getByText('Nothing is waiting for you.'));
    await reader.sees(home.getByText(/Edda Morton.* was deleted/).first());
    expect(await home.getByRole('button', { name: 'Approve' }).count()).toBe(0);
    expect((await client.fastlyUsers()).map(({ id }) => id)).not.toContain(ENGINEER.id);
  });

  it('opens the form of a quick action, whose result comes as a direct message', async () => {
    const { page: url } = await startWorkplace();
    const reader = await openPage(url);
    await reader.page.getByRole('link', { name: 'Home' }).click();
    await reader.page.getByRole('button', { name: 'Reset a password' }).click();
    const user = reader.modal.getByRole('combobox', { name: 'User' });
    await user.fill('edda');
    await reader.modal.getByRole('option', { name: ENGINEER.login }).click();
    await user.press('Enter');
    await reader.sees(reader.modal.getByText('The result is in your direct messages with the bot.'));
    await reader.modal.getByRole('link', { name: 'your direct messages with the bot' }).click();
    await reader.modal.getByRole('button', { name: 'Close', exact: true }).click();
    await reader.seesNoMore(reader.modal);
    await reader.sees(reader.message(/password reset/i).filter({ hasText: ENGINEER.login }));
  });

  it('tells any other member whom to ask', async () => {
    const { page: url } = await startWorkplace();
    const reader = await openPage(url);
    await reader.become(PRIYA);
    await reader.page.getByRole('link', { name: 'Home' }).click();
    await reader.sees(reader.page.getByRole('main').getByText(/don't have access to this bot/));
    expect(await reader.page.getByRole('main').getByRole('button').count()).toBe(0);
  });
});
