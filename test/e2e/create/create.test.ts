import { describe, expect, it } from 'vitest';
import { AUDIT_TRAIL, CDN_TEAM, NORA, PARTNERS, TOMAS } from '../../sandbox/cast.ts';
import { ENGINEER } from '../../sandbox/fastly/people.ts';
import { databaseInFile, startAnother, untilTold } from '../support/approving.ts';
import {
  CANNOT_CREATE,
  creations,
  deliverTheLastOneAgain,
  form,
  GRACE,
  invitationsSent,
  openForm,
  userNamed,
} from '../support/newcomers.ts';
import { elementsOf, messagesIn, messageWith, wordsOf } from '../support/seeing.ts';
import { DELIVERY, startWorkplace } from '../support/workplace.ts';

describe('create from words', () => {
  it('creates a user with all that is given, and tells the channel who did it, to whom, what, when and why', async () => {
    const { client } = await startWorkplace();
    await client
      .as(NORA)
      .command(
        `create ${GRACE} --name "Grace O'Example" --role engineer --limit-services yes --locked no --require-new-password yes --two-factor-auth-enabled no --two-factor-setup-required yes --reason "New in the team"`,
      );
    const told = await client
      .as(TOMAS)
      .until((sees) => messageWith(sees, CDN_TEAM, '🆕'), 'the confirmation, seen by someone else');
    expect(wordsOf(told.blocks)).toContain(`🆕 <@${NORA.id}> created Grace O'Example ( ${GRACE} ),`);
    expect(wordsOf(told.blocks)).toContain(
      'Role engineer, Limited services yes, Locked no, Password change required yes, 2FA off and 2FA required by the account yes.',
    );
    expect(wordsOf(told.blocks)).toContain('Reason: New in the team');
    expect(JSON.stringify(told.blocks)).toContain('"type":"date"');
    expect(await creations(client)).toEqual([
      {
        login: GRACE,
        name: "Grace O'Example",
        role: 'engineer',
        limit_services: 'true',
        locked: 'false',
        require_new_password: 'true',
        two_factor_auth_enabled: 'false',
        two_factor_setup_required: 'true',
      },
    ]);
  });

  it('creates once for a delivery that comes twice', async () => {
    const { client, log } = await startWorkplace();
    const nora = client.as(NORA);
    await nora.command(`create ${GRACE}`);
    await nora.until((sees) => messageWith(sees, CDN_TEAM, 'created'), 'the confirmation');
    await deliverTheLastOneAgain(client);
    await log.until('the same delivery once more is not carried out again');
    expect(await creations(client)).toHaveLength(1);
    expect(messagesIn(await nora.sees(), CDN_TEAM)).toHaveLength(1);
  });

  it.each([403, 404, 405, 410] as const)(
    'offers an invitation, filled in, to the caller alone where Fastly refuses direct creation with %i',
    async (directCreation) => {
      const { client } = await startWorkplace();
      const nora = client.as(NORA);
      await client.fastlyFaults({ directCreation });
      await nora.command(`create ${GRACE} --name Grace --role engineer --limit-services yes`);
      const offer = await nora.until((sees) => messageWith(sees, CDN_TEAM, CANNOT_CREATE), 'the offer');
      expect(offer.ephemeral).toBe(true);
      expect(wordsOf(offer.blocks)).toContain(`Invite ${GRACE} instead.`);
      await nora.click({ channel: CDN_TEAM.id, ts: offer.ts, actionId: 'invite.button' });
      expect((await form(nora, 'invite')).values).toMatchObject({
        address: { address: { value: GRACE } },
        role: { role: { selected_option: { value: 'engineer' } } },
        switches: { switches: { selected_options: [{ value: 'limit_services' }] } },
      });
      await nora.submit();
      await client.as(TOMAS).until((sees) => messageWith(sees, CDN_TEAM, 'invited '), 'the result');
      expect(await invitationsSent(client)).toEqual([
        { email: GRACE, role: 'engineer', limit_services: true },
      ]);
      expect(await creations(client)).toHaveLength(1);
      expect(await userNamed(client, GRACE)).toBeUndefined();
    },
  );
});

describe('create from words', () => {
  it('sends nothing that is not given, and says what Fastly chose', async () => {
    const { client } = await startWorkplace();
    const nora = client.as(NORA);
    await nora.command(`create ${GRACE}`);
    const told = await nora.until((sees) => messageWith(sees, CDN_TEAM, 'created'), 'the confirmation');
    expect(wordsOf(told.blocks)).toContain(`created ${GRACE} , : Role user.`);
    expect(await creations(client)).toEqual([{ login: GRACE }]);
  });

  it('sends each yes and no the other way round, and a role whatever its letters', async () => {
    const { client } = await startWorkplace();
    await client
      .as(NORA)
      .command(
        `create ${GRACE} --role BILLING --limit-services no --locked yes --require-new-password no --two-factor-auth-enabled yes --two-factor-setup-required no`,
      );
    await client.as(NORA).until((sees) => messageWith(sees, CDN_TEAM, '2FA on'), 'the confirmation');
    expect(await creations(client)).toEqual([
      {
        login: GRACE,
        role: 'billing',
        limit_services: 'false',
        locked: 'true',
        require_new_password: 'false',
        two_factor_auth_enabled: 'true',
        two_factor_setup_required: 'false',
      },
    ]);
  });

  it('copies the confirmation to CONFIRMATIONS_CHANNEL, also when the caller wanted it alone', async () => {
    const { client } = await startWorkplace(DELIVERY, { CONFIRMATIONS_CHANNEL: AUDIT_TRAIL.id });
    const nora = client.as(NORA);
    await nora.command(`create ${GRACE} --private --reason "New in the team"`);
    const copy = await client.as(TOMAS).until((sees) => messageWith(sees, AUDIT_TRAIL, GRACE), 'the copy');
    expect(wordsOf(copy.blocks)).toMatch(
      new RegExp(`Reason: New in the team +Requested in <#${CDN_TEAM.id}>`),
    );
    const own = await nora.until((sees) => messageWith(sees, CDN_TEAM, GRACE), 'the confirmation');
    expect(own.ephemeral).toBe(true);
  });

  it('keeps what the caller wanted alone so by way of the offered invitation', async () => {
    const { client } = await startWorkplace();
    const nora = client.as(NORA);
    await client.fastlyFaults({ directCreation: 403 });
    await nora.command(`create ${GRACE} --private`);
    const offer = await nora.until((sees) => messageWith(sees, CDN_TEAM, CANNOT_CREATE), 'the offer');
    await nora.click({ channel: CDN_TEAM.id, ts: offer.ts, actionId: 'invite.button' });
    await form(nora, 'invite');
    await nora.submit();
    await nora.until((sees) => messageWith(sees, 'direct', 'invited '), 'the result');
    expect(messagesIn(await client.as(TOMAS).sees(), CDN_TEAM)).toEqual([]);
  });

  it('is private, and says why, in a channel shared with another company', async () => {
    const { client } = await startWorkplace();
    const nora = client.as(NORA);
    await nora.command(`create ${GRACE}`, PARTNERS);
    const told = await nora.until((sees) => messageWith(sees, PARTNERS, 'created'), 'the confirmation');
    expect(told.ephemeral).toBe(true);
    expect(wordsOf(told.blocks)).toContain('people of another company');
  });

  it.each([
    [`${GRACE} ada@example.com`, 'create takes one email address, but you also typed ada@example.com'],
    [`${GRACE} Grace`, 'but you also typed Grace'],
    [`${GRACE} @nora`, 'but you also typed a mention'],
    ['@nora', "A mention doesn't say which email address to use. Type the address itself."],
    ['grace', "grace isn't an email address. Type one such as ada@example.com ."],
    ['"grace example@example.com"', "isn't an email address"],
    [`${'g'.repeat(250)}@example.com`, "isn't an email address"],
    [
      `${GRACE} --role enginer`,
      "The bot can't assign the role enginer . Did you mean engineer ? Choose user",
    ],
    [`${GRACE} --role tls_viewer`, 'Choose user , billing , engineer or superuser .'],
    [`${GRACE} --rol engineer`, 'Unknown flag --rol . Did you mean --role ?'],
    [`${GRACE} --locked perhaps`, '--locked takes yes or no , not perhaps .'],
    [`${GRACE} --require-new-password`, '--require-new-password needs yes or no after it.'],
    [`${GRACE} --name " "`, 'A name must have 1 to 255 characters.'],
    [`${GRACE} --reason ${'x'.repeat(241)}`, 'The reason has 241 characters. Shorten it to 240.'],
    [ENGINEER.login, 'A user with this login already exists (it says: Duplicate record: Login'],
    [`${GRACE} --role user --limit-services yes`, "Role 'user' is not allowed to be service limited"],
  ])('refuses %s in words, to the caller alone, and nobody is created', async (words, refusal) => {
    const { client } = await startWorkplace();
    const nora = client.as(NORA);
    const before = await client.fastlyUsers();
    await nora.command(`create ${words}`);
    const told = await nora.until((sees) => messagesIn(sees, CDN_TEAM)[0], 'the refusal');
    expect(told.ephemeral).toBe(true);
    expect(wordsOf(told.blocks)).toContain(refusal);
    expect(await client.fastlyUsers()).toEqual(before);
  });

  it('names the login that is taken as it can be pasted', async () => {
    const { client } = await startWorkplace();
    const nora = client.as(NORA);
    await nora.command(`create ${ENGINEER.login}`);
    await untilTold(nora, `Run /fastly-user get ${ENGINEER.login} to see the user.`);
    await nora.command(`get ${ENGINEER.login}`);
    await nora.until((sees) => messageWith(sees, CDN_TEAM, ENGINEER.id), 'the card');
  });

  it('creates once also when the delivery comes again after a restart', async () => {
    const database = await databaseInFile();
    const workplace = await startWorkplace(DELIVERY, database);
    const { client } = workplace;
    const nora = client.as(NORA);
    await nora.command(`create ${GRACE}`);
    await nora.until((sees) => messageWith(sees, CDN_TEAM, 'created'), 'the confirmation');
    const another = await startAnother(workplace, database);
    await deliverTheLastOneAgain(client);
    expect(await another.log.until('refused')).toMatchObject({
      why: 'This was already done.',
    });
    expect(await creations(client)).toHaveLength(1);
    expect(messagesIn(await nora.sees(), CDN_TEAM)).toHaveLength(1);
  });

  it('is in the audit log, with what was set and why, what failed and what is not known', async () => {
    const { client } = await startWorkplace();
    const nora = client.as(NORA);
    await nora.command(`create ${GRACE} --role billing --locked no --reason "New in the team"`);
    await nora.until((sees) => messageWith(sees, CDN_TEAM, '🆕'), 'the confirmation');
    await nora.command(`create ${GRACE}`);
    await untilTold(nora, 'A user with this login already exists');
    await client.fastlyFaults({ drop: { match: 'POST /user', when: 'before', times: 1 } });
    await nora.command('create ada@example.com');
    await untilTold(nora, 'It may still have gone through');
    await nora.command('audit --private');
    const words = await untilTold(nora, 'The latest changes');
    for (const line of [
      `🆕 <@${NORA.id}> created ${GRACE} : Role billing and Locked no (New in the team)`,
      `⚠️ <@${NORA.id}> tried to create ${GRACE} . It didn't work (Fastly answered 409: Duplicate record: Login '${GRACE}' has already been taken)`,
      `⚠️ <@${NORA.id}> tried to create ada@example.com . It's unclear whether it worked (no connection to Fastly (`,
    ]) {
      expect(words).toContain(line);
    }
  });
});

describe('create where invite is switched off', () => {
  it('says that users cannot be created directly and offers nothing, from words and from the form', async () => {
    const { client } = await startWorkplace(DELIVERY, { DISABLED_COMMANDS: 'invite' });
    const nora = client.as(NORA);
    await client.fastlyFaults({ directCreation: 403 });
    await nora.command(`create ${GRACE}`);
    const told = await nora.until((sees) => messageWith(sees, CDN_TEAM, CANNOT_CREATE), 'the refusal');
    expect(wordsOf(told.blocks)).toContain("Ask the bot's operator to enable invite");
    expect(elementsOf(told.blocks)).toEqual([]);
    await openForm(nora, 'create');
    await nora.submit({ address: GRACE });
    const view = await nora.until((sees) => sees.modals.find(({ errors }) => errors.address), 'the error');
    expect(view.errors.address).toContain("Ask the bot's operator to enable invite");
    expect(view.callbackId).toBe('create.form');
  });
});
