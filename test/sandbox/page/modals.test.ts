import type { App } from '@slack/bolt';
import { expect, it } from 'vitest';
import { describeInBrowser, eventually, openPage } from '../../support/browser/browser.ts';
import type { JsonObject } from '../control/protocol.ts';
import { option, plain, startSample } from './support/sample.ts';
import { openModal, textField, view } from './support/sample-modal.ts';

/** What was submitted, by action id. */
function submissions(app: App): { [actionId: string]: JsonObject }[] {
  const received: { [actionId: string]: JsonObject }[] = [];
  app.view('form', async ({ ack, view: { state } }) => {
    received.push(JSON.parse(JSON.stringify(Object.assign({}, ...Object.values(state.values)))));
    await ack();
  });
  return received;
}

describeInBrowser('a modal', () => {
  it('gives the app what was filled into each kind of field', async () => {
    let received: { [actionId: string]: JsonObject }[] = [];
    const roles = [option('Engineer', 'engineer'), option('Billing', 'billing')];
    const reader = await openModal(
      view(
        'Everything',
        textField('Name'),
        {
          type: 'input',
          label: plain('Notes'),
          element: { type: 'plain_text_input', action_id: 'Notes', multiline: true },
        },
        { type: 'input', label: plain('E-mail'), element: { type: 'email_text_input', action_id: 'E-mail' } },
        {
          type: 'input',
          label: plain('Role'),
          element: { type: 'static_select', action_id: 'Role', options: roles },
        },
        {
          type: 'input',
          label: plain('User'),
          element: { type: 'external_select', action_id: 'User', min_query_length: 2 },
        },
        {
          type: 'input',
          label: plain('Rights'),
          element: { type: 'checkboxes', action_id: 'Rights', options: roles },
        },
        {
          type: 'input',
          label: plain('Locked'),
          element: { type: 'radio_buttons', action_id: 'Locked', options: roles },
        },
      ),
      (app) => {
        received = submissions(app);
        app.options('User', ({ ack, options }) =>
          ack({ options: [option(`${options.value} found`, 'found')] }),
        );
      },
    );
    const { modal, page } = reader;
    await modal.getByRole('textbox', { name: 'Name' }).fill('Nora');
    await modal.getByRole('textbox', { name: 'Notes' }).fill('one\ntwo');
    await modal.getByRole('textbox', { name: 'E-mail' }).fill('nora@example.com');
    await modal.getByRole('combobox', { name: 'Role' }).fill('bill');
    await page.keyboard.press('Enter');
    const user = modal.getByRole('combobox', { name: 'User' });
    await user.fill('n');
    await reader.sees(modal.getByText('Type at least 2 characters'));
    await user.fill('no');
    await modal.getByRole('option', { name: 'no found' }).click();
    await modal.getByRole('group', { name: 'Rights' }).getByLabel('Engineer').check();
    await modal.getByRole('group', { name: 'Rights' }).getByLabel('Billing').check();
    await modal.getByRole('radiogroup', { name: 'Locked' }).getByLabel('Billing').check();
    await modal.getByRole('button', { name: 'Save' }).click();
    await reader.seesNoMore(modal);
    expect(received).toMatchObject([
      {
        Name: { value: 'Nora' },
        Notes: { value: 'one\ntwo' },
        'E-mail': { value: 'nora@example.com' },
        Role: { selected_option: { value: 'billing' } },
        User: { selected_option: { value: 'found' } },
        Rights: { selected_options: [{ value: 'engineer' }, { value: 'billing' }] },
        Locked: { selected_option: { value: 'billing' } },
      },
    ]);
  });

  it('is submitted with Enter, and closed with Escape', async () => {
    let received: { [actionId: string]: JsonObject }[] = [];
    const reader = await openModal(view('Form', textField('Name')), (app) => {
      received = submissions(app);
    });
    await reader.sees(reader.modal.locator('input:focus'));
    await reader.page.keyboard.type('Nora');
    await reader.page.keyboard.press('Enter');
    await reader.seesNoMore(reader.modal);
    expect(received).toMatchObject([{ Name: { value: 'Nora' } }]);
    await reader.say('/sample');
    await reader.sees(reader.modal);
    await reader.page.keyboard.press('Escape');
    await reader.seesNoMore(reader.modal);
    expect(received).toHaveLength(1);
  });

  it("shows Slack's own errors and the app's at their fields, and keeps what was typed", async () => {
    const reader = await openModal(view('Form', textField('Name'), textField('Reason', true)), (app) => {
      app.view('form', ({ ack }) => ack({ response_action: 'errors', errors: { Reason: 'Say more.' } }));
    });
    const { modal } = reader;
    const name = modal.getByRole('textbox', { name: 'Name' });
    await modal.getByRole('button', { name: 'Save' }).click();
    await reader.sees(modal.getByRole('alert').getByText('Please complete this required field.'));
    expect(await name.getAttribute('aria-invalid')).toBe('true');
    await name.fill('much longer than twenty characters');
    await reader.sees(modal.getByText('34 of 20'));
    await modal.getByRole('button', { name: 'Save' }).click();
    await reader.sees(modal.getByText('Please use at most 20 characters.'));
    await name.fill('Nora');
    await modal.getByRole('button', { name: 'Save' }).click();
    const reason = modal.getByRole('textbox', { name: 'Reason' });
    await reader.sees(modal.getByRole('alert').getByText('Say more.'));
    expect(await reason.getAttribute('aria-invalid')).toBe('true');
    const described = (await reason.getAttribute('aria-describedby'))?.split(' ') ?? [];
    const words = described.map((id) => modal.locator(`[id="${id}"]`));
    expect((await Promise.all(words.map((each) => each.allInnerTexts()))).flat()).toContain('Say more.');
    expect(await name.inputValue()).toBe('Nora');
  });

  it('leaves its buttons where they are when an error goes', async () => {
    // More than fills the least height of a form.
    const more = ['Reason', 'Place', 'Time'].map((id) => textField(id, true));
    const reader = await openModal(view('Form', textField('Name'), ...more));
    const { modal } = reader;
    const save = modal.getByRole('button', { name: 'Save' });
    await save.click();
    await reader.sees(modal.getByRole('alert'));
    const before = await save.boundingBox();
    await modal.getByRole('textbox', { name: 'Name' }).fill('Nora');
    await modal.getByRole('textbox', { name: 'Name' }).press('Tab');
    await reader.seesNoMore(modal.getByRole('alert'));
    expect(await save.boundingBox()).toEqual(before);
  });

  it('begins in the field that the app says', async () => {
    const reader = await openModal(view('Form', textField('Name'), textField('Reason', false, true)));
    await reader.sees(
      reader.modal.getByRole('textbox', { name: 'Reason' }).and(reader.page.locator(':focus')),
    );
  });

  it('is gone with what was typed last, and nothing is told of a view that is gone', async () => {
    const { page: url } = await startSample((app) => {
      app.command('/sample', async ({ ack, body, client }) => {
        await ack();
        await client.views.open({ trigger_id: body.trigger_id, view: view('Form', textField('Name')) });
      });
    });
    const reader = await openPage(url);
    const asked: string[] = [];
    reader.page.on('request', (request) =>
      asked.push(new URL(request.url()).pathname.split('/').at(-1) ?? ''),
    );
    await reader.say('/sample');
    await reader.modal.getByRole('textbox').fill('Nora');
    await reader.page.keyboard.press('Escape');
    await reader.seesNoMore(reader.modal);
    await reader.say('/sample');
    await reader.sees(reader.modal);
    expect(asked.filter((each) => ['command', 'click', 'close'].includes(each))).toEqual([
      'command',
      'close',
      'command',
    ]);
  });

  it('leaves what is behind the scenes in reach, and the workspace not', async () => {
    const reader = await openModal(view('Form', textField('Name')));
    const { page, modal } = reader;
    const slow = page.getByRole('switch', { name: 'Slow' });
    await slow.click();
    await eventually(() => slow.isChecked()).toBe(true);
    for (const covered of [reader.composer, page.getByRole('link', { name: 'general' })]) {
      await covered.focus();
      expect(await covered.and(page.locator(':focus')).count()).toBe(0);
    }
    await page.keyboard.press('Escape');
    await reader.seesNoMore(modal);
    expect(await page.locator(':focus').getAttribute('role')).toBe('switch');
    await reader.sees(page.getByRole('link', { name: 'general' }));
  });

  it('covers all of the bar at the top', async () => {
    const reader = await openModal(view('Form', textField('Name')));
    for (const width of [1280, 1000]) {
      await reader.page.setViewportSize({ width, height: 800 });
      const covering = `[4, innerWidth - 4].map((x) => document.elementFromPoint(x, 20)?.className)`;
      expect(await reader.page.evaluate(covering)).toEqual(['veil', 'veil']);
    }
  });

  it('keeps what is typed while the app is busy with what was typed before', async () => {
    const answered = Promise.withResolvers<void>();
    const told: string[] = [];
    let received: { [actionId: string]: JsonObject }[] = [];
    const dispatching = { ...textField('Name'), dispatch_action: true };
    const reader = await openModal(view('Form', dispatching, textField('Reason', true)), (app) => {
      received = submissions(app);
      app.action('Name', async ({ ack, action }) => {
        told.push('value' in action ? String(action.value) : '');
        await answered.promise;
        await ack();
      });
    });
    const name = reader.modal.getByRole('textbox', { name: 'Name' });
    await name.fill('No');
    await name.press('Tab');
    await eventually(() => told).toEqual(['No']);
    await name.fill('Nora');
    await name.press('Enter');
    answered.resolve();
    await reader.seesNoMore(reader.modal);
    expect(received).toMatchObject([{ Name: { value: 'Nora' } }]);
  });

  it('shows that a submission is under way, and takes no second one', async () => {
    const answered = Promise.withResolvers<void>();
    let times = 0;
    const reader = await openModal(view('Form', textField('Name', true)), (app) => {
      app.view('form', async ({ ack }) => {
        times += 1;
        await answered.promise;
        await ack();
      });
    });
    const save = reader.modal.getByRole('button', { name: 'Save' });
    await save.click();
    await reader.sees(reader.modal.locator('button[aria-busy=true]', { hasText: 'Save' }));
    expect(await save.isDisabled()).toBe(true);
    await save.click({ force: true });
    await reader.modal.getByRole('textbox').press('Enter');
    answered.resolve();
    await reader.seesNoMore(reader.modal);
    expect(times).toBe(1);
  });

  it("says in Slack's words that the app was too slow, and stays as it was filled in", async () => {
    const reader = await openModal(
      view('Form', textField('Name')),
      (app) => app.view({ callback_id: 'form' }, async () => undefined),
      { acknowledgeWithin: 300 },
    );
    await reader.modal.getByRole('textbox').fill('Nora');
    await reader.modal.getByRole('button', { name: 'Save' }).click();
    await reader.sees(reader.modal.getByText('We had some trouble connecting. Try again?'));
    await reader.sees(reader.modal.getByRole('button', { name: 'Save' }).and(reader.page.locator(':focus')));
    expect(await reader.modal.getByRole('textbox').inputValue()).toBe('Nora');
    expect(await reader.modal.getByRole('button', { name: 'Save' }).isEnabled()).toBe(true);
  });

  it('stacks views, and goes back to the one below', async () => {
    const reader = await openModal(view('First', textField('Name')), (app) => {
      app.view('form', ({ ack }) =>
        ack({
          response_action: 'push',
          view: { ...view('Second', textField('More')), callback_id: 'second' },
        }),
      );
    });
    const { modal } = reader;
    await modal.getByRole('textbox').fill('Nora');
    await modal.getByRole('button', { name: 'Save' }).click();
    await reader.sees(modal.getByRole('heading', { name: 'Second' }));
    await modal.getByRole('button', { name: 'Back' }).click();
    await reader.sees(modal.getByRole('heading', { name: 'First' }));
    expect(await modal.getByRole('textbox').inputValue()).toBe('Nora');
    await modal.getByRole('button', { name: 'Save' }).click();
    await reader.sees(modal.getByRole('heading', { name: 'Second' }));
    await modal.getByRole('button', { name: 'Close all' }).click();
    await reader.seesNoMore(modal);
    await reader.sees(reader.composer.and(reader.page.locator(':focus')));
  });

  it('shows an alert, and what takes its place when the app updates it', async () => {
    let update: () => Promise<unknown> = () => Promise.resolve();
    const { page: url } = await startSample((app) => {
      app.command('/sample', async ({ ack, body, client }) => {
        await ack();
        const opened = await client.views.open({
          trigger_id: body.trigger_id,
          view: JSON.parse(
            JSON.stringify({
              type: 'modal',
              title: plain('Working'),
              blocks: [{ type: 'alert', level: 'info', text: plain('A moment…') }],
            }),
          ),
        });
        update = () =>
          client.views.update({ view_id: opened.view?.id ?? '', view: view('Ready', textField('Name')) });
      });
    });
    const reader = await openPage(url);
    await reader.say('/sample');
    await reader.sees(reader.modal.locator('.alert.info', { hasText: 'A moment…' }));
    expect(await reader.modal.getByRole('button', { name: 'Save' }).count()).toBe(0);
    await update();
    await reader.modal.getByRole('button', { name: 'Save' }).waitFor();
    await reader.page.keyboard.type('Nora');
    expect(await reader.modal.getByRole('textbox').inputValue()).toBe('Nora');
  });
});
