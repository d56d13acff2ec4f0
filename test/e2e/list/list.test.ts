import { describe, expect, it } from 'vitest';
import { CDN_TEAM, NORA, PARTNERS, PRIYA, TOMAS } from '../../sandbox/cast.ts';
import type { ControlClient } from '../../sandbox/control/client.ts';
import type { JsonObject, SeenMessage, Sees } from '../../sandbox/control/protocol.ts';
import {
  APOSTROPHE,
  BILLING,
  ENGINEER,
  HOSTILE,
  LIMITED_ENGINEER,
  LOCKED_SUPERUSER,
  LONG_NAME,
  NEVER_ACTIVE,
  NORA_USER,
  PEOPLE,
  THIRD_SUPERUSER,
  TLS_ADMIN,
} from '../../sandbox/fastly/people.ts';
import { askForDeletion, databaseInFile, startAnother } from '../support/approving.ts';
import { elementsOf, messagesIn, messageWith, wordsOf } from '../support/seeing.ts';
import { DELIVERY, SHORT_ANSWER, SLOW_MILLISECONDS, startWorkplace } from '../support/workplace.ts';

const tableIn = ({ blocks }: SeenMessage): JsonObject | undefined =>
  blocks.find(({ type }) => type === 'data_table' || type === 'table');

/** The words in each row of a message's table, the header left out. */
function rowsOf(message: SeenMessage): string[] {
  const rows = tableIn(message)?.rows;
  return Array.isArray(rows) ? rows.slice(1).map((row) => wordsOf(row).replaceAll('  ', ' ').trim()) : [];
}

const latestList = (sees: Sees): SeenMessage | undefined =>
  messagesIn(sees, CDN_TEAM).findLast(({ blocks }) => JSON.stringify(blocks).includes('list.filter'));

/** What `list` and the words come to in #cdn-team. */
async function listed(client: ControlClient, words: string): Promise<SeenMessage> {
  const nora = client.as(NORA);
  const before = messagesIn(await nora.sees(), CDN_TEAM).length;
  await nora.command(`list ${words}`);
  return await nora.until((sees) => messagesIn(sees, CDN_TEAM)[before], `the answer to list ${words}`);
}

/** The bot keeps the list for a minute, unless it deletes someone. */
async function haveListReadAnew(client: ControlClient): Promise<void> {
  const request = await askForDeletion(client, NORA, TLS_ADMIN);
  await request.take(client.as(TOMAS), 'approve');
  await request.until(client.as(NORA), '✅ Deleted');
}

const people = (count: number, more: (index: number) => JsonObject = () => ({})): JsonObject[] =>
  Array.from({ length: count }, (_, index) => {
    const number = String(index).padStart(4, '0');
    const login = `person.${number}@example.com`;
    return { id: `many${number}`, name: `Person ${number}`, login, role: 'user', ...more(index) };
  });

describe('list', () => {
  it('shows the channel all users by name, with what there is to say of them', async () => {
    const { client } = await startWorkplace();
    const { channels } = await client.as(PRIYA).sees();
    expect(channels.flatMap(({ messages }) => messages)).toEqual([]);
    await client.as(NORA).command('list');
    const message = await client.as(PRIYA).until(latestList, 'the list, seen by someone else');
    const rows = rowsOf(message);
    expect(tableIn(message)?.type).toBe('data_table');
    expect(rows).toHaveLength(PEOPLE.length);
    expect(rows[0]).toMatch(/^Amara Fenwick /);
    expect(wordsOf(message.blocks)).toContain(`${PEOPLE.length} users in the Fastly account`);
    expect(wordsOf(message.blocks)).toContain('engineer: 7 · user: 7 · Fastly superuser: 6');
    expect(wordsOf(message.blocks)).toContain('2 locked');
    expect(rows).toContainEqual(
      expect.stringMatching(`^${NORA_USER.name} ${NORA_USER.login} Fastly superuser on`),
    );
    expect(rows).toContain(`${NEVER_ACTIVE.name} ${NEVER_ACTIVE.login} user not set never`);
    expect(rows).toContainEqual(
      expect.stringContaining(`${LOCKED_SUPERUSER.login} Fastly superuser, 🔒 locked off`),
    );
    const timestamp = Date.parse(String(NORA_USER.last_active_at)) / 1000;
    expect(JSON.stringify(tableIn(message))).toContain(
      `"type":"date","timestamp":${timestamp},"format":"{date_short_pretty}"`,
    );
  });

  it.each([
    ['a data table', [], 'data_table'],
    ['a table', ['data_table'], 'table'],
    ['text', ['data_table', 'table'], undefined],
  ])('comes as %s where Slack does not know %j, in each message anew', async (_what, unknownBlocks, type) => {
    const { client, log } = await startWorkplace();
    await client.slackFaults({ unknownBlocks });
    const fromUrl = await listed(client, 'morton');
    const nora = client.as(NORA);
    const isExpected = (message: SeenMessage) => {
      expect(tableIn(message)?.type).toBe(type);
      for (const { login, name } of [ENGINEER, LIMITED_ENGINEER]) {
        expect(wordsOf(message.blocks)).toContain(login);
        expect(wordsOf(message.blocks)).toContain(name);
      }
      expect(elementsOf(message.blocks)).toMatchObject([{ action_id: 'list.filter' }]);
    };
    isExpected(fromUrl);
    await nora.click({ channel: CDN_TEAM.id, ts: fromUrl.ts, actionId: 'list.filter' });
    await nora.until((sees) => sees.modals[0]?.callbackId === 'list.form', 'the form');
    await nora.submit();
    const posted = await nora.until((sees) => messagesIn(sees, CDN_TEAM)[1], "the form's result");
    isExpected(posted);
    const posts = (await client.slackCalls()).filter(({ method }) => method === 'chat.postMessage');
    expect(posts.map(({ result }) => result)).toEqual([...unknownBlocks.map(() => 'invalid_blocks'), 'ok']);
    expect(posts[0]?.args).not.toHaveProperty('plainer');
    const simpler = log.lines.filter(({ msg }) => msg === 'Slack does not take something in this form');
    const named = unknownBlocks.map((block) => [expect.stringMatching(`^${block} at /blocks/`)]);
    expect(simpler.filter(({ method }) => method === 'response_url')).toHaveLength(unknownBlocks.length);
    expect(simpler.filter(({ method }) => method === 'chat.postMessage')).toMatchObject(
      named.map((refused) => ({ why: 'invalid_blocks', refused })),
    );
  });

  it.each([
    ['a data table', []],
    ['a table', ['data_table']],
    ['text', ['data_table', 'table']],
  ])('turns its pages to the end and back as %s, in the place of the first', async (_what, unknownBlocks) => {
    const { client } = await startWorkplace();
    await client.putFastlyUsers(people(120));
    await client.slackFaults({ unknownBlocks });
    const first = await listed(client, 'person');
    const tomas = client.as(TOMAS);
    const turn = async (actionId: string, range: string) => {
      await tomas.click({ channel: CDN_TEAM.id, ts: first.ts, actionId });
      await tomas.until((sees) => messageWith(sees, CDN_TEAM, `Showing ${range}.`), `users ${range}`);
      const [message, ...others] = messagesIn(await tomas.sees(), CDN_TEAM);
      expect(others).toEqual([]);
      expect(message?.ts).toBe(first.ts);
      return {
        logins: JSON.stringify(message?.blocks).match(/person\.\d{4}@example\.com/g),
        buttons: elementsOf(message?.blocks).map(({ action_id }) => action_id),
      };
    };
    expect(wordsOf(first.blocks)).toContain('Showing 1 to 50.');
    expect(elementsOf(first.blocks).map(({ action_id }) => action_id)).toEqual(['list.next', 'list.filter']);
    const second = await turn('list.next', '51 to 100');
    expect(second.logins).toHaveLength(50);
    expect(second.buttons).toEqual(['list.previous', 'list.next', 'list.filter']);
    const last = await turn('list.next', '101 to 120');
    expect(last.logins).toEqual(
      people(120)
        .slice(100)
        .map(({ login }) => login),
    );
    expect(last.buttons).toEqual(['list.previous', 'list.filter']);
    await turn('list.previous', '51 to 100');
    expect((await turn('list.previous', '1 to 50')).buttons).toEqual(['list.next', 'list.filter']);
  });

  it('opens its form filled in, and shows what that asks for where the list was', async () => {
    const { client } = await startWorkplace();
    const first = await listed(client, 'morton --role engineer --locked no --without-2fa');
    expect(rowsOf(first)).toHaveLength(1);
    const nora = client.as(NORA);
    await nora.click({ channel: CDN_TEAM.id, ts: first.ts, actionId: 'list.filter' });
    const form = await nora.until((sees) => sees.modals.find((view) => view.submit === 'Show'), 'the form');
    expect(form.values).toMatchObject({
      text: { text: { value: 'morton' } },
      role: { role: { selected_option: { value: 'engineer' } } },
      locked: { locked: { selected_option: { value: 'no' } } },
      'without-2fa': { 'without-2fa': { selected_options: [{ value: 'without-2fa' }] } },
    });
    await nora.submit({ text: null, role: 'superuser', locked: 'yes', 'without-2fa': ['without-2fa'] });
    const result = await client
      .as(PRIYA)
      .until(
        (sees) => messageWith(sees, CDN_TEAM, LOCKED_SUPERUSER.login),
        'the result, seen by someone else',
      );
    expect(wordsOf(result.blocks)).toContain(
      `1 of ${PEOPLE.length} users : role superuser · locked · without 2FA`,
    );
    expect((await nora.sees()).modals).toEqual([]);
    await nora.click({ channel: CDN_TEAM.id, ts: result.ts, actionId: 'list.filter' });
    await nora.until((sees) => sees.modals.find((view) => view.submit === 'Show'), 'the form');
    await nora.submit({ role: '*', locked: '*', 'without-2fa': [] });
    await nora.until(
      (sees) => messageWith(sees, CDN_TEAM, `${PEOPLE.length} users in the Fastly account`),
      'all users',
    );
  });
});

describe('list', () => {
  const locked = PEOPLE.filter((user) => user.locked === true);
  const lacking = PEOPLE.filter((user) => user.two_factor_auth_enabled !== true);

  it.each([
    ['morton', [ENGINEER, LIMITED_ENGINEER], 'morton'],
    ['"silas mor"', [LIMITED_ENGINEER], 'silas mor'],
    ['silas mor', [LIMITED_ENGINEER], 'silas mor'],
    ["o'gallin", [APOSTROPHE], "o'gallin"],
    ['@nora', [NORA_USER], NORA_USER.login],
    ['--role billing', PEOPLE.filter((user) => user.role === 'billing'), 'role billing'],
    ['--role TLS_admin', PEOPLE.filter((user) => user.role === 'tls_admin'), 'role tls_admin'],
    ['--locked yes', locked, 'locked'],
    ['--locked no', PEOPLE.filter((user) => user.locked !== true), 'not locked'],
    ['--without-2fa', lacking, 'without 2FA'],
    [
      '--role=superuser --locked no --without-2fa',
      lacking.filter((user) => user.role === 'superuser' && user.locked !== true),
      'role superuser · not locked · without 2FA',
    ],
    ['--role engineer mor --without-2fa', [LIMITED_ENGINEER], 'mor · role engineer · without 2FA'],
  ])('%s shows those who fit, and of how many', async (words, expected, said) => {
    const { client } = await startWorkplace();
    const message = await listed(client, words);
    const logins = expected.map(({ login }) => login);
    const shown = JSON.stringify(tableIn(message)?.rows).match(/[^"\s]+@example\.com/g);
    expect(shown?.toSorted()).toEqual(logins.toSorted());
    expect(wordsOf(message.blocks)).toContain(`${expected.length} of ${PEOPLE.length} users : ${said}`);
  });

  it('has the best fit first, and says what counts as without two-factor', async () => {
    const { client } = await startWorkplace();
    const message = await listed(client, 'nora');
    expect(rowsOf(message)[0]).toContain('nora.ellery@example.com');
    expect(rowsOf(message)[1]).toContain(NORA_USER.login);
    const lacks = await listed(client, '--without-2fa --locked no');
    expect(rowsOf(lacks)).toContainEqual(
      expect.stringContaining(`${THIRD_SUPERUSER.login} Fastly superuser not set`),
    );
    expect(rowsOf(lacks)).toContainEqual(expect.stringContaining(`${BILLING.login} billing off`));
    expect(wordsOf(lacks.blocks)).toContain('Users whose 2FA is “not set” count as without 2FA.');
  });

  it.each([
    ['--role enginer', 'No user has the role enginer . Did you mean engineer ?'],
    ['--role', '--role needs a value'],
    ['--locked perhaps', '--locked takes yes or no'],
    ['--without-2fa=no', '--without-2fa takes no value'],
    ['--lokced yes', 'Did you mean --locked ?'],
    ['--inactive long', '--inactive takes a number of days such as 90d , not long .'],
    ['--2fa', 'Unknown flag --2fa . Did you mean --without-2fa ?'],
    ['@nora lindqvist', 'Use a mention on its own'],
    ['x'.repeat(201), 'search text is too long'],
  ])('refuses %s in words, to the caller alone', async (words, refusal) => {
    const { client } = await startWorkplace();
    const told = await listed(client, words);
    expect(told.ephemeral).toBe(true);
    expect(wordsOf(told.blocks)).toContain(refusal);
  });

  it('says what to do when nobody fits, and has the button for it', async () => {
    const { client } = await startWorkplace();
    const nora = client.as(NORA);
    const nobody = await listed(client, 'nobody-like-that --role user');
    expect(wordsOf(nobody.blocks)).toContain(`0 of ${PEOPLE.length} users : nobody-like-that · role user`);
    expect(wordsOf(nobody.blocks)).toContain('type less of the name');
    expect(wordsOf(nobody.blocks)).toContain('The list may be a minute old.');
    await nora.click({ channel: CDN_TEAM.id, ts: nobody.ts, actionId: 'list.filter' });
    await nora.until((sees) => sees.modals[0]?.callbackId === 'list.form', 'the form');
  });

  it('says whom to ask when Fastly shows no users at all', async () => {
    const { client } = await startWorkplace();
    await client.fastlyFaults({
      fail: { match: 'GET /customer/', status: 200, body: '[]', contentType: 'application/json', times: 1 },
    });
    const none = await listed(client, '');
    expect(wordsOf(none.blocks)).toContain('lists no users for the bot');
    expect(wordsOf(none.blocks)).toContain('/fastly-user whoami');
    expect(elementsOf(none.blocks)).toEqual([]);
  });

  it('shows markup, line breaks and what cannot be seen as what they are', async () => {
    const { client } = await startWorkplace();
    await client.putFastlyUsers([
      { id: 'breaks1', name: 'Aaa\nLocked: no\u202e', login: 'breaks@example.com', role: '<!here>' },
    ]);
    const hostile = rowsOf(await listed(client, HOSTILE.login));
    expect(hostile[0]).toContain('Robin <!channel> *Q* & <@U0TOMAS01> </script>');
    expect(rowsOf(await listed(client, 'breaks'))[0]).toMatch(
      /^Aaa Locked: no‹U\+202E› breaks@example.com <!here>/,
    );
    await client.slackFaults({ unknownBlocks: ['data_table', 'table'] });
    const asText = await listed(client, HOSTILE.login);
    expect(wordsOf(asText.blocks)).toContain('Robin <!channel> *Q*');
    expect(asText.text).not.toMatch(/<!channel>|<@U0TOMAS01>/);
  });

  it.each([
    [[], 'data_table'],
    [['data_table'], 'table'],
    [['data_table', 'table'], undefined],
  ])(
    'fits 50 users with the longest names there are where Slack does not know %j',
    async (unknownBlocks, type) => {
      const { client } = await startWorkplace();
      await client.slackFaults({ unknownBlocks });
      await client.putFastlyUsers(
        people(60, (index) => ({
          name: `${index} ${'<&>'.repeat(300)}`,
          login: `${'l'.repeat(300)}.${index}@example.com`,
          role: `role-${'r'.repeat(90)}-${index}`,
          locked: true,
          last_active_at: '2025-08-28T12:34:56Z',
        })),
      );
      const message = await listed(client, '<&>');
      expect(wordsOf(message.blocks)).toContain('Showing 1 to 50.');
      expect(tableIn(message)?.type).toBe(type);
      expect(wordsOf(message.blocks)).toContain('other roles: 54');
    },
  );

  it("carries the longest filter there is in its buttons' values", async () => {
    const { client } = await startWorkplace();
    const text = '"'.repeat(200);
    const role = '"'.repeat(75);
    await client.putFastlyUsers(people(60, (index) => ({ name: `${text} ${index}`, role })));
    const nora = client.as(NORA);
    const quoted = `‘${text}’`;
    const message = await listed(client, `${quoted} --role ‘${role}’`);
    await nora.click({ channel: CDN_TEAM.id, ts: message.ts, actionId: 'list.next' });
    await nora.until((sees) => messageWith(sees, CDN_TEAM, 'Showing 51 to 60.'), 'the second page');
  });

  it('goes back to the last page there is when users are gone, and to none of them', async () => {
    const { client } = await startWorkplace();
    await client.putFastlyUsers(people(60));
    const first = await listed(client, 'person');
    await client.putFastlyUsers(
      people(60, (index) => (index < 7 ? {} : { name: 'Other', login: `o${index}@x.example` })),
    );
    const nora = client.as(NORA);
    await haveListReadAnew(client);
    await nora.click({ channel: CDN_TEAM.id, ts: first.ts, actionId: 'list.next' });
    await nora.until(
      (sees) => messageWith(sees, CDN_TEAM, `7 of ${PEOPLE.length + 59} users`),
      'the only page',
    );
  });

  it('turns a page for the caller alone once another company reads along', async () => {
    const database = await databaseInFile();
    const workplace = await startWorkplace(DELIVERY, database);
    const { client } = workplace;
    await client.putFastlyUsers(people(60));
    const nora = client.as(NORA);
    const first = await listed(client, 'person');
    await client.share(CDN_TEAM.id);
    // A bot that was started since has no earlier answer of who reads along.
    await startAnother(workplace, database);
    await nora.click({ channel: CDN_TEAM.id, ts: first.ts, actionId: 'list.next' });
    const next = await nora.until(
      (sees) => messageWith(sees, CDN_TEAM, 'people of another company'),
      'the page',
    );
    expect(next.ephemeral).toBe(true);
    expect(wordsOf(next.blocks)).toContain('person.0059@example.com');
    const seen = await client
      .as(TOMAS)
      .until((sees) => messageWith(sees, CDN_TEAM, 'person.0000'), 'the list');
    expect(wordsOf(seen.blocks)).not.toContain('person.0059@example.com');
  });

  it('shows a list to the caller alone with --private, its pages and filters, too', async () => {
    const { client } = await startWorkplace();
    await client.putFastlyUsers(people(60));
    const nora = client.as(NORA);
    const first = await listed(client, 'person --private');
    expect(first.ephemeral).toBe(true);
    await nora.click({ channel: CDN_TEAM.id, ts: first.ts, actionId: 'list.next' });
    const second = await nora.until(
      (sees) => messageWith(sees, CDN_TEAM, 'Showing 51 to 60.'),
      'the second page',
    );
    expect(second.ephemeral).toBe(true);
    await nora.click({ channel: CDN_TEAM.id, ts: second.ts, actionId: 'list.filter' });
    await nora.until((sees) => sees.modals[0]?.callbackId === 'list.form', 'the form');
    await nora.submit({ text: 'morton' });
    await nora.until((sees) => messageWith(sees, 'direct', ENGINEER.login), 'the direct message');
    expect(messagesIn(await client.as(TOMAS).sees(), CDN_TEAM)).toEqual([]);
  });

  it.each([[[]], [['data_table']]])(
    'is private, and says why, in a channel shared with another company, where Slack does not know %j',
    async (unknownBlocks) => {
      const { client } = await startWorkplace();
      await client.slackFaults({ unknownBlocks });
      const nora = client.as(NORA);
      await nora.command('list morton', PARTNERS);
      const shared = await nora.until((sees) => messageWith(sees, PARTNERS, ENGINEER.login), 'the list');
      expect(shared.ephemeral).toBe(true);
      expect(wordsOf(shared.blocks)).toContain('people of another company');
    },
  );

  it('does not take a message that Slack refuses for another reason for one with too new a block', async () => {
    const { client, log } = await startWorkplace();
    const first = await listed(client, 'morton');
    const nora = client.as(NORA);
    await nora.click({ channel: CDN_TEAM.id, ts: first.ts, actionId: 'list.filter' });
    await nora.until((sees) => sees.modals[0]?.callbackId === 'list.form', 'the form');
    await client.slackFaults({ refuse: { method: 'chat.postMessage', error: 'is_archived', times: 1 } });
    await nora.submit();
    const direct = await nora.until((sees) => messagesIn(sees, 'direct')[0], 'the direct message');
    expect(tableIn(direct)?.type).toBe('data_table');
    expect(wordsOf(direct.blocks)).toContain("Slack didn't accept a post");
    expect(log.text).not.toContain('Slack does not take something in this form');
  });

  it('is its text alone where Slack takes no form of it, and a data table again afterwards', async () => {
    const { client } = await startWorkplace();
    await client.slackFaults({ unknownBlocks: ['data_table', 'table', 'rich_text'] });
    const nora = client.as(NORA);
    await nora.command('list morton');
    const alone = await nora.until((sees) => messagesIn(sees, CDN_TEAM)[0], 'the text');
    expect(alone.blocks).toEqual([]);
    for (const { login, name } of [ENGINEER, LIMITED_ENGINEER]) {
      expect(alone.text).toContain(login);
      expect(alone.text).toContain(name);
    }
    await client.slackFaults({ unknownBlocks: [] });
    expect(tableIn(await listed(client, 'morton'))?.type).toBe('data_table');
  });

  it('shows in the form that a role is gone, that Fastly is away, and takes another choice', async () => {
    const { client } = await startWorkplace();
    await client.putFastlyUsers(people(1, () => ({ role: 'rare' })));
    const nora = client.as(NORA);
    const first = await listed(client, '--role rare');
    await client.removeFastlyUser('many0000');
    await haveListReadAnew(client);
    const open = async () => {
      await nora.click({ channel: CDN_TEAM.id, ts: first.ts, actionId: 'list.filter' });
      await nora.until((sees) => sees.modals[0]?.title === 'Filter users', 'the form');
    };
    await client.fastlyFaults({ down: true });
    await open();
    await nora.until((sees) => wordsOf(sees.modals[0]?.blocks).includes("can't be reached"), 'the trouble');
    await nora.close();
    await client.fastlyFaults({ down: false });
    await open();
    await nora.until((sees) => sees.modals[0]?.callbackId === 'list.form', 'the form, filled in');
    await nora.submit();
    const view = await nora.until((sees) => sees.modals.find(({ errors }) => errors.role), 'the error');
    expect(view.errors.role).toContain('has the role rare.');
    await nora.submit({ role: 'billing' });
    await nora.until((sees) => messageWith(sees, CDN_TEAM, BILLING.login), 'the list');
  });

  it('shows the form again, filled in, when a slow Fastly fails', async () => {
    const { client, times } = await startWorkplace();
    const nora = client.as(NORA);
    const first = await listed(client, LONG_NAME.login);
    await nora.click({ channel: CDN_TEAM.id, ts: first.ts, actionId: 'list.filter' });
    await nora.until((sees) => sees.modals[0]?.callbackId === 'list.form', 'the form');
    await haveListReadAnew(client);
    times.answerWithin = SHORT_ANSWER;
    await client.fastlyFaults({
      delay: { match: 'GET /customer/', milliseconds: SLOW_MILLISECONDS },
      fail: { match: 'GET /customer/', status: 403, body: '{"msg":"Access denied"}', times: 1 },
    });
    await nora.submit({ text: 'morton', 'without-2fa': ['without-2fa'] });
    await nora.until((sees) => wordsOf(sees.modals[0]?.blocks).includes('Working on it'), 'the working view');
    await client.fastlyFaults({ delay: null });
    const again = await nora.until((sees) => sees.modals.find(({ submit }) => submit === 'Show'), 'the form');
    expect(wordsOf(again.blocks)).toContain("Fastly doesn't allow");
    expect(again.values).toMatchObject({
      text: { text: { value: 'morton' } },
      'without-2fa': { 'without-2fa': { selected_options: [{ value: 'without-2fa' }] } },
    });
  });

  it('pages through 5,000 users, filtered', async () => {
    const { client } = await startWorkplace();
    await client.putFastlyUsers(people(5_000, (index) => ({ locked: index % 50 === 0 })));
    const all = await listed(client, '');
    expect(wordsOf(all.blocks)).toContain(`${PEOPLE.length + 5_000} users in the Fastly account`);
    const message = await listed(client, 'person --locked yes');
    expect(wordsOf(message.blocks)).toContain(`100 of ${PEOPLE.length + 5_000} users`);
    const nora = client.as(NORA);
    await nora.click({ channel: CDN_TEAM.id, ts: message.ts, actionId: 'list.next' });
    const last = await nora.until(
      (sees) => messageWith(sees, CDN_TEAM, 'Showing 51 to 100.'),
      'the last page',
    );
    expect(rowsOf(last).at(-1)).toContain('Person 4950');
  });
});

describe('where Fastly lists what cannot be read', () => {
  const answering = (entries: readonly unknown[]) => ({
    fail: { match: 'GET /customer/', status: 200, body: JSON.stringify(entries), times: 100 },
  });

  it('says how many entries those were', async () => {
    const { client } = await startWorkplace();
    await client.fastlyFaults(answering([ENGINEER, NORA_USER, { id: 'abc1' }]));
    expect(wordsOf((await listed(client, '')).blocks)).toContain('2 users ; 1 more could not be read');
    const engineers = await listed(client, '--role engineer');
    expect(wordsOf(engineers.blocks)).toContain('1 of 2 users : role engineer ; 1 more could not be read');
  });

  it('says so where nothing could be read', async () => {
    const { client } = await startWorkplace();
    await client.fastlyFaults(answering([null, { id: 'abc1' }]));
    expect(wordsOf((await listed(client, '')).blocks)).toContain(
      'Fastly lists no users for the bot; 2 more could not be read.',
    );
  });

  it('shows a user once who is listed twice, in the picker too', async () => {
    const { client } = await startWorkplace();
    await client.fastlyFaults(answering([ENGINEER, ENGINEER, NORA_USER]));
    expect(rowsOf(await listed(client, ''))).toHaveLength(2);
    const nora = client.as(NORA);
    await nora.command('get');
    await nora.until(({ modals }) => modals.length > 0, 'the form');
    const answer = await nora.typeAhead('user-picker', ENGINEER.login);
    expect(answer).toMatchObject({ acknowledged: true, options: [{}] });
  });
});

describe('list --inactive', () => {
  const ago = (days: number) => new Date(Date.now() - days * 86_400_000).toISOString();
  const IDLE = [
    { last_active_at: ago(200) },
    { last_active_at: null, created_at: ago(300) },
    { last_active_at: ago(10) },
    { last_active_at: null, created_at: ago(10) },
    // What can't be read counts as not sent.
    { last_active_at: 'a while ago' },
  ];
  const idlePeople = () => people(IDLE.length, (index) => IDLE[index] ?? {});

  it('shows the longest idle first, and names apart those of whom Fastly does not say it', async () => {
    const { client } = await startWorkplace();
    await client.putFastlyUsers(idlePeople());
    const message = await listed(client, 'person --inactive 90d');
    expect(rowsOf(message).map((row) => row.slice(0, 11))).toEqual(['Person 0001', 'Person 0000']);
    expect(wordsOf(message.blocks)).toContain(
      `2 of ${PEOPLE.length + IDLE.length} users : person · inactive for 90 days`,
    );
    expect(wordsOf(message.blocks)).toContain(
      "1 user isn't listed, because Fastly doesn't say when they were last active: Person 0004 ( person.0004@example.com ).",
    );
  });

  it('is asked for in the form, which refuses what is no period', async () => {
    const { client } = await startWorkplace();
    await client.putFastlyUsers(idlePeople());
    const first = await listed(client, 'person --inactive 250d');
    const nora = client.as(NORA);
    await nora.click({ channel: CDN_TEAM.id, ts: first.ts, actionId: 'list.filter' });
    const form = await nora.until((sees) => sees.modals.find((view) => view.submit === 'Show'), 'the form');
    expect(form.values).toMatchObject({ inactive: { inactive: { value: '250' } } });
    await nora.submit({ inactive: 'long' });
    await nora.until(
      ({ modals }) => modals.some(({ errors }) => errors.inactive?.includes('takes a number of days')),
      'the refusal',
    );
    await nora.submit({ inactive: '100' });
    await nora.until((sees) => messageWith(sees, CDN_TEAM, 'inactive for 100 days'), 'the list');
  });
});
