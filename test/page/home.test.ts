import { it } from 'vitest';
import { describeInBrowser, eventually, openPage } from './browser.ts';
import { plain, startSample } from './sample.ts';

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
