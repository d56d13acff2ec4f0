import { describe, expect, it } from 'vitest';
import { ApiToken } from '../../src/fastly/api-token.ts';
import { isBrowserSession } from '../../src/fastly/browser-session.ts';
import { startAccount } from './start.ts';

const SESSION = {
  id: 'session1',
  name: 'manage.fastly.com browser session',
  scope: 'global',
  services: [],
  created_at: '2026-03-01T00:00:00Z',
  expires_at: '2026-03-01T12:00:00Z',
  user_agent: 'Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0',
};
const isSession = (changes: object) => isBrowserSession(ApiToken.parse({ ...SESSION, ...changes }));

describe('a browser session', () => {
  it('is one by its name, with all else as Fastly makes it', () => {
    expect(isSession({})).toBe(true);
    expect(isSession({ name: 'manage.fastly.com browser session 2' })).toBe(true);
    expect(isSession({ last_used_at: null, ip: null })).toBe(true);
  });

  it.each([
    ['another name', { name: 'ci-purge' }],
    ['the name somewhere in another', { name: 'not a manage.fastly.com browser session' }],
    ['no name', { name: undefined }],
    ['less than the whole account', { scope: 'purge_all' }],
    ['a scope beside the global one', { scope: 'global purge_all' }],
    ['no scope', { scope: undefined }],
    ['some services only', { services: ['s1'] }],
    ['services that are not told', { services: undefined }],
    ['no end', { expires_at: null }],
    ['an end that is not told', { expires_at: undefined }],
    ['an end in a year', { expires_at: '2027-03-01T00:00:00Z' }],
    ['an end before its beginning', { expires_at: '2026-02-01T00:00:00Z' }],
    ['a beginning that is not told', { created_at: undefined }],
    ['a program as its client', { user_agent: 'curl/8.9.1' }],
    ['a program that only names a browser', { user_agent: 'my-ci (not Mozilla/5.0)' }],
    ['no client', { user_agent: null }],
  ])('is not taken for one with %s', (_, changes) => {
    expect(isSession(changes)).toBe(false);
  });

  it('is found among the tokens of an account', async () => {
    const { account } = await startAccount();
    const sessions = account
      .tokens()
      .map((token) => ApiToken.parse(token))
      .filter(isBrowserSession);
    expect(sessions).toMatchObject([{ name: 'manage.fastly.com browser session' }]);
  });
});
