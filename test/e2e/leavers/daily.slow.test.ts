import { DatabaseSync } from 'node:sqlite';
import { describe, expect, it } from 'vitest';
import { AUDIT_TRAIL, CDN_TEAM, MIRA, NORA, PARTNERS, PRIYA, TOMAS } from '../../sandbox/cast.ts';
import type { ControlClient } from '../../sandbox/control/client.ts';
import { ENGINEER, PRIYA_USER } from '../../sandbox/fastly/people.ts';
import { databaseInFile, openRequest, startAnother, untilTold } from '../support/approving.ts';
import {
  clickLeaver,
  DAILY,
  LEFT,
  LOOKING,
  leaverButtons,
  leaverMessages,
  lookedAgain,
  ONCE,
  priyaLeaves,
  startKnowingPriya,
  startWatching,
  told,
  untilLeaversSay,
} from '../support/leavers.ts';
import { metricsOf } from '../support/metrics.ts';
import { wordsOf } from '../support/seeing.ts';
import { CI_PURGE, fromNow } from '../support/tokens.ts';
import { DELIVERY, type Workplace } from '../support/workplace.ts';

describe('a member who is deactivated and whose email is a login', () => {
  it('is told of after a restart that came before the message', async () => {
    const database = await databaseInFile();
    const workplace = await startWatching({
      times: { ...LOOKING, gather: 2 ** 31 - 1 },
      variables: database,
    });
    await lookedAgain(workplace.log);
    await priyaLeaves(workplace);
    await workplace.log.until('a member who left is still a Fastly user');
    expect(await told(workplace)).toEqual([]);
    const restarted = await startAnother(workplace, { ...DAILY, ...database }, DELIVERY, { leavers: ONCE });
    await untilLeaversSay(restarted, 'was deactivated in Slack.');
    expect(await told(restarted)).toHaveLength(1);
  });

  it('is shown as back once they are, and their buttons go', async () => {
    const workplace = await startKnowingPriya();
    await priyaLeaves(workplace);
    await untilLeaversSay(workplace, LEFT);
    await workplace.client.changeMember(PRIYA.id, 'full');
    const words = await untilLeaversSay(workplace, 'is active in Slack again.');
    expect(words).toContain('Nobody on this list needs a decision any more.');
    expect(await leaverButtons(workplace)).toEqual([]);
    await priyaLeaves(workplace);
    await expect.poll(() => told(workplace)).toHaveLength(2);
  });

  it('has moved where an active member has the address', async () => {
    const successor = { ...TOMAS, id: 'U0PRIYA02', name: 'priya2', email: PRIYA.email };
    const workplace = await startWatching({
      options: { colleagues: [successor] },
      prepare: (client) => client.changeMember(successor.id, 'deactivated'),
    });
    await lookedAgain(workplace.log);
    await priyaLeaves(workplace);
    await untilLeaversSay(workplace, 'was deactivated in Slack.');
    await workplace.client.changeMember(successor.id, 'full');
    await untilLeaversSay(workplace, 'has another account in Slack now.');
    await lookedAgain(workplace.log);
    expect(await told(workplace)).toHaveLength(1);
  });

  it('is shown as gone once Fastly says so of the user, and not while only a list lacks the user', async () => {
    const workplace = await startKnowingPriya();
    const { client } = workplace;
    await priyaLeaves(workplace);
    await untilLeaversSay(workplace, LEFT);
    await client.fastlyFaults({ fail: { match: 'GET /user/', status: 503, times: 10_000 } });
    await client.removeFastlyUser(PRIYA_USER.id);
    await lookedAgain(workplace.log);
    const exposition = await metricsOf(workplace);
    expect(exposition.value('fastly_user_bot_leavers', { state: 'told' })).toBe(1);
    await client.fastlyFaults({ fail: null });
    await untilLeaversSay(workplace, 'is no longer in Fastly.');
  });

  it('is said to have been a guest, which Slack has forgotten', async () => {
    const workplace = await startWatching({ prepare: (client) => client.changeMember(PRIYA.id, 'guest') });
    await lookedAgain(workplace.log);
    await priyaLeaves(workplace);
    await untilLeaversSay(workplace, ', a guest, was deactivated in Slack.');
  });

  it('is known by the address of before, where the profile was deleted', async () => {
    const workplace = await startKnowingPriya();
    await workplace.client.changeMember(PRIYA.id, 'forgotten');
    await untilLeaversSay(workplace, 'was deactivated in Slack.');
  });

  it('is no leaver where the login is somebody else’s by now', async () => {
    const workplace = await startKnowingPriya();
    await workplace.client.putFastlyUsers([{ ...PRIYA_USER, login: 'priya.other@example.com' }]);
    // A look that is under way still has the login of before.
    await lookedAgain(workplace.log);
    await priyaLeaves(workplace);
    await lookedAgain(workplace.log);
    expect(await told(workplace)).toEqual([]);
  });
});

describe('at the first look', () => {
  it('a user who is no member at all is no leaver', async () => {
    const workplace = await startWatching();
    await lookedAgain(workplace.log);
    expect(await told(workplace)).toEqual([]);
  });

  it('waits for Slack to list all of them', async () => {
    const workplace = await startWatching({
      prepare: async (client) => {
        await priyaLeaves({ client });
        await client.slackFaults({ fail: { method: 'users.list', status: 503, times: 1 } });
      },
    });
    await workplace.log.until("somebody couldn't be looked at for leavers, trying again later");
    await untilLeaversSay(workplace, 'found at the first look');
  });

  it('waits out a rate limit of Slack’s', async () => {
    const workplace = await startWatching({
      prepare: async (client) => {
        await priyaLeaves({ client });
        await client.slackFaults({ rateLimit: { method: 'users.lookupByEmail', retryAfter: 1, times: 1 } });
      },
    });
    await untilLeaversSay(workplace, 'found at the first look');
  });
});

describe('in an organisation', () => {
  const MIRA_USER = { ...PRIYA_USER, id: 'mira1', name: MIRA.realName, login: MIRA.email };
  const withMira = {
    options: { organisation: true },
    prepare: (client: ControlClient) => client.putFastlyUsers([MIRA_USER]),
  };

  it('a member who leaves the workspace for another one is told of', async () => {
    const workplace = await startWatching(withMira);
    await lookedAgain(workplace.log);
    await workplace.client.changeMember(MIRA.id, 'elsewhere');
    await untilLeaversSay(workplace, 'left this workspace, and is still in another one of the organization.');
  });

  it('a member of another workspace is no leaver', async () => {
    const workplace = await startWatching({
      ...withMira,
      prepare: async (client) => {
        await client.putFastlyUsers([MIRA_USER]);
        await client.changeMember(MIRA.id, 'elsewhere');
      },
    });
    await lookedAgain(workplace.log);
    expect(await told(workplace)).toEqual([]);
  });
});

describe('where bot admins are told', () => {
  it.each([
    ['without an approvals channel', { APPROVALS_CHANNEL: '' }],
    ['where another company reads the approvals channel', { APPROVALS_CHANNEL: PARTNERS.id }],
  ])(
    '%s they are told in direct messages, where nobody can be asked to approve',
    async (_where, variables) => {
      const workplace = await startKnowingPriya(variables);
      await priyaLeaves(workplace);
      for (const admin of [NORA, TOMAS]) {
        const words = await untilLeaversSay(workplace, LEFT, admin, 'direct');
        expect(words).toContain(`run /fastly-user delete ${PRIYA_USER.login} in a channel.`);
        expect(await leaverButtons(workplace, admin, 'direct')).toEqual(['lock', 'keep']);
      }
      expect(leaverMessages(await workplace.client.as(NORA).sees(), PARTNERS)).toEqual([]);
    },
  );

  it('a channel that is shared later names nobody any more', async () => {
    const workplace = await startKnowingPriya({ APPROVALS_CHANNEL: AUDIT_TRAIL.id });
    await priyaLeaves(workplace);
    await untilLeaversSay(workplace, LEFT, NORA, AUDIT_TRAIL);
    await workplace.client.share(AUDIT_TRAIL.id);
    // What Slack has said of a channel counts for ten seconds.
    await untilLeaversSay(workplace, 'this channel is shared with another company', NORA, AUDIT_TRAIL);
    await untilLeaversSay(workplace, LEFT, TOMAS, 'direct');
  }, 30_000);
});

describe('a message about several people', () => {
  const people = Array.from({ length: 17 }, (_, index) => ({
    ...TOMAS,
    id: `U0MANY${String(index).padStart(4, '0')}`,
    name: `many${index}`,
    email: `many${index}@example.com`,
  }));
  const userOf = (index: number) => ({
    ...{ id: `many${index}`, name: `Person ${index}`, login: `many${index}@example.com` },
    role: index === 16 ? 'superuser' : 'engineer',
  });

  it('has a row each for 15, Fastly superusers and owners of tokens in use first, and counts the others', async () => {
    const workplace = await startWatching({
      options: { colleagues: people },
      prepare: async (client) => {
        for (const { id } of people) await client.changeMember(id, 'deactivated');
        await client.putFastlyUsers(people.map((_, index) => userOf(index)));
        await client.putFastlyTokens([{ ...CI_PURGE, user_id: 'many15', last_used_at: fromNow(0) }]);
      },
    });
    const words = await untilLeaversSay(workplace, '17 people left Slack and still have users in Fastly.');
    expect(words).toMatch(/Person 16 .*Person 15 .*Person 0 /);
    expect(words).toContain('And 2 more: run /fastly-user list --left .');
    expect((await leaverButtons(workplace)).filter((each) => each === 'keep')).toHaveLength(15);
    await lookedAgain(workplace.log);
    expect(await told(workplace)).toHaveLength(1);
  });
});

describe('who can be neither locked nor deleted', () => {
  it('is told of all the same where Fastly does not say who is protected', async () => {
    const workplace = await startWatching({
      prepare: async (client) => {
        await priyaLeaves({ client });
        const fail = { match: 'GET /current_customer', status: 403, body: '{"msg":"No"}', times: 10_000 };
        await client.fastlyFaults({ fail });
      },
    });
    await untilLeaversSay(workplace, LEFT);
    expect(await leaverButtons(workplace)).toEqual(['lock', 'delete', 'keep']);
  });

  it('is shown with the reason, and without the buttons', async () => {
    const workplace = await startWatching({
      prepare: async (client) => {
        await priyaLeaves({ client });
        await client.patchFastlyAccount({ owner_id: PRIYA_USER.id });
      },
    });
    const words = await untilLeaversSay(workplace, LEFT);
    expect(words).toContain("can't be locked or deleted.");
    expect(await leaverButtons(workplace)).toEqual(['keep']);
  });

  it('is shown as a bot admin, and with their open requests, which can be cancelled', async () => {
    const workplace = await startWatching({
      variables: { SUPERUSERS: [NORA, TOMAS, PRIYA].map(({ id }) => id).join() },
    });
    const { client } = workplace;
    await lookedAgain(workplace.log);
    await client.as(PRIYA).command(`delete ${ENGINEER.id}`);
    const request = await client
      .as(NORA)
      .until((sees) => openRequest(sees, CDN_TEAM, ENGINEER), 'the request');
    await priyaLeaves(workplace);
    const words = await untilLeaversSay(workplace, LEFT);
    expect(words).toContain('They are still on the list of bot admins.');
    expect(words).toMatch(/Their request [A-Z0-9]{4}-[A-Z0-9]{4} still waits for approval\./);
    expect(await leaverButtons(workplace)).toEqual(['lock', 'delete', 'requests', 'keep']);
    await client.as(NORA).click({ channel: CDN_TEAM.id, actionId: 'leavers.requests', confirm: 'yes' });
    await untilTold(client.as(NORA), 'Cancelled 1 request: ');
    await request.until(client.as(NORA), 'denied the request: The requester left Slack.');
    await expect.poll(() => leaverButtons(workplace)).toEqual(['lock', 'delete', 'keep']);
  });
});

describe('what a leaver has to do with requests', () => {
  const SUPERUSERS = [NORA, TOMAS, PRIYA].map(({ id }) => id).join();
  const users = Array.from({ length: 7 }, (_, index) => ({
    ...PRIYA_USER,
    ...{ id: `user${index}`, name: `User ${index}`, login: `user${index}@example.com` },
  }));
  const cancel = ({ client }: Workplace) =>
    client.as(NORA).click({ channel: CDN_TEAM.id, actionId: 'leavers.requests', confirm: 'yes' });

  it('all that they asked for is cancelled at once, and counted', async () => {
    const workplace = await startWatching({ variables: { SUPERUSERS } });
    const { client } = workplace;
    await client.putFastlyUsers(users);
    await lookedAgain(workplace.log);
    for (const { id } of users) await client.as(PRIYA).command(`delete ${id}`);
    await workplace.log.untilTimes('an approval request was filed', users.length);
    await priyaLeaves(workplace);
    await untilLeaversSay(workplace, LEFT);
    await cancel(workplace);
    await untilTold(client.as(NORA), 'Cancelled 7 requests: ');
    await expect.poll(() => leaverButtons(workplace)).toEqual(['lock', 'delete', 'keep']);
  });

  it('is told of with what this version can’t show of requests that a newer one has stored', async () => {
    const database = await databaseInFile();
    const variables = { ...DAILY, ...database, SUPERUSERS };
    const before = await startWatching({ variables });
    await before.client.putFastlyUsers(users);
    await lookedAgain(before.log);
    for (const { id } of users.slice(0, 2)) await before.client.as(PRIYA).command(`delete ${id}`);
    await before.client.as(NORA).command(`delete ${PRIYA_USER.id}`);
    await before.log.untilTimes('an approval request was filed', 3);
    await before.stop();
    const ids = asOfNewerVersion(database, ['user0', PRIYA_USER.id]);
    await priyaLeaves(before);
    const workplace = await startAnother(before, variables, DELIVERY, { leavers: ONCE });
    const words = await untilLeaversSay(workplace, LEFT);
    const needs = "needs a newer version of the bot. This version can't show more of it.";
    expect(words).toContain(`Request ${ids[PRIYA_USER.id]} about this user ${needs}`);
    expect(words).toContain(`Their request ${ids.user0} needs a newer version of the bot.`);
    expect(await leaverButtons(workplace)).toEqual(['requests', 'keep']);
    await cancel(workplace);
    await untilTold(workplace.client.as(NORA), 'Cancelled 1 request: ');
    await untilTold(workplace.client.as(NORA), `${ids.user0} : It needs a newer version of the bot.`);
  });
});

/** Has the open requests about these users be of a newer version. Their ids, by user. */
function asOfNewerVersion({ DATABASE_URL }: { DATABASE_URL: string }, users: readonly string[]) {
  const database = new DatabaseSync(DATABASE_URL.slice('file:'.length));
  const ids = users.map((user) => {
    const update = database.prepare(
      `update approval_requests set action = replace(action, '"version":1', '"version":2')
        where open_target = ? returning id`,
    );
    return [user, String(update.get(user)?.id)];
  });
  database.close();
  return Object.fromEntries(ids);
}

describe('the buttons beside somebody who left', () => {
  it('open the form to lock the user, and the message shows the lock', async () => {
    const workplace = await startWatching({ times: ONCE, prepare: (client) => priyaLeaves({ client }) });
    const nora = workplace.client.as(NORA);
    await untilLeaversSay(workplace, LEFT);
    await clickLeaver(workplace, 'lock');
    await nora.until(({ modals }) => modals.some(({ callbackId }) => callbackId === 'lock.form'), 'the form');
    await nora.submit({ steps: [], reason: null });
    await untilLeaversSay(workplace, '🔒 locked');
    expect(await leaverButtons(workplace)).toEqual(['delete', 'keep']);
  });

  it('open the form to ask for the deletion, and the message names the request', async () => {
    const workplace = await startWatching({ times: ONCE, prepare: (client) => priyaLeaves({ client }) });
    const nora = workplace.client.as(NORA);
    await untilLeaversSay(workplace, LEFT);
    await clickLeaver(workplace, 'delete');
    await nora.until(
      ({ modals }) => modals.some(({ callbackId }) => callbackId === 'delete.form'),
      'the form',
    );
    await nora.submit({ reason: 'Left' });
    await nora.until((sees) => JSON.stringify(sees).includes('approvals.approve'), 'the request');
    await untilLeaversSay(workplace, 'about this user is open.');
    expect(await leaverButtons(workplace)).toEqual(['lock', 'keep']);
  });

  it('do nothing for somebody who is back, and the message says so', async () => {
    const workplace = await startWatching({ times: ONCE, prepare: (client) => priyaLeaves({ client }) });
    const nora = workplace.client.as(NORA);
    await untilLeaversSay(workplace, LEFT);
    await workplace.client.changeMember(PRIYA.id, 'full');
    await clickLeaver(workplace, 'lock');
    await nora.until(
      ({ modals }) => modals.some(({ blocks }) => wordsOf(blocks).includes('is active in Slack again.')),
      'the refusal',
    );
    await untilLeaversSay(workplace, 'is active in Slack again.');
    expect(await leaverButtons(workplace)).toEqual([]);
  });
});
