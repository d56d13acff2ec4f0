import type { KnownBlock } from '@slack/types';
import { z } from 'zod';
import { listedToken } from '../../changes/token-snapshot.ts';
import type { Directory } from '../../directory/directory.ts';
import { fitsToken } from '../../directory/token-filter.ts';
import { accountTokens } from '../../fastly/account-tokens.ts';
import type { ApiToken } from '../../fastly/api-token.ts';
import { nameOf, type User, UserId } from '../../fastly/user.ts';
import { button } from '../../messages/kit/blocks.ts';
import { context, type Message, message } from '../../messages/kit/message.ts';
import {
  bold,
  counted,
  namesInShort,
  richText,
  type Sentence,
  say,
  sideBySide,
} from '../../messages/kit/sentence.ts';
import { MOST_TOKENS, type OwnedToken, ownerText, tokenTable } from '../../messages/tokens/table.ts';
import { tokenName } from '../../messages/tokens/text.ts';
import { unreadableText, userText } from '../../messages/user-text.ts';
import { codecFor } from '../../slack/carried.ts';
import type { Interaction } from '../../slack/replies/interaction.ts';
import { userButton } from '../inputs/user-button.ts';
import { partOf, turnButtons } from '../paging.ts';
import { filterWords, TokenFilterSchema } from './filter.ts';

/**
 * One page of a list: whose tokens (null: everybody's), which of them, and how many come before it. It travels in the
 * buttons, and comes back as input.
 */
export const Page = codecFor(
  'button',
  z.object({
    user: UserId.nullable(),
    filter: TokenFilterSchema,
    from: z.int().min(0),
    private: z.boolean(),
  }),
  'tokens',
);
export type Page = ReturnType<typeof Page.read>;

/** What a page shows. `all`: how many tokens there are, whatever the filter. */
type Contents = {
  whose: User | null;
  all: number;
  fitting: readonly OwnedToken[];
  unknown: readonly OwnedToken[];
  sessions: number;
  unreadable: number;
  mayRevoke: boolean;
};

/** @param whose the page's user, null for everybody's tokens @throws {FastlyError} */
export async function drawn({ services }: Interaction, page: Page, whose: User | null): Promise<Message> {
  const now = Date.now();
  const { programs, sessions, unreadable } = await accountTokens(services.fastly);
  const isMeant = ({ user_id }: ApiToken) => whose === null || user_id === whose.id;
  const all = programs.filter(isMeant);
  const owned = await withOwners(all, whose, services.directory);
  const those = (answer: 'yes' | 'unknown') =>
    owned.filter(({ token }) => fitsToken(token, page.filter, now) === answer);
  return pageOf(page, now, {
    whose,
    all: all.length,
    fitting: those('yes'),
    unknown: those('unknown'),
    sessions: sessions.filter(isMeant).length,
    unreadable,
    mayRevoke: !services.disabled.has('revoke'),
  });
}

/** By owner and name; those of nobody last. */
async function withOwners(
  tokens: readonly ApiToken[],
  whose: User | null,
  directory: Directory,
): Promise<OwnedToken[]> {
  const owned = await Promise.all(
    tokens.map(async (token) => {
      const { user_id: id } = token;
      const owner = whose ?? (id ? await directory.withId(id) : null);
      return { token, listed: listedToken(token), owner };
    }),
  );
  const key = ({ owner, token }: OwnedToken) =>
    [owner === null ? '1' : '0', owner ? nameOf(owner) : '', owner?.id ?? '', token.name ?? ''].join('\n');
  return owned.toSorted((one, other) => key(one).localeCompare(key(other)));
}

function pageOf(page: Page, now: number, contents: Contents): Message {
  const { whose, all, mayRevoke } = contents;
  const part = partOf(contents.fitting, page.from, MOST_TOKENS);
  const { shown, range } = part;
  const valueFrom = (from: number) => Page.write({ ...page, from });
  const lines = [...unknownText(contents.unknown), ...sessionText(contents.sessions)];
  const below: KnownBlock[] = [
    ...(lines.length > 0 ? [richText(...lines)] : []),
    {
      type: 'actions',
      elements: [
        ...turnButtons('tokens', part, MOST_TOKENS, valueFrom),
        button({ actionId: 'tokens.filter', text: 'Filter…', value: valueFrom(0) }),
        // Only one user's tokens are revoked at a time.
        ...(whose && all > 0 && mayRevoke ? [userButton('revoke', whose, page.private)] : []),
      ],
    },
  ];
  if (shown.length === 0) {
    const none = message(noneText(page, contents));
    none.blocks.push(...below);
    return none;
  }
  return tokenTable(range === null ? 'API tokens' : `API tokens ${range}`, shown, now, {
    headline: headline(page, contents),
    above: range === null ? [] : [richText(say`Showing ${range}.`)],
    below: [...below, context(FOOTNOTE)],
  });
}

const FOOTNOTE = say`These are the tokens that programs use. A token itself is never shown.`;

/** '2 of 7 API tokens of Edda: unused for 90 days'. */
function headline({ filter }: Page, { whose, all, fitting, unreadable }: Contents): Sentence {
  const wanted = filterWords(filter);
  const count = counted(all, 'API token');
  const counts = wanted.length > 0 ? `${fitting.length} of ${count}` : count;
  const of = whose === null ? say` in the Fastly account` : say` of ${userText(whose)}`;
  const which = wanted.length > 0 ? say`: ${sideBySide(wanted)}` : say``;
  return say`${bold(counts)}${of}${which}${unreadableText({ unreadable })}`;
}

function noneText(page: Page, contents: Contents): Sentence {
  const { whose, all, unreadable } = contents;
  if (all > 0) {
    return say`${headline(page, contents)}. To see more, remove a filter with ${bold('Filter…')}.`;
  }
  return whose === null
    ? say`Fastly lists no API tokens that programs use${unreadableText({ unreadable })}.`
    : say`${userText(whose)} has no API tokens that programs use${unreadableText({ unreadable })}.`;
}

/** 'Fastly doesn't say enough about 2 more tokens: `ci` (Edda Morton) and `old` (no user).' */
function unknownText(unknown: readonly OwnedToken[]): Sentence[] {
  if (unknown.length === 0) return [];
  const those = namesInShort(
    unknown.map(({ listed, owner }) => say`${tokenName(listed)} (${ownerText(owner)})`),
  );
  const count = unknown.length === 1 ? 'another token fits' : `${unknown.length} other tokens fit`;
  return [say`Fastly doesn't tell enough to know whether ${count}: ${those}.`];
}

function sessionText(sessions: number): Sentence[] {
  if (sessions === 0) return [];
  return [say`${counted(sessions, 'browser session')} ${sessions === 1 ? "isn't" : "aren't"} listed.`];
}
