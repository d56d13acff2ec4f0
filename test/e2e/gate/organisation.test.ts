import { setTimeout as pause } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import {
  JONAS,
  MIRA,
  NORA,
  ORGANISATION,
  PARTNER_TEAM,
  PRIYA,
  SISTER_TEAM,
  TEAM,
} from '../../sandbox/cast.ts';
import type { JsonObject } from '../../sandbox/control/protocol.ts';
import { ENGINEER } from '../../sandbox/fastly/people.ts';
import { askForDeletion } from '../support/approving.ts';
import {
  deliveryTo,
  type Edit,
  type ForgedSlack,
  listenersOver,
  type Sender,
  startForgedSlack,
  superuser,
  viewOf,
} from '../support/forged-delivery.ts';
import {
  DELIVERY,
  DELIVERY_MODES,
  type DeliveryMode,
  SHORT_ANSWER,
  startWorkplace,
} from '../support/workplace.ts';

const COMMAND = { kind: 'command', id: '/fastly-user' } as const;
const OTHER_ORGANISATION = 'E0ELSEWHE';
const UNVERIFIED = "couldn't be verified";
/** What a bot admin's clicks carry who is in several workspaces. */
const elsewhere: Sender = { id: NORA.id, team_id: SISTER_TEAM.id };
const whoami = { text: 'whoami' };

const startInOrganisation = (mode: DeliveryMode) => startForgedSlack(mode, {}, { organisation: true });

/** What the sender of a command is told. */
async function told(slack: ForgedSlack, sender: Sender, more: JsonObject = {}): Promise<string> {
  return JSON.stringify(
    await slack.deliver(deliveryTo(COMMAND, sender, slack.responseUrl, { ...whoami, ...more })),
  );
}

/** How often Slack was asked who the member is. */
async function lookUps({ client }: ForgedSlack, member = NORA.id): Promise<number> {
  const calls = await client.slackCalls();
  return calls.filter(({ method, args }) => method === 'users.info' && args.user === member).length;
}

/** `users.info` answers with these fields of the user changed; `undefined` leaves one out. */
function withUser(fields: Record<string, unknown>): Edit {
  return (answer) => ({ ...answer, user: { ...Object(answer.user), ...fields } });
}

const enterpriseUser = {
  id: NORA.id,
  enterprise_id: ORGANISATION.id,
  teams: [TEAM.id, SISTER_TEAM.id],
};

/** Each differs from a full member of the bot's workspace in one thing. */
const NO_FULL_MEMBERS: [string, Record<string, unknown>][] = [
  ['deactivated', { deleted: true }],
  ['a guest', { is_restricted: true }],
  ['a guest of one channel', { is_ultra_restricted: true }],
  ['a bot', { is_bot: true }],
  ['a stranger', { is_stranger: true }],
  ['of the other workspace only', { enterprise_user: { ...enterpriseUser, teams: [SISTER_TEAM.id] } }],
  ['of no workspace', { enterprise_user: { ...enterpriseUser, teams: undefined } }],
  ['of another organisation', { enterprise_user: { ...enterpriseUser, enterprise_id: OTHER_ORGANISATION } }],
  ['of no named organisation', { enterprise_user: { ...enterpriseUser, enterprise_id: undefined } }],
  ['of no organisation', { enterprise_user: undefined }],
  ['not said to be active', { deleted: undefined }],
  ['not said to be no guest', { is_restricted: undefined }],
  ['not said to be no guest of one channel', { is_ultra_restricted: undefined }],
  ['not said to be no bot', { is_bot: undefined }],
];

describe.each(DELIVERY_MODES)('over %s, in an organisation', (mode) => {
  it.each<[string, Sender]>([
    ['another workspace of theirs', elsewhere],
    ['the organisation', { id: NORA.id, team_id: ORGANISATION.id }],
    ['no workspace', { id: NORA.id }],
  ])('a bot admin is let through to every listener by deliveries that carry %s', async (_, who) => {
    const slack = await startInOrganisation(mode);
    slack.edit('users.info', withUser({ team_id: undefined }));
    for (const listener of listenersOver(mode)) {
      await slack.deliver(deliveryTo(listener, who, slack.responseUrl));
      const taken = { msg: 'taken', delivery: listener.kind, id: listener.id, caller: NORA.id };
      await expect.poll(() => slack.log.lines).toContainEqual(expect.objectContaining(taken));
    }
    expect(slack.log.lines.filter(({ msg }) => msg === 'denied')).toEqual([]);
  });
});

describe('in an organisation', () => {
  it.each(NO_FULL_MEMBERS)('who is %s by Slack is kept out, and Slack is asked once', async (_, fields) => {
    const slack = await startInOrganisation(DELIVERY);
    slack.edit('users.info', withUser(fields));
    expect(await told(slack, elsewhere)).toContain(UNVERIFIED);
    expect(await told(slack, elsewhere)).toContain(UNVERIFIED);
    expect(slack.log.lines).toContainEqual(expect.objectContaining({ msg: 'denied', reason: 'unverified' }));
    expect(await lookUps(slack)).toBe(1);
    expect(await slack.client.fastlyCalls()).toEqual([]);
  });

  it('an answer about somebody else is not believed, and Slack is asked again', async () => {
    const slack = await startInOrganisation(DELIVERY);
    slack.edit('users.info', withUser({ id: PRIYA.id }));
    expect(await told(slack, elsewhere)).toContain(UNVERIFIED);
    slack.edit('users.info', null);
    expect(await told(slack, elsewhere)).not.toContain(UNVERIFIED);
  });

  it.each<[string, Sender, JsonObject]>([
    ['as their workspace', { id: NORA.id, team_id: OTHER_ORGANISATION }, {}],
    ['beside it', elsewhere, { enterprise_id: OTHER_ORGANISATION }],
  ])('a command that names another organisation %s is refused without a call', async (_, who, more) => {
    const slack = await startInOrganisation(DELIVERY);
    expect(await told(slack, who, more)).toContain(UNVERIFIED);
    expect(await lookUps(slack)).toBe(0);
  });

  it.each<[string, JsonObject]>([
    ['of its own', { enterprise: { id: OTHER_ORGANISATION } }],
    ['of the app', { team: { id: TEAM.id, enterprise_id: OTHER_ORGANISATION } }],
    ['in no readable way', { enterprise: { id: { toString: 1, valueOf: 1 } } }],
  ])('a form that names another organisation %s is refused without a call', async (_, more) => {
    const slack = await startInOrganisation(DELIVERY);
    const sent = { enterprise: { id: ORGANISATION.id }, view: viewOf('get.form'), ...more };
    const form = deliveryTo({ kind: 'submission', id: 'get.form' }, elsewhere, '', sent);
    expect(JSON.stringify(await slack.deliver(form))).toContain(UNVERIFIED);
    expect(await lookUps(slack)).toBe(0);
  });

  it('nobody costs a call who is not listed or is a stranger', async () => {
    const slack = await startInOrganisation(DELIVERY);
    for (const who of [
      { id: PRIYA.id, team_id: SISTER_TEAM.id },
      { id: JONAS.id, team_id: PARTNER_TEAM.id },
      { id: JONAS.id },
    ]) {
      expect(await told(slack, who)).toContain("don't have access");
    }
    expect(await told(slack, superuser)).not.toContain(UNVERIFIED);
    for (const { id } of [PRIYA, JONAS]) expect(await lookUps(slack, id)).toBe(0);
  });

  it('two quick deliveries cost one call', async () => {
    const slack = await startInOrganisation(DELIVERY);
    const { promise: released, resolve: release } = Promise.withResolvers<void>();
    slack.edit('users.info', async (answer) => {
      await released;
      return answer;
    });
    const both = [told(slack, elsewhere), told(slack, elsewhere)];
    // What comes later is answered: the gate has both by then.
    await told(slack, { id: PRIYA.id, team_id: TEAM.id });
    await expect.poll(() => lookUps(slack)).toBe(1);
    release();
    for (const each of await Promise.all(both)) expect(each).not.toContain(UNVERIFIED);
    expect(await lookUps(slack)).toBe(1);
  });

  it('a Slack that does not say in time is not waited for, and its late answer counts', async () => {
    const slack = await startInOrganisation(DELIVERY);
    slack.times.membershipWithin = 50;
    const { promise: released, resolve: release } = Promise.withResolvers<void>();
    slack.edit('users.info', async (answer) => {
      await released;
      return answer;
    });
    expect(await told(slack, elsewhere)).toContain(UNVERIFIED);
    release();
    await expect.poll(() => told(slack, elsewhere)).not.toContain(UNVERIFIED);
    expect(await lookUps(slack)).toBe(1);
  });

  it.each(['internal_error', 'ratelimited', 'missing_scope'])(
    'a Slack that answers %s keeps a bot admin out until it answers',
    async (error) => {
      const slack = await startInOrganisation(DELIVERY);
      slack.edit('users.info', () => ({ ok: false, error }));
      expect(await told(slack, elsewhere)).toContain(UNVERIFIED);
      slack.edit('users.info', null);
      expect(await told(slack, elsewhere)).not.toContain(UNVERIFIED);
    },
  );

  it('a member whom Slack does not know is asked about once', async () => {
    const slack = await startInOrganisation(DELIVERY);
    slack.edit('users.info', () => ({ ok: false, error: 'user_not_found' }));
    for (let times = 0; times < 2; times += 1) expect(await told(slack, elsewhere)).toContain(UNVERIFIED);
    expect(await lookUps(slack)).toBe(1);
  });
});

describe('a form of a member whom Slack took its time to confirm', () => {
  it('is answered before Slack gives up on it', async () => {
    const slack = await startInOrganisation(DELIVERY);
    slack.times.answerWithin = SHORT_ANSWER;
    slack.edit('users.info', async (answer) => {
      await pause(SHORT_ANSWER);
      return answer;
    });
    await slack.client.fastlyFaults({ delay: { match: null, milliseconds: SHORT_ANSWER / 2 } });
    const form = deliveryTo({ kind: 'submission', id: 'get.form' }, elsewhere, '', {
      view: viewOf('get.form'),
    });
    expect(JSON.stringify(await slack.deliver(form))).toContain('Working on it');
  });
});

describe('outside an organisation', () => {
  it('a bot admin whose id comes with another workspace belongs to another one, and no call is made', async () => {
    const slack = await startForgedSlack(DELIVERY);
    expect(await told(slack, elsewhere, { enterprise_id: ORGANISATION.id })).toContain('Only this workspace');
    expect(await told(slack, { id: NORA.id })).toContain(UNVERIFIED);
    expect(await lookUps(slack)).toBe(0);
  });
});

describe('Mira, who works in both workspaces of the organisation', () => {
  it('types, clicks and fills in forms', async () => {
    const variables = { SUPERUSERS: [NORA, MIRA].map(({ id }) => id).join(',') };
    const { client } = await startWorkplace(DELIVERY, variables, { organisation: true });
    const mira = client.as(MIRA);
    const request = await askForDeletion(client, NORA, ENGINEER);
    await request.take(mira, 'deny', 'not yet');
    await request.until(mira, 'not yet');
    await mira.command('whoami');
    expect((await client.deliveries()).map(({ payload }) => Object(payload.user).team_id)).toContain(
      SISTER_TEAM.id,
    );
  });
});
