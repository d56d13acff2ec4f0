import { expect, it } from 'vitest';
import { describeInBrowser, openPage, type Reader } from '../../support/browser/browser.ts';
import { AUDIT_TRAIL, BOT, CDN_TEAM, TOMAS } from '../cast.ts';
import { ENGINEER } from '../fastly/people.ts';
import { startSandboxProcess } from './support/sandbox-process.ts';

const bot = (reader: Reader) => reader.page.getByRole('region', { name: 'The bot' });

describeInBrowser('the switch for the bot', () => {
  it('kills it between request and approval, and starts it to approve', async () => {
    const { page: url, client } = await startSandboxProcess();
    const reader = await openPage(url);
    await reader.say(`/fastly-user delete ${ENGINEER.login}`);
    await reader.sees(reader.message('Delete Edda Morton?'));
    await bot(reader).getByRole('button', { name: 'Kill the bot' }).click();
    await reader.sees(bot(reader).getByText('Not running'));
    await reader.become(TOMAS);
    await reader.page.getByRole('button', { name: 'Approve' }).click();
    await reader.sees(reader.message('Delete Edda Morton?').getByText('The app did not answer'));
    await bot(reader).getByRole('button', { name: 'Start the bot' }).click();
    await reader.sees(bot(reader).getByText('Connected to Slack'));
    await reader.sendForm(reader.page.getByRole('button', { name: 'Approve' }), 'Approve');
    await reader.sees(reader.message('Edda Morton was deleted'));
    expect((await client.fastlyUsers()).map(({ id }) => id)).not.toContain(ENGINEER.id);
  });

  it('kills it while a form is filled in, which is kept and sent once it runs again', async () => {
    const { page: url, client } = await startSandboxProcess();
    const reader = await openPage(url);
    const { modal } = reader;
    await reader.say('/fastly-user create --role billing');
    await modal.getByRole('textbox', { name: 'Login' }).fill('grace@example.com');
    await bot(reader).getByRole('button', { name: 'Kill the bot' }).click();
    await reader.sees(bot(reader).getByText('Not running'));
    await modal.getByRole('button', { name: 'Create' }).click();
    await reader.sees(modal.getByRole('alert').getByText('We had some trouble connecting. Try again?'));
    await bot(reader).getByRole('button', { name: 'Start the bot' }).click();
    await reader.sees(bot(reader).getByText('Connected to Slack'));
    await modal.getByRole('button', { name: 'Create' }).click();
    await reader.seesNoMore(modal);
    await reader.sees(reader.message('created grace@example.com'));
    expect(await client.fastlyUsers()).toContainEqual(
      expect.objectContaining({ login: 'grace@example.com', role: 'billing' }),
    );
  });

  it('has the Home tab told of what did not reach the bot, once that runs again', async () => {
    const { page: url } = await startSandboxProcess();
    const reader = await openPage(url);
    await bot(reader).getByRole('button', { name: 'Kill the bot' }).click();
    await reader.sees(bot(reader).getByText('Not running'));
    await reader.page.getByRole('link', { name: 'Home' }).click();
    const home = reader.page.getByRole('main');
    await reader.sees(home.getByRole('alert'));
    await bot(reader).getByRole('button', { name: 'Start the bot' }).click();
    await reader.sees(home.getByText('Nothing is waiting for you.'));
    await reader.seesNoMore(home.getByRole('alert'));
  });

  it("shows Slack's words for a command while it is not running", async () => {
    const { page: url } = await startSandboxProcess();
    const reader = await openPage(url);
    await bot(reader).getByRole('button', { name: 'Kill the bot' }).click();
    await reader.sees(bot(reader).getByText('Not running'));
    await reader.say('/fastly-user whoami');
    await reader.sees(
      reader.message('/fastly-user failed with the error "dispatch_failed"').getByText('Only visible to you'),
    );
    await reader.open('general');
    await reader.open(CDN_TEAM.name);
    await reader.sees(reader.message('dispatch_failed'));
  });
});

describeInBrowser('the clock', () => {
  it('is moved on for the bot, too, until its report is due, and so it is after the bot was killed', async () => {
    const { page: url } = await startSandboxProcess();
    const reader = await openPage(url);
    const clock = reader.page.getByRole('region', { name: 'The clock' });
    const before = await clock.getByRole('status').innerText();
    await reader.open(AUDIT_TRAIL.name);
    const report = reader.message('in the Fastly account');
    await clock.getByRole('button', { name: 'To the next report' }).click();
    await reader.sees(report);
    expect(await clock.getByRole('status').innerText()).not.toBe(before);
    await bot(reader).getByRole('button', { name: 'Kill the bot' }).click();
    await reader.sees(bot(reader).getByText('Not running'));
    await bot(reader).getByRole('button', { name: 'Start the bot' }).click();
    await reader.sees(bot(reader).getByText('Connected to Slack'));
    await reader.say('/fastly-user report');
    await reader.sees(reader.message('The next report is due tomorrow'));
  });

  it('is moved on to the reminder and to the end of a role', async () => {
    const { page: url, client } = await startSandboxProcess();
    const reader = await openPage(url);
    const on = reader.page.getByRole('button', { name: '15 minutes on' });
    await reader.say(`/fastly-user update ${ENGINEER.login} --role billing --for 30m`);
    await reader.sees(reader.message('Role engineer → billing'));
    await reader.open(BOT.name);
    await on.click();
    await reader.sees(reader.message('has the role billing').getByRole('button', { name: 'End now' }));
    await on.click();
    await reader.sees(reader.message('Ended'));
    expect(await client.fastlyUsers()).toContainEqual(
      expect.objectContaining({ id: ENGINEER.id, role: 'engineer' }),
    );
  });
});
