import { describe, expect, it } from 'vitest';
import { CDN_TEAM, NORA, TOMAS } from '../../sandbox/cast.ts';
import type { ControlClient } from '../../sandbox/control/client.ts';
import type { JsonObject, Sees } from '../../sandbox/control/protocol.ts';
import { ENGINEER } from '../../sandbox/fastly/people.ts';
import { askForDeletion, deletions, openRequest, untilTold } from '../support/approving.ts';
import { messageWith, wordsOf } from '../support/seeing.ts';
import { CI_PURGE, LAPTOP, SESSION } from '../support/tokens.ts';
import { DELIVERY, startWorkplace } from '../support/workplace.ts';

const USER = `/user/${ENGINEER.id}`;
const NO_APPROVAL = { APPROVAL_REQUIRED_FOR: 'none' };

async function workplaceWith(tokens: JsonObject[], variables: Record<string, string>) {
  const workplace = await startWorkplace(DELIVERY, variables);
  await workplace.client.putFastlyTokens(tokens);
  return workplace;
}

const deleteForm = ({ modals }: Sees) => modals.find(({ callbackId }) => callbackId === 'delete.form');

/** Opens the form to delete the engineer from their card, and returns its words. */
async function openedForm(client: ControlClient): Promise<string> {
  const nora = client.as(NORA);
  await nora.command(`get ${ENGINEER.id}`);
  const card = await nora.until((sees) => messageWith(sees, CDN_TEAM, ENGINEER.login), 'the card');
  await nora.click({ channel: CDN_TEAM.id, ts: card.ts, actionId: 'delete.button' });
  return wordsOf((await nora.until(deleteForm, 'the form')).blocks);
}

/** Types the command, and answers the question that follows. */
async function typedAndConfirmed(client: ControlClient, flags: string): Promise<void> {
  const nora = client.as(NORA);
  await nora.command(`delete ${ENGINEER.id} ${flags}`);
  const question = await nora.until(
    (sees) => messageWith(sees, CDN_TEAM, 'Continue anyway?'),
    'the question',
  );
  await nora.click({ channel: CDN_TEAM.id, ts: question.ts, actionId: 'user.choose' });
}

describe('a deletion that needs no approval', () => {
  it('shows the form again where a token was made since, and then deletes', async () => {
    const { client } = await workplaceWith([LAPTOP], NO_APPROVAL);
    const nora = client.as(NORA);
    expect(await openedForm(client)).toContain('1 token that programs use: laptop');
    await client.putFastlyTokens([CI_PURGE]);
    await nora.submit({ how: 'revoke-tokens' });
    const again = await nora.until(
      (sees) => wordsOf(deleteForm(sees)?.blocks).includes('What this form showed has changed.') && sees,
      'the form once more',
    );
    expect(wordsOf(deleteForm(again)?.blocks)).toContain('2 tokens that programs use: ci-purge');
    expect(JSON.stringify(deleteForm(again)?.values)).toContain('revoke-tokens');
    expect(await deletions(client)).toEqual([]);
    await nora.submit();
    await nora.until((sees) => messageWith(sees, CDN_TEAM, 'Deleted'), 'the deletion');
    expect(await deletions(client)).toEqual([`/tokens/${LAPTOP.id}`, `/tokens/${CI_PURGE.id}`, USER]);
  });

  it('shows the form again where the first token was made since', async () => {
    const { client } = await workplaceWith([], NO_APPROVAL);
    expect(await openedForm(client)).not.toContain('that programs use');
    await client.putFastlyTokens([CI_PURGE]);
    await client.as(NORA).submit();
    const shows = (sees: Sees) => wordsOf(deleteForm(sees)?.blocks).includes('1 token that programs use');
    await client.as(NORA).until((sees) => shows(sees) && sees, 'the form once more');
    expect(await deletions(client)).toEqual([]);
  });

  it.each(['--revoke-tokens', '--later-tokens'])(
    'asks for the form first after words with %s',
    async (flag) => {
      const { client } = await workplaceWith([CI_PURGE, LAPTOP], NO_APPROVAL);
      await typedAndConfirmed(client, flag);
      const told = await untilTold(client.as(NORA), 'Choose in the form what happens to them.');
      expect(told).toContain('2 tokens that programs use');
      expect(await deletions(client)).toEqual([]);
    },
  );

  it('asks for the form first where the bot could not look, and goes on from there', async () => {
    const { client } = await workplaceWith([CI_PURGE], NO_APPROVAL);
    await client.fastlyFaults({ tokensUnreadable: true });
    await typedAndConfirmed(client, '');
    await untilTold(client.as(NORA), 'Nothing was deleted. Use the form to delete the user anyway.');
    expect(await deletions(client)).toEqual([]);
    expect(await openedForm(client)).toContain("The bot couldn't look");
    await client.as(NORA).submit();
    await client.as(NORA).until((sees) => messageWith(sees, CDN_TEAM, 'Deleted'), 'the deletion');
    expect(await deletions(client)).toEqual([USER]);
  });
});

it('asks for the form first where a token could not be read', async () => {
  const { client } = await workplaceWith([{ ...CI_PURGE, id: 'not an id' }], NO_APPROVAL);
  await typedAndConfirmed(client, '');
  const told = await untilTold(client.as(NORA), 'Use the form to delete the user anyway.');
  expect(told).toContain("The bot couldn't read 1 token of the account.");
  expect(await deletions(client)).toEqual([]);
});

describe('revoking first', () => {
  const why = 'revoking tokens needs approval here';

  it('does not go round the approval that revoking needs', async () => {
    const { client } = await workplaceWith([CI_PURGE], { APPROVAL_REQUIRED_FOR: 'revoke' });
    await typedAndConfirmed(client, '--revoke-tokens');
    await untilTold(client.as(NORA), `${why}. Nothing was requested.`);
    const words = await openedForm(client);
    expect(words).toContain(why);
    expect(words).not.toContain('Revoke 1 token, then delete');
    expect(await deletions(client)).toEqual([]);
  });

  it('needs the reason that revoking needs', async () => {
    const { client } = await workplaceWith([CI_PURGE], { REASON_REQUIRED_FOR: 'revoke' });
    await client.as(NORA).command(`delete ${ENGINEER.id} --revoke-tokens`);
    await untilTold(client.as(NORA), 'A reason is needed. Nothing was requested.');
    await askForDeletion(client, NORA, ENGINEER);
  });

  it('is refused where the command to revoke is disabled', async () => {
    const { client } = await workplaceWith([CI_PURGE], { DISABLED_COMMANDS: 'revoke' });
    await client.as(NORA).command(`delete ${ENGINEER.id} --revoke-tokens`);
    await untilTold(client.as(NORA), 'revoke is disabled in this workspace, so no API token can be revoked.');
  });

  it('ends browser sessions where there is nothing else', async () => {
    const { client } = await workplaceWith([SESSION], {});
    await client.fastlyFaults({ tokensAtDeletion: 'refuse' });
    await client.as(NORA).command(`delete ${ENGINEER.id} --revoke-tokens`);
    const request = await client
      .as(TOMAS)
      .until((sees) => openRequest(sees, CDN_TEAM, ENGINEER), 'the request');
    expect(request.words(await client.as(TOMAS).sees())).toContain(
      "Step 1 ends the user's browser sessions.",
    );
    await request.take(client.as(TOMAS), 'approve');
    await request.until(client.as(NORA), '✅ Deleted');
    expect(await deletions(client)).toEqual([`/tokens/${SESSION.id}`, USER]);
  });
});

describe('a request that asks again because of a new token', () => {
  it('mentions nobody where approvers are not mentioned', async () => {
    const { client } = await workplaceWith([], { APPROVERS_MENTIONED: 'none' });
    const request = await askForDeletion(client, NORA, ENGINEER);
    await client.putFastlyTokens([LAPTOP]);
    await request.take(client.as(TOMAS), 'approve');
    const thread = await request.untilInThread(client.as(NORA), 'no longer count. Check the new list.');
    expect(thread.at(-1)).not.toContain(TOMAS.id);
  });
});
