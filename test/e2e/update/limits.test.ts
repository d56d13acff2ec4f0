import { describe, expect, it } from 'vitest';
import { CDN_TEAM, NORA } from '../../sandbox/cast.ts';
import { ENGINEER } from '../../sandbox/fastly/people.ts';
import { untilEditForm, updateOf, updates } from '../support/altering.ts';
import { untilTold } from '../support/approving.ts';
import { deliveryTo, startForgedSlack, superuser, viewOf } from '../support/forged-delivery.ts';
import { elementsOf, messagesIn, messageWith, wordsOf } from '../support/seeing.ts';
import { DAY } from '../support/tokens.ts';
import { startWorkplace } from '../support/workplace.ts';

const LONG = 'Edda '.repeat(580).trim();

describe('a name', () => {
  it('is given with 255 characters, and not with more', async () => {
    const { client } = await startWorkplace();
    const nora = client.as(NORA);
    await nora.command(`update ${ENGINEER.id} --name ${'x'.repeat(256)}`);
    await untilTold(nora, 'A name must have 1 to 255 characters.');
    await nora.command(`update ${ENGINEER.id} --name ${'x'.repeat(255)}`);
    await nora.until((sees) => messageWith(sees, CDN_TEAM, 'updated'), 'the change');
    expect(await updates(client)).toEqual([updateOf(ENGINEER, { name: 'x'.repeat(255) })]);
  });

  it('that is longer than any form holds leaves the rest of the form to edit', async () => {
    const { client } = await startWorkplace();
    const nora = client.as(NORA);
    await client.putFastlyUsers([{ ...ENGINEER, name: LONG }]);
    await nora.command(`update ${ENGINEER.id}`);
    const form = await untilEditForm(nora);
    expect(elementsOf(form.blocks).map(({ action_id }) => action_id)).toEqual([
      'role',
      'for',
      'switches',
      'reason',
    ]);
    await nora.submit({ role: 'billing' });
    await nora.until((sees) => messageWith(sees, CDN_TEAM, 'Role engineer → billing'), 'the change');
    expect(await updates(client)).toEqual([updateOf(ENGINEER, { role: 'billing' })]);
  });
});

describe('a login', () => {
  it('with a backtick is shown as it is, where a backtick would end it', async () => {
    const { client } = await startWorkplace();
    const nora = client.as(NORA);
    await client.putFastlyUsers([{ ...ENGINEER, login: 'gr`ace@example.com' }]);
    await nora.command(`get ${ENGINEER.id}`);
    const card = await nora.until((sees) => messageWith(sees, CDN_TEAM, 'Login'), 'the card');
    expect(wordsOf(card.blocks)).toContain('`gr‹U+0060›ace@example.com`');
  });
});

describe('what a choice among several carries', () => {
  const user = { id: ENGINEER.id, login: ENGINEER.login };
  const chosen = (settings: object, more: object = {}) => ({
    type: 'button',
    action_id: 'user.choose',
    block_id: ENGINEER.id,
    value: JSON.stringify({ subcommand: 'update', settings, reason: null, user, private: false, ...more }),
  });

  it.each([
    [{ role: 'root' }, 'role'],
    [{ name: '' }, '1 to 255 characters'],
    [{ two_factor_auth_enabled: true }, 'no longer works'],
  ])('is checked like words: %j', async (settings, said) => {
    const slack = await startForgedSlack('http');
    await slack.deliver(
      deliveryTo({ kind: 'click', id: 'user.choose' }, superuser, slack.responseUrl, {
        actions: [chosen(settings)],
      }),
    );
    expect(await slack.nextResponse()).toMatchObject({
      response_type: 'ephemeral',
      text: expect.stringContaining(said),
    });
    expect(await updates(slack.client)).toEqual([]);
  });

  it('is checked like words where it says for how long', async () => {
    const slack = await startForgedSlack('http');
    for (const lasts of [-5, 1.5, 60_000, 3_650 * DAY]) {
      const actions = [chosen({ role: 'superuser' }, { lasts })];
      const click = deliveryTo({ kind: 'click', id: 'user.choose' }, superuser, slack.responseUrl, {
        actions,
      });
      await slack.deliver(click);
      expect(await slack.nextResponse()).toMatchObject({ text: expect.stringContaining('no longer works') });
      const id = 'update.pick';
      const subject = JSON.stringify({ settings: { role: 'superuser' }, reason: null, lasts });
      const view = viewOf(id, {
        private_metadata: JSON.stringify({ channel: CDN_TEAM.id, private: false, subject }),
      });
      const submission = deliveryTo({ kind: 'submission', id }, superuser, slack.responseUrl, { view });
      expect(JSON.stringify(await slack.deliver(submission))).toContain('no longer works');
    }
    const seen = await slack.client.as(NORA).sees();
    expect(messagesIn(seen, CDN_TEAM)).toEqual([]);
  });

  it.each(['superuser ', 'Superuser'])(
    'is asked of another superuser where it is the role %j',
    async (role) => {
      const slack = await startForgedSlack('http');
      await slack.deliver(
        deliveryTo({ kind: 'click', id: 'user.choose' }, superuser, slack.responseUrl, {
          actions: [chosen({ role })],
        }),
      );
      await slack.client.as(NORA).until((sees) => messageWith(sees, CDN_TEAM, 'Promote '), 'the request');
      expect(await updates(slack.client)).toEqual([]);
    },
  );
});
