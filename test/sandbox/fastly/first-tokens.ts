import { type ApiToken, browserSession, completeToken } from './api-token.ts';
import { BOT_ACCOUNT, NORA_USER, OWNER, PRIYA_USER, THIRD_SUPERUSER, UNSETTABLE_ROLE } from './people.ts';

const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;

/** The token that the sandbox hands out. */
export const BOT_TOKEN = completeToken({
  id: '3LnXk9tQ2bRz7VpYw0HcSd',
  user_id: BOT_ACCOUNT.id,
  name: 'fastly-user-bot',
});

/** The other tokens that there are to begin with: of programs, of a browser, and of nobody. `now`: Unix milliseconds. */
export function firstTokens(now: number): ApiToken[] {
  const at = (milliseconds: number) => new Date(now + milliseconds).toISOString();
  return [
    completeToken({
      id: 'h2Vx8LqRt5Yc0NbWm3KpZe',
      user_id: OWNER.id,
      name: 'terraform',
      created_at: at(-700 * DAY),
      last_used_at: at(-2 * 60 * MINUTE),
      user_agent: 'Terraform/1.9 (+https://www.terraform.io) FastlyGo/9.7',
    }),
    completeToken({
      id: 'Bq7sJd1Fw9Xg4TzHy6MvUa',
      user_id: UNSETTABLE_ROLE.id,
      name: 'ci-purge',
      scope: 'purge_all',
      services: ['2YbWn8cKd4LsQ0xRf6TpVh', '5GjMz1aHe7NuS3yXo9BqCk', '8DrPv4iUt2EwF6lZg0JmAs'],
      created_at: at(-300 * DAY),
      last_used_at: at(-4 * MINUTE),
      user_agent: 'curl/8.9.1',
    }),
    completeToken({
      id: 'Kw3nTc8Zr1Ue6PxLg5QhBd',
      user_id: UNSETTABLE_ROLE.id,
      name: 'laptop',
      created_at: at(-500 * DAY),
      last_used_at: at(-400 * DAY),
    }),
    completeToken({
      id: 'y9FmEo2Vb7Ks4JtXa0RiNl',
      user_id: PRIYA_USER.id,
      name: 'dashboard',
      scope: 'global:read',
      created_at: at(-200 * DAY),
      expires_at: at(10 * DAY),
    }),
    completeToken({
      id: 'C6gZu1Hp8Dw3QyLk5TxMve',
      user_id: THIRD_SUPERUSER.id,
      name: 'migration',
      created_at: at(-90 * DAY),
      last_used_at: at(-60 * DAY),
      expires_at: at(-30 * DAY),
    }),
    { ...browserSession(NORA_USER.id, now), id: 'Sx4bOj7Yf2Nc9WqRv1KzGt' },
    completeToken({
      id: 'P0eTa5Il3Xm8UrBd6HsFyw',
      user_id: null,
      name: 'deploy-bot',
      scope: 'purge_select',
      created_at: at(-120 * DAY),
      last_used_at: at(-1 * DAY),
      user_agent: 'deploy-bot/2.1',
    }),
  ];
}
