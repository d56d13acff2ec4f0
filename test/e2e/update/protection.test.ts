import { describe, expect, it } from 'vitest';
import { CDN_TEAM, NORA, PRIYA, TOMAS } from '../../sandbox/cast.ts';
import type { JsonObject } from '../../sandbox/control/protocol.ts';
import {
  BOT_ACCOUNT,
  ENGINEER,
  LOCKED_SUPERUSER,
  NORA_USER,
  OWNER,
  THIRD_SUPERUSER,
  TOMAS_USER,
} from '../../sandbox/fastly/people.ts';
import { completeUser } from '../../sandbox/fastly/user.ts';
import { askForUpdate, editForm, untilEditForm, updateOf, updates } from '../support/altering.ts';
import { answer } from '../support/answering.ts';
import {
  approveTogether,
  askForDeletion,
  deletions,
  type RequestMessage,
  untilTold,
} from '../support/approving.ts';
import { messageWith } from '../support/seeing.ts';
import { DELIVERY, startWorkplace, type Workplace } from '../support/workplace.ts';

/** Besides the token's own, Tomás and Celeste are the only Fastly superusers who can sign in. */
async function leaveTwo({ client }: Workplace): Promise<void> {
  await client.putFastlyUsers([OWNER, NORA_USER].map((user) => ({ ...user, role: 'engineer' })));
}

/** Besides the token's own, Celeste is the only Fastly superuser who can sign in. */
async function leaveOne(workplace: Workplace): Promise<void> {
  await leaveTwo(workplace);
  await workplace.client.putFastlyUsers([{ ...TOMAS_USER, locked: true }]);
}

type User = { id: string; name: string; login: string };
type Protected = { who: string; user: User; why: string; prepare?: (workplace: Workplace) => Promise<void> };

const PROTECTED: Protected[] = [
  {
    who: "the account behind the bot's token",
    user: BOT_ACCOUNT,
    why: 'The bot signs in to Fastly as this user',
  },
  { who: "the account's owner", user: OWNER, why: 'This user owns the Fastly account' },
  {
    who: "the last Fastly superuser besides the token's own",
    user: THIRD_SUPERUSER,
    why: 'the last unlocked Fastly superuser',
    prepare: leaveOne,
  },
];

async function expectNothingDone({ client }: Workplace): Promise<void> {
  expect(await updates(client)).toEqual([]);
  const nora = client.as(NORA);
  await nora.command('approvals');
  await untilTold(nora, 'There are no open requests');
}

describe.each(PROTECTED)('$who', ({ user, why, prepare }) => {
  it.each([
    { flags: '--locked yes', what: 'be locked' },
    { flags: '--role user', what: 'lose the role of Fastly superuser' },
    { flags: '--role user --locked yes --name Nobody', what: 'be locked' },
  ])('is not changed by words ($flags)', async ({ flags, what }) => {
    const workplace = await startWorkplace();
    await prepare?.(workplace);
    const nora = workplace.client.as(NORA);
    await nora.command(`update ${user.id} ${flags}`);
    expect(await untilTold(nora, `${user.name} ( ${user.login} ) can't ${what}.`)).toContain(why);
    await expectNothingDone(workplace);
  });

  it('is not changed by the form that the card opens, nor when approval is asked for nothing', async () => {
    const workplace = await startWorkplace(DELIVERY, { APPROVAL_REQUIRED_FOR: 'none' });
    const { client } = workplace;
    await prepare?.(workplace);
    const nora = client.as(NORA);
    await nora.command(`get ${user.id}`);
    const card = await nora.until((sees) => messageWith(sees, CDN_TEAM, user.login), 'the card');
    await nora.click({ channel: CDN_TEAM.id, ts: card.ts, actionId: 'update.button' });
    await untilEditForm(nora);
    for (const { field, ...values } of [
      { field: 'switches', switches: ['locked'] },
      { field: 'role', switches: [], role: 'billing' },
    ]) {
      await nora.submit(values);
      await nora.until((sees) => editForm(sees)?.errors[field]?.includes(why), 'the refusal');
    }
    expect(await updates(client)).toEqual([]);
  });

  it('can be changed otherwise, and be renamed', async () => {
    const workplace = await startWorkplace();
    const { client } = workplace;
    await prepare?.(workplace);
    await client.as(NORA).command(`update ${user.id} --name Somebody --role superuser --locked no`);
    await client.as(NORA).until((sees) => messageWith(sees, CDN_TEAM, '→ Somebody'), 'the change');
    expect(await updates(client)).toEqual([updateOf(user, { name: 'Somebody' })]);
  });
});

it.each<{ what: string; fields: JsonObject }>([
  { what: 'whose role is written another way', fields: { role: ' Superuser' } },
  { what: 'by a further role', fields: { role: 'engineer', roles: ['engineer', 'superuser'] } },
])('changes no last Fastly superuser $what', async ({ fields }) => {
  const workplace = await startWorkplace();
  const { client } = workplace;
  await leaveOne(workplace);
  await client.putFastlyUsers([{ ...THIRD_SUPERUSER, ...fields }]);
  await client.as(NORA).command(`update ${THIRD_SUPERUSER.id} --locked yes`);
  await untilTold(client.as(NORA), "can't be locked. This is the last unlocked Fastly superuser");
  await expectNothingDone(workplace);
});

it('counts who may be the last Fastly superuser as one, and nobody who may be as one who remains', async () => {
  const workplace = await startWorkplace();
  const { client } = workplace;
  const nora = client.as(NORA);
  await leaveOne(workplace);
  await client.putFastlyUsers([{ ...ENGINEER, roles: ['id1', 'id2'] }]);
  await nora.command(`update ${THIRD_SUPERUSER.id} --locked yes`);
  await untilTold(nora, "Celeste Varga ( celeste.varga@example.com ) can't be locked");
  await client.putFastlyUsers([{ ...THIRD_SUPERUSER, locked: true }]);
  await nora.command(`update ${ENGINEER.id} --locked yes`);
  await untilTold(nora, "Edda Morton ( edda.morton@example.com ) can't be locked");
  await expectNothingDone(workplace);
});

it('leaves an owner unlocked who is no Fastly superuser, also when chosen of several', async () => {
  const workplace = await startWorkplace();
  const { client } = workplace;
  const nora = client.as(NORA);
  await client.patchFastlyAccount({ owner_id: ENGINEER.id });
  await nora.command('update Morton --locked yes');
  await answer(nora, CDN_TEAM, ENGINEER);
  await untilTold(nora, "can't be locked");
  await expectNothingDone(workplace);
});

it('changes nobody while Fastly does not say who owns the account', async () => {
  const workplace = await startWorkplace();
  const nora = workplace.client.as(NORA);
  await workplace.client.fastlyFaults({ fail: { match: 'GET /current_customer', status: 503, times: 3 } });
  await nora.command(`update ${ENGINEER.id} --locked yes`);
  await untilTold(nora, 'Fastly returned an error');
  await expectNothingDone(workplace);
});

describe('who became protected between request and approval', () => {
  const OWNS = 'This user owns the Fastly account';
  const owner = (user: User) => (workplace: Workplace) =>
    workplace.client.patchFastlyAccount({ owner_id: user.id });
  const cases: {
    what: string;
    user: User & JsonObject;
    flags: string;
    become: (workplace: Workplace) => Promise<unknown>;
    why: string;
  }[] = [
    {
      what: 'demoted, as the owner',
      user: THIRD_SUPERUSER,
      flags: '--role user',
      become: owner(THIRD_SUPERUSER),
      why: OWNS,
    },
    {
      what: 'locked, as the owner',
      user: THIRD_SUPERUSER,
      flags: '--locked yes',
      become: owner(THIRD_SUPERUSER),
      why: OWNS,
    },
    {
      what: 'promoted and locked at once, as the owner',
      user: ENGINEER,
      flags: '--role superuser --locked yes',
      become: owner(ENGINEER),
      why: OWNS,
    },
    {
      what: 'demoted while locked, as the owner',
      user: LOCKED_SUPERUSER,
      flags: '--role user',
      become: owner(LOCKED_SUPERUSER),
      why: OWNS,
    },
    {
      what: 'demoted, as the last',
      user: THIRD_SUPERUSER,
      flags: '--role user',
      become: leaveOne,
      why: 'the last unlocked Fastly superuser',
    },
    {
      what: 'locked, as the last',
      user: THIRD_SUPERUSER,
      flags: '--locked yes',
      become: leaveOne,
      why: 'the last unlocked Fastly superuser',
    },
  ];

  it.each(cases)('is not $what', async ({ user, flags, become, why }) => {
    const workplace = await startWorkplace();
    const { client } = workplace;
    const request = await askForUpdate(client, NORA, user, flags);
    await become(workplace);
    await request.take(client.as(TOMAS), 'approve');
    expect(await request.until(client.as(NORA), '⛔')).toContain(why);
    expect(await updates(client)).toEqual([]);
  });

  it('is promoted all the same, as that takes nothing away', async () => {
    const { client } = await startWorkplace();
    const request = await askForUpdate(client, NORA, ENGINEER, '--role superuser');
    await client.patchFastlyAccount({ owner_id: ENGINEER.id });
    await request.take(client.as(TOMAS), 'approve');
    await request.until(client.as(NORA), '✅ Promoted');
  });
});

/** A Fastly superuser who is nobody in Slack. */
const FOURTH = completeUser({
  id: 'fourth1',
  name: 'Fourth Superuser',
  login: 'fourth@example.com',
  role: 'superuser',
  locked: false,
});

const THREE_SUPERUSERS = { SUPERUSERS: [NORA, TOMAS, PRIYA].map(({ id }) => id).join(',') };

describe('of the last two Fastly superusers one stays', () => {
  /** Has both carried out at the same moment; what each message says in the end. */
  async function ends({ client }: Workplace, requests: RequestMessage[]): Promise<string[]> {
    // Long enough that each would see the other one's target as the one who stays.
    await client.fastlyFaults({ delay: { match: 'GET /customer/', milliseconds: 300 } });
    const tomas = client.as(TOMAS);
    const approvers = [tomas, client.as(PRIYA)];
    await approveTogether(requests.map((request, index) => ({ who: approvers[index] ?? tomas, request })));
    return await tomas.until((sees) => {
      const words = requests.map((request) => request.words(sees));
      return words.every((each) => /✅|⛔/.test(each)) && words;
    }, 'both to end');
  }

  it.each([
    { first: '--role engineer', second: '--role billing' },
    { first: '--locked yes', second: '--role user' },
  ])('when they are to be taken away at once ($first, $second)', async ({ first, second }) => {
    const workplace = await startWorkplace(DELIVERY, THREE_SUPERUSERS);
    await leaveTwo(workplace);
    await workplace.client.putFastlyUsers([{ ...TOMAS_USER, role: 'engineer' }, FOURTH]);
    const words = await ends(workplace, [
      await askForUpdate(workplace.client, NORA, FOURTH, first),
      await askForUpdate(workplace.client, NORA, THIRD_SUPERUSER, second),
    ]);
    expect(words.filter((each) => each.includes('✅'))).toHaveLength(1);
    expect(words.filter((each) => each.includes('the last unlocked Fastly superuser'))).toHaveLength(1);
    expect(await updates(workplace.client)).toHaveLength(1);
  });

  it('when one is to be demoted and the other to be deleted at once', async () => {
    const workplace = await startWorkplace(DELIVERY, THREE_SUPERUSERS);
    const { client } = workplace;
    await leaveTwo(workplace);
    await workplace.client.putFastlyUsers([{ ...TOMAS_USER, role: 'engineer' }, FOURTH]);
    const words = await ends(workplace, [
      await askForUpdate(client, NORA, FOURTH, '--role engineer'),
      await askForDeletion(client, NORA, THIRD_SUPERUSER),
    ]);
    expect(words.filter((each) => each.includes('the last unlocked Fastly superuser'))).toHaveLength(1);
    expect([...(await updates(client)), ...(await deletions(client))]).toHaveLength(1);
  });
});
