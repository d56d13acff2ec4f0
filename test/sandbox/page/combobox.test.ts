import { expect, it } from 'vitest';
import { describeInBrowser, type Reader } from '../../support/browser/browser.ts';
import { option, plain } from './support/sample.ts';
import { openModal, textField, view } from './support/sample-modal.ts';

/** A form whose picker finds two for whatever is typed, once what `held` has for those words is over. */
function openPicker(held: { [query: string]: Promise<void> } = {}): Promise<Reader> {
  const picker = {
    type: 'input',
    label: plain('User'),
    element: { type: 'external_select', action_id: 'User', min_query_length: 1 },
  } as const;
  return openModal(view('Form', picker, textField('Reason', true)), (app) => {
    app.options('User', async ({ ack, options: { value } }) => {
      await held[value];
      await ack({ options: [option(`${value} one`, 'one'), option(`${value} other`, 'other')] });
    });
  });
}

const answerTo = ({ page }: Reader, query: string) =>
  page.waitForResponse(
    (response) => response.url().endsWith('/type-ahead') && response.request().postDataJSON().value === query,
  );

describeInBrowser('a field that offers what fits', () => {
  it('offers what fits what is typed now, however late the answer to earlier words comes', async () => {
    const late = Promise.withResolvers<void>();
    const reader = await openPicker({ ed: late.promise });
    const { modal } = reader;
    const user = modal.getByRole('combobox', { name: 'User' });
    await user.fill('e');
    await reader.sees(modal.getByRole('option', { name: 'e one' }));
    const answered = answerTo(reader, 'ed');
    await user.fill('ed');
    await reader.sees(modal.getByText('Loading…'));
    await user.press('Enter');
    expect(await user.inputValue()).toBe('ed');
    await user.fill('edda');
    await reader.sees(modal.getByRole('option', { name: 'edda one' }));
    late.resolve();
    await answered;
    expect(await modal.getByRole('option').allInnerTexts()).toEqual(['edda one', 'edda other']);
    await user.press('Enter');
    expect(await user.inputValue()).toBe('edda one');
  });

  it('is gone through with the arrow keys, and says where one is', async () => {
    const reader = await openPicker();
    const user = reader.modal.getByRole('combobox', { name: 'User' });
    const gone = async () => {
      const id = await user.getAttribute('aria-activedescendant');
      return reader.modal.locator(`[id="${id}"]`).innerText();
    };
    await user.fill('edda');
    await reader.sees(reader.modal.getByRole('option', { name: 'edda other' }));
    expect(await gone()).toBe('edda one');
    await user.press('ArrowDown');
    expect(await gone()).toBe('edda other');
    await user.press('ArrowDown');
    expect(await gone()).toBe('edda one');
    await user.press('ArrowUp');
    await user.press('Enter');
    expect(await user.inputValue()).toBe('edda other');
    expect(await user.getAttribute('aria-expanded')).toBe('false');
  });

  it('closes with Escape, which leaves the form open, and when the field is left', async () => {
    const reader = await openPicker();
    const { modal } = reader;
    const user = modal.getByRole('combobox', { name: 'User' });
    await user.fill('edda');
    await reader.sees(modal.getByRole('listbox'));
    await user.press('Escape');
    await reader.seesNoMore(modal.getByRole('listbox'));
    expect(await user.inputValue()).toBe('');
    await user.fill('edda');
    await reader.sees(modal.getByRole('listbox'));
    await user.press('Tab');
    await reader.seesNoMore(modal.getByRole('listbox'));
    await user.press('Escape');
    await reader.seesNoMore(modal);
  });
});
