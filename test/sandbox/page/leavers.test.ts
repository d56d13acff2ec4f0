import { expect, it } from 'vitest';
import { LIVE, ONCE, startWatching } from '../../e2e/support/leavers.ts';
import { describeInBrowser, openPage } from '../../support/browser/browser.ts';
import { PRIYA } from '../cast.ts';

describeInBrowser('the members on the page', () => {
  it('are deactivated, which the bot tells of, and reactivated, which it shows', async () => {
    const { page: url, log } = await startWatching({
      times: ONCE,
      variables: LIVE,
      options: { leavers: true },
    });
    await log.until('people who left were looked for');
    const reader = await openPage(url);
    const members = reader.page.getByRole('region', { name: 'Slack members' });
    await members.getByRole('button', { name: `Deactivate: ${PRIYA.realName}` }).click();
    const priya = reader.page.getByRole('group', { name: 'You are' }).getByLabel(PRIYA.realName);
    await reader.sees(priya.and(reader.page.getByLabel('deactivated')));
    const told = reader.message(/left Slack|needs a decision/);
    await reader.sees(told.getByText('was deactivated in Slack.'));
    expect(await told.getByRole('button').allTextContents()).toEqual(['Lock…', 'Ask for deletion…', 'Keep…']);
    await members.getByRole('button', { name: `Reactivate: ${PRIYA.realName}` }).click();
    await reader.sees(told.getByText('is active in Slack again.'));
    expect(await told.getByRole('button').count()).toBe(0);
  });
});
