import { fileURLToPath } from 'node:url';
import { WebClient } from '@slack/web-api';
import fc from 'fast-check';
import { pino } from 'pino';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { splitWords } from '../../../src/commands/inputs/command-text.ts';
import { findUser, givenWords } from '../../../src/commands/inputs/find-user.ts';
import { Secret } from '../../../src/config/secret.ts';
import { Directory } from '../../../src/directory/directory.ts';
import { FastlyClient } from '../../../src/fastly/client.ts';
import { Network } from '../../../src/http/network.ts';
import { Refusal } from '../../../src/messages/failure-text.ts';
import { Members } from '../../../src/slack/connection/members.ts';
import { NORA } from '../../sandbox/cast.ts';
import { type Fastly, startFastly } from '../../sandbox/fastly/server.ts';
import { completeUser } from '../../sandbox/fastly/user.ts';
import { type SlackServer, startSlack } from '../../sandbox/slack/server.ts';

/** Pieces from which accounts and typed texts are made, so that one is often nearly the other. */
const PIECES = [
  'ann',
  'Ann',
  'ánn',
  'lee',
  'ashlee',
  'a',
  'é',
  'e\u0301',
  ' ',
  '\u00a0',
  '+x',
  "'",
  '.',
  '\u200b',
  'ß',
  'SS',
];
const piece = fc.constantFrom(...PIECES);
const word = fc.array(piece, { minLength: 1, maxLength: 4 }).map((parts) => parts.join(''));
const login = fc
  .tuple(word, fc.constantFrom('@q.example', '@Q.example', '@q.example.au'))
  .map(([local, domain]) => local.replace(/\s/g, '') + domain)
  .filter((text) => !text.startsWith('@'));
const account = fc.uniqueArray(fc.record({ name: word, login }), {
  minLength: 1,
  maxLength: 6,
  selector: ({ login }) => login,
});

/** Equality as the rule has it, apart from the product's own: NFC, letter case aside, runs of spaces as one. */
function same(one: string, other: string): boolean {
  const plain = (text: string) =>
    text
      .normalize('NFC')
      .toLowerCase()
      .split(/[\s\u00a0]+/u)
      .filter((part) => part !== '')
      .join(' ')
      .normalize('NFC');
  return plain(one) !== '' && plain(one) === plain(other);
}

/** What a person could have meant to type: the text, without some of the marks that stand around it. */
function readings(typed: string): string[] {
  const bare = typed.trim();
  const before = /^[*_~"'`([{<]*/.exec(bare)?.[0].length ?? 0;
  const after = /[*_~"'`)\]}>.,;:!?]*$/.exec(bare)?.[0].length ?? 0;
  const counts = (most: number) => Array.from({ length: most + 1 }, (_, index) => index);
  return counts(before).flatMap((start) => counts(after).map((end) => bare.slice(start, bare.length - end)));
}

let slack: SlackServer;
let fastly: Fastly;

beforeAll(async () => {
  const manifest = fileURLToPath(new URL('../../../manifest.yml', import.meta.url));
  slack = await startSlack({ manifest, port: 0, host: '127.0.0.1', now: Date.now, acknowledgeWithin: 3_000 });
});

afterAll(() => slack.close());

it('a change without a question happens only to the user whose id, login or whole name was typed, or who was mentioned', async () => {
  let certain = 0;
  let refused = 0;
  await fc.assert(
    fc.asyncProperty(
      account,
      fc.array(fc.nat({ max: 9 }), { minLength: 8, maxLength: 8 }),
      fc.gen(),
      async (people, picks, gen) => {
        fastly = await startFastly();
        const network = new Network({});
        const client = new FastlyClient({
          token: new Secret(fastly.token),
          baseUrl: fastly.url,
          timeout: 10_000,
          dispatcher: network.dispatcher,
        });
        try {
          const users = people.map(({ name, login }, index) =>
            completeUser({ id: `iD${index}`, name, login }),
          );
          fastly.putUsers(users);
          const asking = {
            origin: { channel: null, private: true },
            users: client,
            services: {
              directory: new Directory(client),
              fastly: client,
              members: new Members(
                new WebClient(slack.botToken, { slackApiUrl: slack.apiUrl }),
                pino({ level: 'silent' }),
              ),
              leavers: { met: () => {} },
              disabled: new Set<string>(),
            },
            log: { warn: () => {} },
          };
          const everybody = [...users, ...fastly.users()];
          for (const pick of picks) {
            const whole = users[pick % users.length];
            const typed =
              pick < 3
                ? gen(() => word)
                : pick < 5
                  ? gen(() => login)
                  : pick < 6
                    ? `<@${NORA.id}|nora>`
                    : pick < 8
                      ? gen(() =>
                          fc.constantFrom(
                            `*${whole?.login}*`,
                            `${whole?.name},`,
                            `${whole?.login}`,
                            `${whole?.id}`,
                          ),
                        )
                      : gen(() =>
                          fc.constantFrom(
                            `${whole?.name}`,
                            `${whole?.login.slice(1)}`,
                            `${whole?.id.toLowerCase()}`,
                          ),
                        );
            try {
              const match = await findUser(asking, givenWords(splitWords(typed)), 'change');
              if (match.kind !== 'certain') continue;
              certain += 1;
              const { id, login, name } = match.user;
              const equal = readings(typed).some(
                (text) =>
                  text === id || same(text, login) || (same(text, name ?? '') && /\S\s+\S/.test(text)),
              );
              const mentioned = typed.startsWith('<@') && same(login, NORA.email);
              expect(equal || mentioned, `${JSON.stringify(typed)} → ${login}`).toBe(true);
              // Nobody else has what was typed as a whole.
              if (!mentioned) {
                const others = everybody.filter((user) => user.id !== id && same(typed, String(user.login)));
                expect(others.map((other) => other.login)).toEqual([]);
              }
            } catch (error) {
              if (!(error instanceof Refusal)) throw error;
              refused += 1;
            }
          }
        } finally {
          await network.close();
          await fastly.close();
        }
      },
    ),
    { numRuns: 60, endOnFailure: true },
  );
  // The generator meets both.
  expect(certain).toBeGreaterThan(20);
  expect(refused).toBeGreaterThan(20);
});
