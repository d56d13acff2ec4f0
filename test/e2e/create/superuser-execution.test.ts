import { describe, expect, it } from 'vitest';
import { NORA, TOMAS } from '../../sandbox/cast.ts';
import type { FastlyFaults } from '../../sandbox/control/protocol.ts';
import { untilTold } from '../support/approving.ts';
import {
  askFor,
  creations,
  GRACE,
  SUPERUSER_FIELDS,
  SUPERUSER_WORDS,
  userNamed,
} from '../support/newcomers.ts';
import { startWorkplace } from '../support/workplace.ts';

describe('the creation of a Fastly superuser, once approved,', () => {
  it('is refused, with why, when the login was taken between request and approval', async () => {
    const { client } = await startWorkplace();
    const nora = client.as(NORA);
    const request = await askFor(client, `create ${GRACE} --role superuser`, GRACE);
    await client.putFastlyUsers([{ id: 'grace1', login: GRACE, role: 'superuser' }]);
    await request.take(client.as(TOMAS), 'approve');
    expect(await request.until(nora, '⛔')).toContain('A user with this login already exists');
    await untilTold(
      nora,
      `${GRACE} wasn't created as a Fastly superuser. A user with this login already exists.`,
      'direct',
    );
    expect(await creations(client)).toEqual([]);
    await nora.command('audit --private');
    expect(await untilTold(nora, 'The latest changes')).toContain(
      `⛔ ${GRACE} wasn't created as a Fastly superuser. A user with this login already exists.`,
    );
  });

  it('ends with the way out where the account cannot create users, and leads to an invitation', async () => {
    const { client } = await startWorkplace();
    const nora = client.as(NORA);
    await client.fastlyFaults({ directCreation: 410 });
    const request = await askFor(client, `create ${GRACE} --role superuser`, GRACE);
    await request.take(client.as(TOMAS), 'approve');
    expect(await request.until(nora, '⛔')).toContain(
      "This Fastly account can't create users directly. Invite the user as a Fastly superuser instead.",
    );
    expect(request.buttons(await nora.sees())).toEqual([]);
    const invitation = await askFor(client, `invite ${GRACE} --role superuser`, GRACE);
    expect(invitation.id).not.toBe(request.id);
  });

  it('is said to be done but for what Fastly did not set, and stays so when it is tried again', async () => {
    const { client } = await startWorkplace();
    const nora = client.as(NORA);
    const request = await askFor(client, `create ${GRACE} ${SUPERUSER_WORDS}`, GRACE);
    await client.fastlyFaults({ hold: { match: 'POST /user', when: 'after', times: 1 } });
    await request.take(client.as(TOMAS), 'approve');
    await client.untilHeld('fastly');
    const created = (await client.fastlyUsers()).find(({ login }) => login === GRACE);
    await client.putFastlyUsers([{ ...created, login: GRACE, require_new_password: null }]);
    await client.fastlyFaults({ hold: null });
    for (const attempt of ['first', 'second']) {
      const words = await request.until(nora, '⚠️');
      expect(words, attempt).toContain(
        "It's unclear whether Grace Example was created as a Fastly superuser",
      );
      expect(words, attempt).toContain('only part of the change. Not as approved: Password change required.');
      await request.click(nora, 'retry');
      await request.untilInThread(nora, 'retried');
    }
    expect(await creations(client)).toHaveLength(1);
  });

  it('is completed when the answer is lost and the user is there with all of it', async () => {
    const { client } = await startWorkplace();
    const request = await askFor(client, `create ${GRACE} ${SUPERUSER_WORDS}`, GRACE);
    await client.fastlyFaults({ drop: { match: 'POST /user', when: 'after', times: 1 } });
    await request.take(client.as(TOMAS), 'approve');
    await request.until(client.as(NORA), '✅ Created');
    await request.untilInThread(client.as(NORA), 'A check confirmed the change');
    expect(await creations(client)).toEqual([SUPERUSER_FIELDS]);
  });

  it.each<[string, Partial<FastlyFaults>]>([
    ['the call is lost', { drop: { match: 'POST /user', when: 'before', times: 1 } }],
    ['a proxy ends it', { fail: { match: 'POST /user', status: 504, body: '<html>', times: 1 } }],
  ])(
    'is left as unclear when %s and nothing shows; only a person has it tried again',
    async (_how, faults) => {
      const { client } = await startWorkplace();
      const nora = client.as(NORA);
      const request = await askFor(client, `create ${GRACE} ${SUPERUSER_WORDS}`, GRACE);
      await client.fastlyFaults(faults);
      await request.take(client.as(TOMAS), 'approve');
      const words = await request.until(nora, '⚠️');
      expect(words).toContain("It's unclear whether Grace Example was created as a Fastly superuser");
      expect(words).toContain('There is no such user. The change may still take effect.');
      await untilTold(nora, "It's unclear whether Grace Example", 'direct');
      expect(await creations(client)).toEqual([SUPERUSER_FIELDS]);
      await request.click(nora, 'retry');
      await request.until(nora, '✅ Created');
      expect(await creations(client)).toEqual([SUPERUSER_FIELDS, SUPERUSER_FIELDS]);
      expect(await userNamed(client, GRACE)).toMatchObject({ role: 'superuser', name: 'Grace Example' });
    },
  );
});
