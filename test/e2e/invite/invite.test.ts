import { describe, expect, it } from 'vitest';
import { AUDIT_TRAIL, CDN_TEAM, NORA, TOMAS } from '../../sandbox/cast.ts';
import type { FastlyFaults } from '../../sandbox/control/protocol.ts';
import { ENGINEER } from '../../sandbox/fastly/people.ts';
import { openRequests, untilTold } from '../support/approving.ts';
import {
  deliverTheLastOneAgain,
  form,
  GRACE,
  invitationsSent,
  openForm,
  working,
} from '../support/newcomers.ts';
import { messagesIn, messageWith, wordsOf } from '../support/seeing.ts';
import { DELIVERY, SHORT_ANSWER, SLOW_MILLISECONDS, startWorkplace } from '../support/workplace.ts';

describe('invite', () => {
  it('invites from words with all that is given, and tells the channel who, whom, what, when, why and for how long', async () => {
    const { client } = await startWorkplace();
    await client
      .as(NORA)
      .command(`invite ${GRACE} --role engineer --limit-services yes --reason "New in the team"`);
    const told = await client
      .as(TOMAS)
      .until((sees) => messageWith(sees, CDN_TEAM, '✉️'), 'the confirmation, seen by someone else');
    expect(wordsOf(told.blocks)).toContain(
      `✉️ <@${NORA.id}> invited ${GRACE} , : Role engineer and Limited services yes. The invitation is valid for 7 days.`,
    );
    expect(wordsOf(told.blocks)).toContain(
      "The invitation names no service. Assign the user's services in Fastly once they have joined. Reason: New in the team",
    );
    expect(JSON.stringify(told.blocks)).toContain('"type":"date"');
    expect(await invitationsSent(client)).toEqual([{ email: GRACE, role: 'engineer', limit_services: true }]);
    expect(await client.fastlyInvitations()).toMatchObject([{ attributes: { email: GRACE } }]);
  });

  it('invites from the form, filled in with the words given', async () => {
    const { client } = await startWorkplace();
    const nora = client.as(NORA);
    const opened = await openForm(nora, 'invite --role engineer --limit-services yes --reason Why');
    expect(wordsOf(opened.blocks)).toContain(
      'Fastly emails a link that is valid for 7 days. Without a role, Fastly assigns one. Inviting a Fastly superuser needs approval.',
    );
    expect(opened.values).toMatchObject({
      role: { role: { selected_option: { value: 'engineer' } } },
      switches: { switches: { selected_options: [{ value: 'limit_services' }] } },
      reason: { reason: { value: 'Why' } },
    });
    await nora.submit({ address: GRACE, role: 'billing' });
    const told = await client
      .as(TOMAS)
      .until((sees) => messageWith(sees, CDN_TEAM, 'invited '), 'the result');
    expect(wordsOf(told.blocks)).toContain('Reason: Why');
    expect((await nora.sees()).modals).toEqual([]);
    expect(await invitationsSent(client)).toEqual([{ email: GRACE, role: 'billing', limit_services: true }]);
  });

  it("sends the 'no' that was typed and that the form cannot show", async () => {
    const { client } = await startWorkplace();
    const nora = client.as(NORA);
    await openForm(nora, 'invite --limit-services no');
    await nora.submit({ address: GRACE });
    await nora.until((sees) => messageWith(sees, CDN_TEAM, 'invited '), 'the result');
    expect(await invitationsSent(client)).toEqual([{ email: GRACE, limit_services: false }]);
  });

  it('invites once for a command and a form that are delivered twice', async () => {
    const { client, log } = await startWorkplace();
    const nora = client.as(NORA);
    await nora.command(`invite ${GRACE}`);
    await nora.until((sees) => messageWith(sees, CDN_TEAM, GRACE), 'the confirmation');
    await deliverTheLastOneAgain(client);
    await openForm(nora, 'invite');
    await nora.submit({ address: 'ada@example.com' });
    await nora.until((sees) => messageWith(sees, CDN_TEAM, 'ada@example.com'), 'the second confirmation');
    await deliverTheLastOneAgain(client);
    await log.untilTimes('the same delivery once more is not carried out again', 2);
    expect(await invitationsSent(client)).toEqual([{ email: GRACE }, { email: 'ada@example.com' }]);
    expect(messagesIn(await nora.sees(), CDN_TEAM)).toHaveLength(2);
  });
});

describe('invite', () => {
  it('sends nothing that is not given, and says what Fastly chose', async () => {
    const { client } = await startWorkplace(DELIVERY, { CONFIRMATIONS_CHANNEL: AUDIT_TRAIL.id });
    const nora = client.as(NORA);
    await nora.command(`invite ${GRACE} --private`);
    const told = await nora.until((sees) => messageWith(sees, CDN_TEAM, GRACE), 'the confirmation');
    expect(told.ephemeral).toBe(true);
    expect(wordsOf(told.blocks)).toContain(': Role user. The invitation');
    await nora.until((sees) => messageWith(sees, AUDIT_TRAIL, GRACE), 'the copy');
    expect(await invitationsSent(client)).toEqual([{ email: GRACE }]);
  });

  it.each([
    [`${GRACE} ada@example.com`, 'invite takes one email address, but you also typed ada@example.com'],
    ['@nora', 'Type the address itself.'],
    ['grace', "grace isn't an email address."],
    [`${GRACE} --role enginer`, 'Did you mean engineer ?'],
    [`${GRACE} --name Grace`, 'Unknown flag --name .'],
    [`${GRACE} --limit-services maybe`, '--limit-services takes yes or no'],
    [`${GRACE} --reason ${'x'.repeat(241)}`, 'The reason has 241 characters'],
    [`${GRACE} --role user --limit-services yes`, "Role 'user' is not allowed to be service limited"],
    [ENGINEER.login, `${ENGINEER.login} is already a user. Run /fastly-user get`],
    [`${ENGINEER.login} --role superuser`, 'is already a user'],
    [
      'invited@example.com',
      'invited@example.com already has an open invitation. Run /fastly-user invitations to see it.',
    ],
    ['Invited@example.com --role superuser', 'already has an open invitation'],
  ])('refuses %s in words, to the caller alone', async (words, refusal) => {
    const { client } = await startWorkplace();
    const [nora, tomas] = [client.as(NORA), client.as(TOMAS)];
    await tomas.command('invite invited@example.com --private');
    await tomas.until((sees) => messagesIn(sees, CDN_TEAM)[0], 'the confirmation');
    await nora.command(`invite ${words}`);
    const told = await nora.until((sees) => messagesIn(sees, CDN_TEAM)[0], 'the refusal');
    expect(told.ephemeral).toBe(true);
    expect(wordsOf(told.blocks)).toContain(refusal);
    expect(await client.fastlyInvitations()).toHaveLength(1);
    expect(openRequests(await nora.sees(), CDN_TEAM, { id: '' })).toEqual([]);
  });

  it.each<[string, string, Partial<FastlyFaults>, object, RegExp]>([
    ['who is a user at the address', 'address', {}, { address: ENGINEER.login }, /is already a user/],
    ['what is no address at the address', 'address', {}, { address: 'grace@' }, /isn't an email address/],
    [
      'a role that does not go with limited services at the role',
      'role',
      {},
      { role: 'user', switches: ['limit_services'] },
      /service limited/,
    ],
    [
      "Fastly's refusal of the address at the address",
      'address',
      { fail: refusal('Record invalid', 'Email is not a valid e-mail address') },
      {},
      /Email is not a valid/,
    ],
    [
      'that somebody was invited meanwhile at the address',
      'address',
      { fail: { ...refusal('Duplicate record', 'has been invited'), status: 409 } },
      {},
      /already belongs to a user or an open invitation/,
    ],
    ['that Fastly is away at the address', 'address', { down: true }, {}, /can't be reached/],
  ])(
    'shows in the form %s, and takes it once that is mended',
    async (_what, field, faults, filled, words) => {
      const { client } = await startWorkplace();
      const nora = client.as(NORA);
      await openForm(nora, 'invite');
      await client.fastlyFaults(faults);
      await nora.submit({ address: GRACE, reason: 'Kept', ...filled });
      expect(await nora.until((sees) => sees.modals[0]?.errors[field], 'the error')).toMatch(words);
      await client.fastlyFaults({ fail: null, down: false });
      await nora.submit({ address: GRACE, role: 'engineer' });
      await nora.until((sees) => messageWith(sees, CDN_TEAM, 'Reason: Kept'), 'the result');
      expect(await client.fastlyInvitations()).toHaveLength(1);
    },
  );

  it('shows the form again, filled in, when a slow Fastly refuses', async () => {
    const { client, times } = await startWorkplace();
    const nora = client.as(NORA);
    times.answerWithin = SHORT_ANSWER;
    await client.fastlyFaults({ delay: { match: 'POST /invitations', milliseconds: SLOW_MILLISECONDS } });
    await openForm(nora, 'invite');
    await nora.submit({ address: GRACE, role: 'user', switches: ['limit_services'], reason: 'Kept' });
    await working(nora);
    const again = await form(nora, 'invite');
    expect(wordsOf(again.blocks)).toContain('⚠️ Fastly refused this');
    expect(again.values).toMatchObject({
      address: { address: { value: GRACE } },
      role: { role: { selected_option: { value: 'user' } } },
      switches: { switches: { selected_options: [{ value: 'limit_services' }] } },
      reason: { reason: { value: 'Kept' } },
    });
  });

  it.each([
    ['after', 'told as sent, being found', 'invited '],
    ['before', 'left as not known', 'It may still have gone through. Check with /fastly-user invitations'],
  ] as const)('whose answer is lost %s the work is %s', async (when, _what, words) => {
    const { client } = await startWorkplace();
    const nora = client.as(NORA);
    await client.fastlyFaults({ drop: { match: 'POST /invitations', when, times: 1 } });
    await openForm(nora, 'invite');
    await nora.submit({ address: GRACE, role: 'billing' });
    await nora.until((sees) => JSON.stringify(sees).replaceAll('\\"', '').includes(words), words);
    if (when === 'before') {
      await nora.submit();
      await nora.until(
        (sees) => sees.modals[0]?.errors.address?.includes('the outcome is unknown'),
        'the refusal to send it again',
      );
    }
    expect(await invitationsSent(client)).toHaveLength(1);
  });

  it('is in the audit log, with what was set and why, and what failed', async () => {
    const { client } = await startWorkplace();
    const nora = client.as(NORA);
    await nora.command(`invite ${GRACE} --role billing --reason "New in the team"`);
    await nora.until((sees) => messageWith(sees, CDN_TEAM, 'invited '), 'the confirmation');
    await client.fastlyFaults({ fail: refusal('Bad request', 'No') });
    await nora.command('invite ada@example.com');
    await untilTold(nora, 'Fastly refused this');
    await nora.command('audit --private');
    const words = await untilTold(nora, 'The latest changes');
    expect(words).toContain(`✉️ <@${NORA.id}> invited ${GRACE} : Role billing (New in the team)`);
    expect(words).toContain(
      `⚠️ <@${NORA.id}> tried to invite ada@example.com . It didn't work (Fastly answered 400: Bad request: No)`,
    );
  });
});

/** Fastly refuses the next invitation. */
function refusal(msg: string, detail: string): NonNullable<FastlyFaults['fail']> {
  return { match: 'POST /invitations', status: 400, body: JSON.stringify({ msg, detail }), times: 1 };
}
