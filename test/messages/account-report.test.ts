import { describe, expect, it } from 'vitest';
import { type AccountFigures, tokenFigures, userFigures } from '../../src/directory/account-figures.ts';
import { figuresOf } from '../../src/directory/filter.ts';
import { User } from '../../src/fastly/user.ts';
import { type AccountReport, accountReport } from '../../src/messages/account-report.ts';
import { formsOf } from '../../src/messages/kit/message.ts';
import { wordsOf } from '../e2e/support/seeing.ts';
import { problemsOfBlocks } from '../sandbox/slack/block-kit/validate.ts';

const NOW = Date.parse('2026-03-02T12:00:00Z');

async function figuresFor(users: readonly object[]): Promise<AccountFigures> {
  const parsed = users.map((user, index) =>
    User.parse({ id: `u${index}`, login: `u${index}@example.com`, ...user }),
  );
  return { ...(await userFigures(parsed, figuresOf(parsed), NOW)), tokens: await tokenFigures([], 0, NOW) };
}

const reportOf = (figures: AccountFigures, more: Partial<AccountReport> = {}) =>
  accountReport({
    figures,
    promotions: { all: 0, overdue: 0, toCheck: 0 },
    leavers: null,
    changes: { since: NOW, byKind: [] },
    due: null,
    next: null,
    at: new Date(NOW),
    disabled: new Set(),
    ...more,
  });

const segmentsOf = (message: ReturnType<typeof reportOf>) =>
  message.blocks.flatMap((block) => (block.type === 'data_visualization' ? block.chart.segments : []));

const fieldsOf = ({ blocks }: ReturnType<typeof reportOf>) =>
  blocks.flatMap((block) => (block.type === 'section' ? (block.fields ?? []).map(({ text }) => text) : []));

describe('the report of an account', () => {
  it('has at most six segments, the smallest put together', async () => {
    const roles = ['a', 'b', 'c', 'd', 'e', 'f', 'g'].flatMap((role, index) =>
      Array.from({ length: 7 - index }, () => ({ role })),
    );
    const segments = segmentsOf(reportOf(await figuresFor(roles)));
    expect(segments.map(({ label, value }) => `${label} ${value}`)).toEqual([
      'a 7',
      'b 6',
      'c 5',
      'd 4',
      'e 3',
      'other 3',
    ]);
  });

  it('counts users without a role', async () => {
    expect(segmentsOf(reportOf(await figuresFor([{ role: 'user' }, {}, { role: null }])))).toEqual([
      { label: 'no role', value: 2 },
      { label: 'user', value: 1 },
    ]);
  });

  it.each([
    ['an empty account', []],
    [
      'roles whose names are long, hidden or markup',
      [{ role: 'x'.repeat(300) }, { role: '*_\u202e`<!here>' }],
    ],
    ['hundreds of roles', Array.from({ length: 300 }, (_, index) => ({ role: `role ${index}` }))],
  ])('is a message that Slack takes in each of its forms, for %s', async (_what, users) => {
    for (const { blocks } of formsOf(reportOf(await figuresFor(users)))) {
      if (blocks.length > 0) expect(problemsOfBlocks(JSON.parse(JSON.stringify(blocks)))).toEqual([]);
    }
  });

  it('puts kinds of change together that people call the same, the most frequent first', async () => {
    const kinds = {
      delete: 1,
      'delete-with-tokens': 2,
      reset: 1,
      revoke: 2,
      promote: 1,
      'promote-for': 2,
      unlock: 2,
      'of-a-newer-version': 1,
    };
    const byKind = Object.entries(kinds).map(([kind, count]) => ({ kind, count }));
    const words = wordsOf(reportOf(await figuresFor([]), { changes: { since: NOW, byKind } }).blocks);
    expect(words).toContain(
      '3 deletions · 2 promotions for a time · 2 revocations of API tokens · 2 unlocks · 1 other change · 1 password reset · 1 promotion to Fastly superuser',
    );
  });

  it.each([
    ['0', { all: 0, overdue: 0, toCheck: 0 }],
    ['2', { all: 2, overdue: 0, toCheck: 0 }],
    ['4, of them 1 overdue and 2 to be checked', { all: 4, overdue: 1, toCheck: 2 }],
  ])('says of the roles that end: %s', async (words, promotions) => {
    const report = reportOf(await figuresFor([]), { promotions });
    expect(fieldsOf(report)).toContain(`*Roles that end*\n${words}`);
  });

  it.each([
    ['0', { all: 0, kept: 0, isFirst: false }],
    ['3, of them 1 kept', { all: 3, kept: 1, isFirst: false }],
    ['1 so far', { all: 1, kept: 0, isFirst: true }],
    ['none known yet', { all: 0, kept: 0, isFirst: true }],
  ])('says of those who left: %s', async (words, leavers) => {
    const report = reportOf(await figuresFor([]), { leavers });
    expect(fieldsOf(report)).toContain(`*Left Slack, still in Fastly*\n${words}`);
  });

  it('says when the next one is due, and for when this one was', async () => {
    const moment = (days: number) => new Date(NOW + days * 86_400_000);
    const words = wordsOf(reportOf(await figuresFor([]), { due: moment(0), next: moment(7) }).blocks);
    expect(words).toMatch(
      /This report was due <!date\^1772452800\^.*The next report is due <!date\^1773057600\^/,
    );
  });
});
