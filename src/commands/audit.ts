import type { Button, ModalView } from '@slack/types';
import { z } from 'zod';
import type { User, UserId } from '../fastly/user.ts';
import { auditText } from '../messages/audit-text.ts';
import { Refusal } from '../messages/failure-text.ts';
import { button } from '../messages/kit/blocks.ts';
import { context, type Message, message } from '../messages/kit/message.ts';
import { bold, code, richText, type Sentence, say } from '../messages/kit/sentence.ts';
import { codecFor } from '../slack/carried.ts';
import type { Listener } from '../slack/gate/listeners.ts';
import type { Interaction } from '../slack/replies/interaction.ts';
import { formView, openModal } from '../slack/replies/modal.ts';
import type { Services } from '../slack/replies/services.ts';
import type { AuditLine, AuditSubject } from '../store/audit-page.ts';
import type { Word } from './inputs/command-text.ts';
import { findUser } from './inputs/find-user.ts';
import { clickedUser, whichUser } from './inputs/user-button.ts';
import { pickedUser, USER_PICKER, userPicker } from './inputs/user-picker.ts';
import type { Subcommand } from './subcommand.ts';

const PAGE_SIZE = 15;
const TITLE = 'Changes to a user';
const FORM = 'audit.form';

/** A name, login or ID that fits a button's value and a database. */
const Typed = z
  .string()
  .max(500)
  .refine((text) => !text.includes('\0') && text.isWellFormed());

/** A page of the log: whose changes, and before which entry. Buttons carry it, so it comes back as input. */
const PageSchema = z.object({
  subject: z.union([z.object({ id: Typed, login: Typed }), z.object({ typed: Typed })]).nullable(),
  before: z.number().int().nullable(),
});
type Page = z.infer<typeof PageSchema>;
const Page = codecFor('button', PageSchema, 'audit');

/** Shows the audit log, of all users or one, newest first, in pages. */
export const audit: Subcommand = {
  name: 'audit',
  summary: 'Show the latest changes, or those to one user',
  about: say`Shows who changed which user, when, and with what result. Deleted users are included, by email, name or ID.`,
  usage: '[user] [--private]',
  examples: ['audit', 'audit edda.morton@example.com', 'audit --private'],
  flags: {},
  async run(interaction, { words }) {
    const target = await subjectOf(interaction, words);
    if (target.kind === 'several') {
      await interaction.reply.privately(
        whichUser('audit.choose', interaction, target, { verb: 'see the changes to' }),
      );
      return;
    }
    await interaction.reply.result(
      await drawn(interaction.services, { subject: target.subject, before: null }),
    );
  },
  listeners: [
    {
      kind: 'click',
      id: 'audit.choose',
      async run(interaction, click) {
        const { shown, id } = clickedUser(interaction, click);
        const { reply, services } = shown;
        await reply.removeOriginal();
        await reply.result(
          await drawn(services, { subject: await subjectWithId(services, id), before: null }),
        );
      },
    },
    pageListener('audit.older'),
    pageListener('audit.newest'),
    {
      kind: 'click',
      id: 'audit.find',
      async run(interaction, { value, place }) {
        Page.read(value);
        // The result is as public as the page whose button was clicked.
        const shared = place.kind === 'message' && place.ts !== null;
        const shown = interaction.shownTo({ private: !shared });
        await openModal(shown, findForm(shown));
      },
    },
    {
      kind: 'submission',
      id: FORM,
      form: {
        title: TITLE,
        mainBlockId: USER_PICKER,
        async work({ reply, services }, { values }) {
          return await reply.result(
            await drawn(services, {
              subject: await subjectWithId(services, pickedUser(values)),
              before: null,
            }),
          );
        },
        again: async (interaction, _submitted, problem) => findForm(interaction, problem),
      },
    },
  ],
};

/** The form that asks for a user. It doesn't find deleted users; the command does. */
function findForm({ origin }: Interaction, problem?: Sentence): ModalView {
  return formView({
    callbackId: FORM,
    title: TITLE,
    submit: 'Show',
    origin,
    blocks: [
      ...(problem ? [richText(say`⚠️ ${problem}`)] : []),
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
    async run({ reply, services }, { value }) {
      await reply.replaceOriginal(await drawn(services, Page.read(value)));
    },
  };
}

/** The user that the words mean. Deleted users are found in the log by login, name or ID. */
async function subjectOf(
  interaction: Interaction,
  words: readonly Word[],
): Promise<
  | { kind: 'one'; subject: AuditSubject | null }
  | Extract<Awaited<ReturnType<typeof findUser>>, { kind: 'several' }>
> {
  if (words.length === 0) return { kind: 'one', subject: null };
  const text = words.map((word) => (word.kind === 'text' ? word.text : '')).join(' ');
  const typed = text.trim() === '' ? undefined : Typed.safeParse(text.trim()).data;
  try {
    const found = await findUser(interaction, words);
    if (found.kind === 'one' && (typed === undefined || isExactly(found.user, typed))) {
      return { kind: 'one', subject: aboutUser(found.user) };
    }
    // A deleted user with exactly this name wins over an existing user whose name only contains it.
    if (typed !== undefined && (await isInLog(interaction.services, typed))) {
      return { kind: 'one', subject: { typed } };
    }
    return found.kind === 'one' ? { kind: 'one', subject: aboutUser(found.user) } : found;
  } catch (error) {
    if (!(error instanceof Refusal) || typed === undefined) throw error;
    return { kind: 'one', subject: { typed } };
  }
}

function aboutUser({ id, login }: User): AuditSubject {
  return { id, login };
}

/** The chosen user, who is found in the log by ID if deleted since. */
async function subjectWithId({ fastly }: Services, id: UserId): Promise<AuditSubject> {
  return await fastly.getUser(id).then(aboutUser, () => ({ typed: id }));
}

function isExactly({ id, login, name }: User, typed: string): boolean {
  return [id, login, name].some((each) => each?.toLowerCase() === typed.toLowerCase());
}

async function isInLog({ auditPages }: Services, typed: string): Promise<boolean> {
  return (await auditPages.latest({ subject: { typed }, before: null, limit: 1 })).length > 0;
}

async function drawn({ auditPages }: Services, page: Page): Promise<Message> {
  const lines = await auditPages.latest({ ...page, limit: PAGE_SIZE + 1 });
  const shown = lines.slice(0, PAGE_SIZE);
  if (shown.length === 0) return message(nothingFound(page));
  const drawnPage = message(headline(page, shown), ...shown.map(auditText));
  const buttons: Button[] = [];
  if (page.before !== null) {
    buttons.push(pageButton('audit.newest', 'Newest', { ...page, before: null }));
  }
  const last = shown.at(-1);
  if (lines.length > PAGE_SIZE && last) {
    buttons.push(pageButton('audit.older', 'Older', { ...page, before: last.seq }));
  }
  buttons.push(pageButton('audit.find', 'About a user…', { subject: null, before: null }));
  drawnPage.blocks.push({ type: 'actions', elements: buttons });
  drawnPage.blocks.push(
    context(
      say`From the audit log. The bot's operator can verify it with ${code('npm run audit -- verify')}.`,
    ),
  );
  return drawnPage;
}

function pageButton(actionId: string, text: string, page: Page): Button {
  return button({ actionId, text, value: Page.write(page) });
}

function headline({ subject }: Page, [first]: readonly AuditLine[]): Sentence {
  return subject === null || !first
    ? say`${bold('The latest changes')}`
    : say`${bold(`The latest changes to ${first.target.name || first.target.login}`)}`;
}

function nothingFound({ subject, before }: Page): Sentence {
  if (before !== null) return say`There are no older entries.`;
  return subject === null
    ? say`There are no changes yet.`
    : say`There are no changes to ${code('login' in subject ? subject.login : subject.typed)}. To find a deleted user, type the full email, name or ID.`;
}
