import { describe, expect, it } from 'vitest';
import { CDN_TEAM, NORA, OPS, TOMAS } from '../../sandbox/cast.ts';
import type { ActingMember } from '../../sandbox/control/client.ts';
import type { FastlyFaults } from '../../sandbox/control/protocol.ts';
import { ENGINEER } from '../../sandbox/fastly/people.ts';
import {
  CANNOT_CREATE,
  creations,
  deliverTheLastOneAgain,
  form,
  GRACE,
  invitationsSent,
  openForm,
  userNamed,
  working,
} from '../support/newcomers.ts';
import { messageWith, wordsOf } from '../support/seeing.ts';
import { SHORT_ANSWER, SLOW_MILLISECONDS, startWorkplace } from '../support/workplace.ts';

const SWITCHES = [
  'limit_services',
  'locked',
  'require_new_password',
  'two_factor_auth_enabled',
  'two_factor_setup_required',
];
const SLOW = { match: 'POST /user', milliseconds: SLOW_MILLISECONDS };

/** The error that stands at a field of the form, once it is there. */
async function errorAt(who: ActingMember, field: string): Promise<string> {
  return await who.until((sees) => sees.modals[0]?.errors[field], `an error at ${field}`);
}

describe('the form of create', () => {
  it('creates a user with all that is filled in, and closes', async () => {
    const { client } = await startWorkplace();
    const nora = client.as(NORA);
    const opened = await openForm(nora, 'create');
    expect(opened.title).toBe('Create a user');
    expect(wordsOf(opened.blocks)).toContain(
      "Empty fields use Fastly's defaults. Creating a Fastly superuser needs approval.",
    );
    await nora.submit({
      address: ` ${GRACE} `,
      name: 'Grace Example',
      role: 'engineer',
      switches: SWITCHES,
      reason: 'New in the team',
    });
    const told = await client.as(TOMAS).until((sees) => messageWith(sees, CDN_TEAM, '🆕'), 'the result');
    expect(wordsOf(told.blocks)).toContain(`<@${NORA.id}> created Grace Example ( ${GRACE} )`);
    expect(wordsOf(told.blocks)).toContain('Reason: New in the team');
    expect((await nora.sees()).modals).toEqual([]);
    expect(await creations(client)).toEqual([
      {
        login: GRACE,
        name: 'Grace Example',
        role: 'engineer',
        ...Object.fromEntries(SWITCHES.map((each) => [each, 'true'])),
      },
    ]);
  });

  it("opens filled in with the words given, and sends the 'no' that a form cannot show", async () => {
    const { client } = await startWorkplace();
    const nora = client.as(NORA);
    const opened = await openForm(
      nora,
      'create --name "Grace Example" --role engineer --locked no --limit-services yes --require-new-password no --reason Why',
    );
    expect(opened.values).toMatchObject({
      address: { address: { value: null } },
      name: { name: { value: 'Grace Example' } },
      role: { role: { selected_option: { value: 'engineer' } } },
      switches: { switches: { selected_options: [{ value: 'limit_services' }] } },
      reason: { reason: { value: 'Why' } },
    });
    await nora.submit({ address: GRACE, switches: ['limit_services', 'require_new_password'] });
    await nora.until((sees) => messageWith(sees, CDN_TEAM, 'Reason: Why'), 'the result');
    expect(await creations(client)).toEqual([
      {
        login: GRACE,
        name: 'Grace Example',
        role: 'engineer',
        limit_services: 'true',
        locked: 'false',
        require_new_password: 'true',
      },
    ]);
  });

  it('says at the login that it is taken, and creates once when that is mended in the same form', async () => {
    const { client } = await startWorkplace();
    const nora = client.as(NORA);
    const { id } = await openForm(nora, 'create');
    await nora.submit({ address: ENGINEER.login, name: 'Grace', role: 'engineer', switches: ['locked'] });
    const taken = await errorAt(nora, 'address');
    expect(taken).toContain('A user with this login already exists');
    expect(taken).toContain(`Run /fastly-user get ${ENGINEER.login} to see the user.`);
    expect(taken).not.toContain('Reference');
    expect((await nora.sees()).modals).toMatchObject([
      {
        id,
        values: {
          name: { name: { value: 'Grace' } },
          role: { role: { selected_option: { value: 'engineer' } } },
          switches: { switches: { selected_options: [{ value: 'locked' }] } },
        },
      },
    ]);
    await nora.submit({ address: GRACE });
    await nora.until((sees) => messageWith(sees, CDN_TEAM, '🆕'), 'the result');
    expect((await creations(client)).map(({ login }) => login)).toEqual([ENGINEER.login, GRACE]);
    expect(await userNamed(client, GRACE)).toMatchObject({ name: 'Grace', role: 'engineer', locked: true });
  });

  it('becomes the form of invite, filled in, where users cannot be created, and invites', async () => {
    const { client } = await startWorkplace();
    const nora = client.as(NORA);
    await client.fastlyFaults({ directCreation: 403 });
    const { id } = await openForm(nora, 'create');
    await nora.submit({
      address: GRACE,
      name: 'Grace',
      role: 'engineer',
      switches: ['limit_services', 'locked'],
      reason: 'New in the team',
    });
    const next = await form(nora, 'invite');
    expect(next).toMatchObject({ id, title: 'Invite a user', submit: 'Invite' });
    expect(wordsOf(next.blocks)).toContain(
      `${CANNOT_CREATE}, so nothing was created. Invite ${GRACE} instead.`,
    );
    expect(next.values).toMatchObject({
      address: { address: { value: GRACE } },
      role: { role: { selected_option: { value: 'engineer' } } },
      switches: { switches: { selected_options: [{ value: 'limit_services' }] } },
      reason: { reason: { value: 'New in the team' } },
    });
    await nora.submit();
    const told = await client
      .as(TOMAS)
      .until((sees) => messageWith(sees, CDN_TEAM, 'invited '), 'the result');
    expect(wordsOf(told.blocks)).toContain('Reason: New in the team');
    expect((await nora.sees()).modals).toEqual([]);
    expect(await invitationsSent(client)).toEqual([{ email: GRACE, role: 'engineer', limit_services: true }]);
  });

  it('shows that it works while Fastly is slow, and then what came of it', async () => {
    const { client, times } = await startWorkplace();
    const nora = client.as(NORA);
    times.answerWithin = SHORT_ANSWER;
    await client.fastlyFaults({ delay: SLOW });
    await openForm(nora, 'create');
    await nora.submit({ address: GRACE, name: '  ' });
    await working(nora);
    await nora.until((sees) => wordsOf(sees.modals[0]?.blocks).includes('Done. The result is'), 'the end');
    expect(messageWith(await nora.sees(), CDN_TEAM, '🆕')).toBeDefined();
    expect(await creations(client)).toEqual([{ login: GRACE }]);
  });

  it('creates once for a form that is delivered twice', async () => {
    const { client, log } = await startWorkplace();
    const nora = client.as(NORA);
    await openForm(nora, 'create');
    await nora.submit({ address: GRACE });
    await nora.until((sees) => messageWith(sees, CDN_TEAM, '🆕'), 'the result');
    await deliverTheLastOneAgain(client);
    await log.until('the same delivery once more is not carried out again');
    expect(await creations(client)).toHaveLength(1);
  });
});

describe('the form of create', () => {
  it.each<[string, string, Partial<FastlyFaults>, object, RegExp]>([
    [
      'a role that does not go with limited services at the role',
      'role',
      {},
      { role: 'user', switches: ['limit_services'] },
      /Role 'user' is not allowed to be service limited/,
    ],
    [
      'what Fastly says of the name at the name',
      'name',
      { fail: refusal('Record invalid', 'Name is too long') },
      { name: 'Grace' },
      /it says: Record invalid: Name is too long/,
    ],
    [
      'what Fastly says of nothing that is filled in at the login',
      'address',
      { fail: refusal('Bad request', 'The account is full') },
      {},
      /it says: Bad request: The account is full.*Nothing was changed/,
    ],
    ['what is no address at the login', 'address', {}, { address: 'grace' }, /grace isn't an email address/],
    ['blanks for a login at the login', 'address', {}, { address: '  ' }, /Type an email address/],
    [
      'that Fastly is away at the login',
      'address',
      { down: true },
      {},
      /can't be reached.*Nothing was changed/,
    ],
    [
      "that the hour's limit is used up at the login",
      'address',
      { rateLimitUsedUp: { reset: 4_102_444_800 } },
      {},
      /rate limit is reached until 2100-01-01 00:00 UTC/,
    ],
  ])('shows %s, and takes it once that is mended', async (_what, field, faults, filled, words) => {
    const { client } = await startWorkplace();
    const nora = client.as(NORA);
    await openForm(nora, 'create');
    await client.fastlyFaults(faults);
    await nora.submit({ address: GRACE, reason: 'Kept', ...filled });
    expect(await errorAt(nora, field)).toMatch(words);
    expect(Object.keys((await nora.sees()).modals[0]?.errors ?? {})).toEqual([field]);
    await client.fastlyFaults({ fail: null, down: false, rateLimitUsedUp: null });
    await nora.submit({ address: GRACE, role: 'engineer' });
    await nora.until((sees) => messageWith(sees, CDN_TEAM, 'Reason: Kept'), 'the result');
    expect(await userNamed(client, GRACE)).toMatchObject({ role: 'engineer' });
  });

  it('keeps an empty login from being sent at all', async () => {
    const { client } = await startWorkplace();
    const nora = client.as(NORA);
    await openForm(nora, 'create');
    await nora.submit({ name: 'Grace' });
    expect(await errorAt(nora, 'address')).toBe('Please complete this required field.');
    expect(await creations(client)).toEqual([]);
  });

  it.each([
    ['private', 'create --private', CDN_TEAM, 'created'],
    ['in a private channel without the bot', 'create', OPS, "the bot isn't in that channel"],
  ])('gives its result as a direct message when it is %s', async (_what, words, channel, said) => {
    const { client } = await startWorkplace();
    const nora = client.as(NORA);
    await openForm(nora, words, channel);
    await nora.submit({ address: GRACE });
    const told = await nora.until((sees) => messageWith(sees, 'direct', GRACE), 'the direct message');
    expect(wordsOf(told.blocks)).toContain(said);
    await nora.until(
      (sees) => wordsOf(sees.modals[0]?.blocks).includes('in your direct messages with the bot'),
      'the notice',
    );
    expect(await creations(client)).toHaveLength(1);
  });
});

/** Fastly refuses the next creation. */
function refusal(msg: string, detail: string): FastlyFaults['fail'] {
  return { match: 'POST /user', status: 400, body: JSON.stringify({ msg, detail }), times: 1 };
}
