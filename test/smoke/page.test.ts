import { it } from 'vitest';
import { startWorkplace } from '../e2e/support/workplace.ts';
import { ENGINEER } from '../sandbox/fastly/people.ts';
import { describeInBrowser, openPage } from '../support/browser/browser.ts';

describeInBrowser('on the page', () => {
  it('a command shows a card, and a click on its button does what it says', async () => {
    const { page: url } = await startWorkplace();
    const reader = await openPage(url);
    await reader.say(`/fastly-user get ${ENGINEER.login}`);
    const reset = reader.message(ENGINEER.login).getByRole('button', { name: 'Reset password' });
    await reader.confirm(reset, 'Send');
    await reader.sees(reader.message('sent a password reset to').filter({ hasText: ENGINEER.login }));
  });
});
