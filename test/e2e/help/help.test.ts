import { describe, expect, it } from 'vitest';
import { SUBCOMMANDS } from '../../../src/commands/index.ts';
import { CDN_TEAM, NORA, PRIYA, TOMAS } from '../../sandbox/cast.ts';
import { BOT_ACCOUNT } from '../../sandbox/fastly/people.ts';
import { messagesIn, messageWith, wordsOf } from '../support/seeing.ts';
import { DELIVERY, startWorkplace } from '../support/workplace.ts';

describe('help', () => {
  it("whoami shows the user behind the bot's token", async () => {
    const { client } = await startWorkplace();
    await client.as(NORA).command('whoami');
    await client.as(TOMAS).until((sees) => messageWith(sees, CDN_TEAM, BOT_ACCOUNT.login), 'the card');
  });

  it('help lists every subcommand, to the caller alone, also when nothing is typed', async () => {
    const { client } = await startWorkplace();
    for (const words of ['help', '']) await client.as(NORA).command(words);
    await client.as(NORA).until((sees) => messagesIn(sees, CDN_TEAM).length === 2, 'both answers');
    for (const told of messagesIn(await client.as(NORA).sees(), CDN_TEAM)) {
      for (const { name } of SUBCOMMANDS) expect(wordsOf(told.blocks)).toContain(`/fastly-user ${name}`);
    }
    expect(messagesIn(await client.as(PRIYA).sees(), CDN_TEAM)).toEqual([]);
  });
});

describe('help', () => {
  it('shows how a subcommand goes', async () => {
    const { client } = await startWorkplace();
    await client.as(NORA).command('help reset');
    await client
      .as(NORA)
      .until(
        (sees) => messageWith(sees, CDN_TEAM, '/fastly-user reset edda.morton@example.com'),
        'the examples',
      );
  });

  it.each(['create', 'invite', 'update'])('names the roles that %s can set', async (name) => {
    const { client } = await startWorkplace();
    await client.as(NORA).command(`help ${name}`);
    await client
      .as(NORA)
      .until(
        (sees) => messageWith(sees, CDN_TEAM, 'Roles: user , billing , engineer and superuser'),
        'the roles',
      );
  });

  it.each([
    ['delete', 'delete', 'The user is deleted once other bot admins approve.'],
    ['delete', 'promote,demote', 'No approval is needed: the user is deleted at once.'],
    ['create', 'promote', 'Creating a Fastly superuser needs approval.'],
    ['create', 'delete,demote', null],
    ['invite', 'promote', 'Inviting a Fastly superuser needs approval.'],
    ['invite', 'delete,demote', null],
    ['update', 'promote,demote', 'a Fastly superuser, or no longer one, needs approval.'],
    ['update', 'demote', 'Demoting or locking a Fastly superuser needs approval.'],
    ['update', 'delete', null],
  ])('says of %s what waits for approval where %s does', async (name, requiredFor, says) => {
    const { client } = await startWorkplace(DELIVERY, { APPROVAL_REQUIRED_FOR: requiredFor });
    const nora = client.as(NORA);
    await nora.command(`help ${name}`);
    const told = await nora.until((sees) => messageWith(sees, CDN_TEAM, `/fastly-user ${name}`), 'the help');
    if (says === null) expect(wordsOf(told.blocks)).not.toContain('approv');
    else expect(wordsOf(told.blocks)).toContain(says);
  });

  it('says nothing of approvals in its list where nothing waits for one', async () => {
    const { client } = await startWorkplace(DELIVERY, { APPROVAL_REQUIRED_FOR: 'none' });
    const nora = client.as(NORA);
    await nora.command('help');
    const told = await nora.until((sees) => messageWith(sees, CDN_TEAM, 'What you can do here'), 'the help');
    expect(wordsOf(told.blocks)).not.toContain('approves');
  });

  it.each([
    ['rseet', 'Did you mean /fastly-user reset ?'],
    ['help gte', 'Did you mean /fastly-user get ?'],
    ['frobnicate', 'Unknown command frobnicate .'],
    ['get ada --pirvate', 'Did you mean --private ?'],
    ['get "ada', "isn't closed"],
    ['whoami nora', "doesn't take nora"],
    ['get @nora lindqvist', 'Use a mention on its own'],
    ['disable edda', 'There is no command disable . Run /fastly-user lock [user] instead.'],
    ['promote edda', 'Run /fastly-user update [user] --role superuser instead.'],
    ['rm edda', 'Run /fastly-user delete [user] instead.'],
    ['approve', 'Run /fastly-user approvals instead.'],
    ['get --help', "Show a user's card."],
    ['--help', 'What you can do here'],
    ['delete edda left the company', 'A reason goes after --reason'],
    ['get @here', "@here isn't a user. Type a name, an email or an ID."],
    ['get nobody-like-that', 'No user matches nobody-like-that'],
    ['get ingrd', 'No user matches ingrd . Did you mean ingrid ?'],
    ['get edda.mortn@example.com', 'Similar: edda.morton@example.com .'],
    ['get @jonas', "Slack doesn't share <@U0JONAS01>"],
  ])('answers what means nothing with what would: %s', async (words, answer) => {
    const { client } = await startWorkplace();
    await client.as(NORA).command(words);
    const told = await client.as(NORA).until((sees) => messagesIn(sees, CDN_TEAM)[0], 'an answer');
    expect(told.ephemeral).toBe(true);
    expect(wordsOf(told.blocks)).toContain(answer);
  });

  it('means nobody where nobody is near', async () => {
    const { client } = await startWorkplace();
    await client.as(NORA).command('get nobody@nowhere.test');
    const told = await client.as(NORA).until((sees) => messagesIn(sees, CDN_TEAM)[0], 'an answer');
    expect(wordsOf(told.blocks)).toContain(
      'No user has the login nobody@nowhere.test . Search by part of the name.',
    );
  });
});
