import { z } from 'zod';

const Page = z.object({
  members: z.array(z.unknown()),
  response_metadata: z.object({ next_cursor: z.string().catch('') }).catch({ next_cursor: '' }),
});

/** More than any workspace has. */
const MOST_PAGES = 10_000;

/**
 * The members of the workspace, the deactivated included, a page after the other (docs.slack.dev, pagination).
 *
 * @param ask calls `users.list`
 * @throws what `ask` throws; and where the list has no end, as Slack repeats a cursor: such a list says nothing
 */
export async function* memberPages(
  ask: (from: { cursor?: string }) => Promise<unknown>,
): AsyncGenerator<readonly unknown[]> {
  const asked = new Set<string>();
  for (let cursor = ''; !asked.has(cursor) && asked.size < MOST_PAGES; ) {
    asked.add(cursor);
    const { members, response_metadata } = Page.parse(await ask(cursor === '' ? {} : { cursor }));
    yield members;
    cursor = response_metadata.next_cursor;
    if (cursor === '') return;
  }
  throw new Error("Slack's list of members has no end");
}
