import { describe, expect, it } from 'vitest';
import { CDN_TEAM, NORA, TOMAS } from '../../sandbox/cast.ts';
import { ENGINEER, THIRD_SUPERUSER } from '../../sandbox/fastly/people.ts';
import { updates } from '../support/altering.ts';
import { askForDeletion, openRequest, untilTold } from '../support/approving.ts';
import { messageWith, wordsOf } from '../support/seeing.ts';
import { CI_PURGE, SESSION } from '../support/tokens.ts';
import { DELIVERY, startWorkplace } from '../support/workplace.ts';

const UNREAD = "The bot couldn't read 1 token of the account. It may belong to this user.";

describe('revoking tokens after a lock', () => {
  it.each([ENGINEER, THIRD_SUPERUSER])(
    'is refused where the command to revoke is disabled: $name',
    async (user) => {
      const { client } = await startWorkplace(DELIVERY, { DISABLED_COMMANDS: 'revoke' });
      await client.putFastlyTokens([{ ...CI_PURGE, user_id: user.id }]);
      await client.as(NORA).command(`lock ${user.id} --revoke-tokens`);
      await untilTold(
        client.as(NORA),
        'revoke is disabled in this workspace, so no API token can be revoked.',
      );
      expect(await updates(client)).toEqual([]);
    },
  );

  it('is not offered while a request about the user is open, and the form says why', async () => {
    const { client } = await startWorkplace(DELIVERY);
    await client.putFastlyTokens([CI_PURGE, SESSION]);
    const request = await askForDeletion(client, NORA, ENGINEER);
    const words = wordsOf((await request.form(client.as(TOMAS), 'lock')).blocks);
    expect(words).toContain('End browser sessions');
    expect(words).toContain(
      "API tokens can't be revoked from here, because a request about this user is open.",
    );
    expect(words).not.toContain('Revoke API tokens');
  });

  it.each([ENGINEER, THIRD_SUPERUSER])(
    'says in the form and in the request which entries could not be read: $name',
    async (user) => {
      const { client } = await startWorkplace(DELIVERY);
      await client.putFastlyTokens([
        { ...CI_PURGE, user_id: user.id },
        { ...CI_PURGE, id: 'not an id' },
      ]);
      const nora = client.as(NORA);
      await nora.command(`lock ${user.login.split('@')[0]}`);
      const form = await nora.until(({ modals }) => modals.find(({ submit }) => submit !== null), 'the form');
      expect(wordsOf(form.blocks)).toContain(UNREAD);
      await nora.command(`lock ${user.id} --revoke-tokens`);
      const request = await nora.until((sees) => openRequest(sees, CDN_TEAM, user), 'the request');
      expect(request.words(await nora.sees())).toContain(UNREAD);
    },
  );

  it('fails, and says so, where the only token of the account can not be read', async () => {
    const { client } = await startWorkplace(DELIVERY);
    await client.putFastlyTokens([{ ...CI_PURGE, id: 'not an id' }]);
    await client.as(NORA).command(`lock ${ENGINEER.id} --revoke-tokens`);
    const told = await client.as(NORA).until((sees) => messageWith(sees, CDN_TEAM, UNREAD), 'the lock');
    expect(wordsOf(told.blocks)).toContain("Revoking API tokens wasn't requested.");
  });

  it('is not requested where one request could not name all of them', async () => {
    const { client } = await startWorkplace(DELIVERY);
    const tokens = Array.from({ length: 51 }, (_, at) => ({ ...CI_PURGE, id: `many${at}` }));
    await client.putFastlyTokens(tokens);
    await client.as(NORA).command(`lock ${ENGINEER.id} --revoke-tokens`);
    const told = 'One request revokes 50 tokens at most, and these are 51.';
    await client.as(NORA).until((sees) => messageWith(sees, CDN_TEAM, told), 'the lock');
    await client.putFastlyTokens(tokens.map((each) => ({ ...each, user_id: THIRD_SUPERUSER.id })));
    await client.as(NORA).command(`lock ${THIRD_SUPERUSER.id} --revoke-tokens`);
    await untilTold(client.as(NORA), `${told} Nothing was requested.`);
  });
});
