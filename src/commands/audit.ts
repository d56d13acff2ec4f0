import type { Button, ModalView } from '@slack/types';
import { z } from 'zod';
import type { User } from '../fastly/user.ts';
import { auditText } from '../messages/audit-text.ts';
import { Refusal } from '../messages/failure-text.ts';
import { button } from '../messages/kit/blocks.ts';
import { context, type Message, message } from '../messages/kit/message.ts';
import { bold, code, richText, type Sentence, say } from '../messages/kit/sentence.ts';
import { codecFor } from '../slack/carried.ts';
import type { Listener } from '../slack/gate/listeners.ts';
import type { IncomingOf } from '../slack/incoming.ts';
import type { Interaction } from '../slack/replies/interaction.ts';
import { openModal } from '../slack/replies/modal.ts';
import type { Services } from '../slack/replies/services.ts';
import type { AuditSubject } from '../store/audit-page.ts';
import { formListener, viewOf } from './form.ts';
import { type Word, WordsError } from './inputs/command-text.ts';
import { findUser, givenWords, type SeveralMatch } from './inputs/find-user.ts';
import type { OnUser } from './inputs/question.ts';
import { pickedUser, USER_PICKER, userPicker } from './inputs/user-picker.ts';
import { actOrAsk } from './inputs/which-user.ts';
import type { Subcommand } from './subcommand.ts';

const PAGE_SIZE = 15;
const FORM = { id: 'audit.form', title: 'Changes to a user', submit: 'Show', mainBlockId: USER_PICKER };

/** A name, login or ID that fits a button's value and a database. */
const Typed = z
  .string()
  .max(500)
  .refine((text) => !text.includes('\0') && text.isWellFormed());

/** A page of the log: whose changes, and before which entry. Buttons carry it, so it comes back as input. */
const Page = codecFor(
  'button',
  z.object({
    subject: z.union([z.object({ id: Typed, login: Typed }), z.object({ typed: Typed })]).nullable(),
    before: z.number().int().nullable(),
  }),
  'audit',
);
type Page = ReturnType<typeof Page.read>;

const onUser: OnUser = {
  name: 'audit',
  button: (_services, name) => `Show changes to ${name}`,
  act: async ({ reply, services }, { id }) => {
    reply.resultFollows();
    // A user who was deleted since is found in the log by ID.
    const subject = await services.fastly.getUser(id).then(aboutUser, () => ({ typed: id }));
    return await reply.result(await latest(services, subject));
  },
};

export const audit: Subcommand = {
  name: 'audit',
  summary: 'Show the latest changes, or those to one user',
  about: say`Shows who changed which user, when, and with what result. Deleted users are included, by email, name or ID.`,
  usage: '[user] [--private]',
  examples: ['audit', 'audit edda.morton@example.com', 'audit --private'],
  flags: {},
  async run(interaction, { words }) {
    const { reply, services } = interaction;
    reply.resultFollows();
    const subject = await subjectOf(interaction, givenWords(words));
    if (subject !== null && 'users' in subject) {
      return await actOrAsk(interaction, onUser, subject, { asked: { subcommand: 'audit' } });
    }
    await reply.result(await latest(services, subject));
  },
  onUser,
  listeners: [
    pageListener('audit.older'),
    pageListener('audit.newest'),
    {
      kind: 'click',
      id: 'audit.find',
      async run(interaction, { value, place }) {
        Page.read(value);
        const shown = interaction.shownTo({ private: !isShared(place) });
        await openModal(shown, findForm(shown));
      },
    },
    formListener(FORM, {
      work: async (interaction, { values }) =>
        await onUser.act(interaction, pickedUser(values), { subcommand: 'audit' }),
      again: async (interaction, _submitted, problem) => findForm(interaction, problem),
    }),
  ],
};

/** The form that asks for a user. It doesn't find deleted users; the command does. */
function findForm({ origin }: Interaction, problem?: Sentence): ModalView {
  return viewOf(FORM, origin, {
    onTop: problem,
    blocks: [
      userPicker(),
      richText(
        say`To find a deleted user, run ${code('/fastly-user audit')} with the full email, name or ID.`,
      ),
    ],
  });
}

function pageListener(id: string): Listener {
  return {
    kind: 'click',
    id,
    async run(interaction, { value, place }) {
      const { reply, services } = interaction.shownTo({ private: !isShared(place) });
      reply.resultFollows();
      await reply.replaceOriginal(await drawn(services, Page.read(value)));
    },
  };
}

/** Whether others see the page whose button was clicked. What comes of the click is as public. */
function isShared(place: IncomingOf<'click'>['place']): boolean {
  return place.kind === 'message' && place.ts !== null;
}

/** The user that the words mean. Deleted users are found in the log by login, name or ID. */
async function subjectOf(
  interaction: Interaction,
  words: readonly Word[],
): Promise<AuditSubject | null | SeveralMatch> {
  const [first] = words;
  if (!first) return null;
  const text = words.map((word) => (word.kind === 'text' ? (word.address ?? word.text) : '')).join(' ');
  const typed = text.trim() === '' ? undefined : Typed.safeParse(text.trim()).data;
  try {
    const match = await findUser(interaction, words, 'look');
    if (typed !== undefined && match.kind !== 'certain') {
      // A deleted user with exactly this name wins over an existing user whose name only contains it.
      const { auditPages } = interaction.services;
      const deleted = await auditPages.latest({ subject: { typed }, before: null, limit: 1 });
      if (deleted.length > 0) return { typed };
    }
    return match.kind === 'several' ? match : aboutUser(match.user);
  } catch (error) {
    if (!(error instanceof Refusal) || error instanceof WordsError || typed === undefined) throw error;
    return { typed };
  }
}

function aboutUser({ id, login }: User): AuditSubject {
  return { id, login };
}

export async function latest(services: Services, subject: AuditSubject | null): Promise<Message> {
  return await drawn(services, { subject, before: null });
}

async function drawn({ auditPages }: Services, page: Page): Promise<Message> {
  const lines = await auditPages.latest({ ...page, limit: PAGE_SIZE + 1 });
  const shown = lines.slice(0, PAGE_SIZE);
  const [first] = shown;
  const last = shown.at(-1);
  if (!first || !last) return message(nothingFound(page));
  const user = page.subject === null ? '' : ` to ${first.target.name || first.target.login}`;
  const drawnPage = message(say`${bold(`The latest changes${user}`)}`, ...shown.map(auditText));
  const elements = [
    ...(page.before === null ? [] : [pageButton('audit.newest', 'Newest', { ...page, before: null })]),
    ...(lines.length > PAGE_SIZE ? [pageButton('audit.older', 'Older', { ...page, before: last.seq })] : []),
    pageButton('audit.find', 'About a user…', { subject: null, before: null }),
  ];
  const head = (await auditPages.head()) ?? '';
  const source = say`Head of the audit log: ${code(head)}. The bot's operator can verify it with ${code('npm run audit -- verify')}.`;
  drawnPage.blocks.push({ type: 'actions', elements }, context(source));
  return drawnPage;
}

function pageButton(actionId: string, text: string, page: Page): Button {
  return button({ actionId, text, value: Page.write(page) });
}

function nothingFound({ subject, before }: Page): Sentence {
  if (before !== null) return say`There are no older entries.`;
  return subject === null
    ? say`There are no changes yet.`
    : say`There are no changes to ${code('login' in subject ? subject.login : subject.typed)}. To find a deleted user, type the full email, name or ID.`;
}
