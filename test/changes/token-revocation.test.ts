import { describe, expect, it } from 'vitest';
import { BotsOwnToken, isRevoked, revokeToken } from '../../src/changes/token-revocation.ts';
import { ApiToken } from '../../src/fastly/api-token.ts';
import { startAccount, userId } from '../fastly/start.ts';
import { BOT_TOKEN } from '../sandbox/fastly/first-tokens.ts';
import { BOT_ACCOUNT, ENGINEER } from '../sandbox/fastly/people.ts';

const [EDDA, BOT] = [userId(ENGINEER), userId(BOT_ACCOUNT)];
const OTHER_OF_BOT = { id: 'spare1', user_id: BOT_ACCOUNT.id, name: 'spare' };

/** An account, and the paths of what was deleted in it. */
async function start() {
  const { account, client } = await startAccount();
  account.putTokens([{ id: 'ci1', user_id: ENGINEER.id }, OTHER_OF_BOT]);
  const deleted = () => account.calls().flatMap(({ method, path }) => (method === 'DELETE' ? [path] : []));
  return { account, client, deleted };
}

describe('revoking a token', () => {
  it('ends it, and takes one that is gone for revoked', async () => {
    const { client, deleted } = await start();
    const token = ApiToken.parse({ id: 'ci1', user_id: ENGINEER.id });
    expect(await isRevoked(client, token)).toBe(false);
    await revokeToken(client, token, EDDA);
    await revokeToken(client, token, EDDA);
    expect(await isRevoked(client, token)).toBe(true);
    expect(deleted()).toEqual(['/tokens/ci1', '/tokens/ci1']);
  });

  it.each([
    ['the current one', BOT_TOKEN, BOT],
    ['another one', OTHER_OF_BOT, BOT],
    ['one said to be of somebody else', OTHER_OF_BOT, EDDA],
    ['the current one, whoever Fastly says has it', { ...BOT_TOKEN, user_id: ENGINEER.id }, EDDA],
  ])('never ends one of the user behind the token of the bot: %s', async (_, token, owner) => {
    const { client, deleted } = await start();
    await expect(revokeToken(client, ApiToken.parse(token), owner)).rejects.toThrow(BotsOwnToken);
    expect(deleted()).toEqual([]);
  });

  it('ends none of nobody, or of whom Fastly does not say', async () => {
    const { client, deleted } = await start();
    for (const user_id of [null, undefined]) {
      const token = ApiToken.parse({ id: 'ci1', user_id });
      await expect(revokeToken(client, token, EDDA)).rejects.toThrow(BotsOwnToken);
    }
    expect(deleted()).toEqual([]);
  });
});
