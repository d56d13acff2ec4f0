import type { ActingMember } from '../../sandbox/control/client.ts';
import type { JsonObject, Outcome, Sees } from '../../sandbox/control/protocol.ts';
import { type FormStep, type RequestButton, takeInForm } from './approving.ts';
import { elementsOf, wordsOf } from './seeing.ts';

export type Section =
  | 'Waiting for you'
  | 'Your open requests'
  | 'Quick actions'
  | 'Latest changes'
  | 'The account';

const isHeader = ({ type }: JsonObject) => type === 'header';
const titleOf = (block: JsonObject) => wordsOf(block).trim();

/** The headers of a member's Home tab, in order. */
export function headersOf({ home }: Sees): string[] {
  return (home?.blocks ?? []).filter(isHeader).map(titleOf);
}

/** The blocks under one header of a member's Home tab; none where there is no such header. */
export function sectionOf({ home }: Sees, section: Section): JsonObject[] {
  const blocks = home?.blocks ?? [];
  const start = blocks.findIndex((block) => isHeader(block) && titleOf(block) === section);
  if (start === -1) return [];
  const rest = blocks.slice(start + 1);
  const end = rest.findIndex(isHeader);
  return end === -1 ? rest : rest.slice(0, end);
}

/** Opens the Home tab and waits until all of it is there. */
export async function openHome(who: ActingMember): Promise<Sees> {
  await who.home();
  return await who.until((sees) => sectionOf(sees, 'Latest changes').length > 0 && sees, 'the Home');
}

/** Waits until a section of the Home tab says `words`, and returns all it says then. */
export async function untilAtHome(
  who: ActingMember,
  section: Section,
  words: string,
  patience?: number,
): Promise<string> {
  const all = (sees: Sees) => {
    const said = wordsOf(sectionOf(sees, section));
    return said.includes(words) && said;
  };
  return await who.until(all, `'${section}' to say '${words}'`, patience);
}

/** Waits until a section of the Home tab no longer says `words`. */
export async function untilGoneFromHome(who: ActingMember, section: Section, words: string): Promise<void> {
  await who.until(
    (sees) => !wordsOf(sectionOf(sees, section)).includes(words),
    `'${section}' to say '${words}' no longer`,
  );
}

/** The buttons of each row of a section that has some, as `approve`, `get`, … */
export function rowsOf(sees: Sees, section: Section): string[][] {
  return sectionOf(sees, section)
    .filter(({ type }) => type === 'actions')
    .map((row) => elementsOf(row).map(({ action_id }) => String(action_id).replace(/^\w+\./, '')));
}

/** Takes a step of a request in the form that its button on the Home tab opens. */
export async function takeAtHome(
  who: ActingMember,
  id: string,
  step: FormStep,
  comment: string | null = null,
): Promise<Outcome> {
  return await takeInForm(who, step, () => clickAtHome(who, id, step), comment);
}

/** Clicks a button of a request on the Home tab. */
export async function clickAtHome(who: ActingMember, id: string, button: RequestButton): Promise<Outcome> {
  const actionId = `approvals.${button}`;
  const { home } = await who.sees();
  const row = (home?.blocks ?? []).find((block) =>
    elementsOf(block).some(({ action_id, value }) => action_id === actionId && value === id),
  );
  if (row === undefined) throw new Error(`There is no ${button} for ${id} on the Home tab.`);
  return await who.click({ view: 'home', actionId, blockId: String(row.block_id) });
}
