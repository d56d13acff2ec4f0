import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Kysely } from 'kysely';
import { expect, onTestFinished } from 'vitest';
import { z } from 'zod';
import type { Times } from '../../../src/config/times.ts';
import { rowsOf, verify } from '../../../src/store/audit-log.ts';
import { readOnlySqlite } from '../../../src/store/sqlite.ts';
import type { Tables } from '../../../src/store/tables.ts';
import { CDN_TEAM, type Channel, type Member, NORA, TOMAS } from '../../sandbox/cast.ts';
import type { ActingMember, ControlClient } from '../../sandbox/control/client.ts';
import type { Outcome, SeenMessage, SeenView, Sees } from '../../sandbox/control/protocol.ts';
import { ENGINEER } from '../../sandbox/fastly/people.ts';
import { elementsOf, messagesIn, wordsOf } from './seeing.ts';
import {
  connected,
  DELIVERY,
  type DeliveryMode,
  environmentFor,
  type LogLines,
  runBot,
  type Workplace,
} from './workplace.ts';

export type RequestButton = 'approve' | 'deny' | 'cancel' | 'retry' | 'lock';

/** The buttons that open a form. */
export type FormStep = Exclude<RequestButton, 'retry'>;

/** Opens the form of a step by `click`, wherever its button is, and sends it. */
export async function takeInForm(
  who: ActingMember,
  step: FormStep,
  click: () => Promise<unknown>,
  comment: string | null = null,
): Promise<Outcome> {
  await openedForm(who, step, click);
  return await who.submit({ reason: comment });
}

/** Opens the form of a step by `click`, and returns it. */
export async function openedForm(
  who: ActingMember,
  step: FormStep,
  click: () => Promise<unknown>,
): Promise<SeenView> {
  const before = (await who.sees()).modals.map(({ id }) => id);
  await click();
  return await who.until(
    ({ modals }) =>
      modals.find(({ id, callbackId }) => callbackId === `approvals.${step}-form` && !before.includes(id)),
    `the form to ${step}`,
  );
}

/** An approval request's message in a channel, as `who` has it in front of them. */
export class RequestMessage {
  readonly id: string;
  readonly ts: string;
  readonly channel: Pick<Channel, 'id'>;

  constructor(id: string, ts: string, channel: Pick<Channel, 'id'>) {
    this.id = id;
    this.ts = ts;
    this.channel = channel;
  }

  /** The message as it stands; `undefined` when it is there no more. */
  in(sees: Sees): SeenMessage | undefined {
    return messagesIn(sees, this.channel).find(({ ts }) => ts === this.ts);
  }

  words(sees: Sees): string {
    return wordsOf(this.in(sees)?.blocks ?? []);
  }

  /** What stands in its thread, oldest first. */
  thread(sees: Sees): string[] {
    return messagesIn(sees, this.channel)
      .filter(({ threadTs }) => threadTs === this.ts)
      .map(({ blocks }) => wordsOf(blocks));
  }

  /** The buttons it has now, as `approve`, `deny`, … */
  buttons(sees: Sees): string[] {
    return buttonsOf(this.in(sees)?.blocks ?? []);
  }

  click(who: ActingMember, button: RequestButton): Promise<Outcome> {
    return who.click({ channel: this.channel.id, ts: this.ts, actionId: `approvals.${button}` });
  }

  /** Opens the form of a step, and returns it. */
  form(who: ActingMember, step: FormStep): Promise<SeenView> {
    return openedForm(who, step, () => this.click(who, step));
  }

  /** Takes a step in the form that its button opens. */
  take(who: ActingMember, step: FormStep, comment: string | null = null): Promise<Outcome> {
    return takeInForm(who, step, () => this.click(who, step), comment);
  }

  /** Waits until the message says `words`, and returns all that it says then. */
  async until(who: ActingMember, words: string, patience?: number): Promise<string> {
    const all = (sees: Sees) => (this.words(sees).includes(words) ? this.words(sees) : undefined);
    return await who.until(all, `the request to say '${words}'`, patience);
  }

  /** Waits until one of the replies in its thread says `words`, and returns all replies then. */
  async untilInThread(who: ActingMember, words: string, patience?: number): Promise<string[]> {
    const all = (sees: Sees) => {
      const thread = this.thread(sees);
      return thread.some((reply) => reply.includes(words)) && thread;
    };
    return await who.until(all, `the thread to say '${words}'`, patience);
  }
}

/** Has each member approve a request, all at the same moment. A member has one form at a time. */
export async function approveTogether(
  each: readonly { who: ActingMember; request: RequestMessage }[],
): Promise<void> {
  for (const { who, request } of each) await request.form(who, 'approve');
  await Promise.all(each.map(({ who }) => who.submit()));
}

/** The buttons of an approval request among these blocks, as `approve`, `deny`, … */
export function buttonsOf(blocks: unknown): string[] {
  return elementsOf(blocks).map(({ action_id }) => String(action_id).replace('approvals.', ''));
}

/** Types `/fastly-user delete` and waits for the request's message. */
export async function askForDeletion(
  client: ControlClient,
  requester: Member,
  user: { id: string; name: string | null },
  {
    reason,
    channel = CDN_TEAM,
    shownIn = channel,
  }: { reason?: string; channel?: Channel; shownIn?: Channel } = {},
): Promise<RequestMessage> {
  const who = client.as(requester);
  await who.command(`delete ${user.id}${reason === undefined ? '' : ` --reason "${reason}"`}`, channel);
  return await who.until((sees) => openRequest(sees, shownIn, user), `the request to delete ${user.name}`);
}

/** Nora asks for `user` to be deleted, and Tomás approves after `meanwhile`. */
export async function approvedAfter(
  client: ControlClient,
  meanwhile: () => Promise<unknown>,
  user: { id: string; name: string | null } = ENGINEER,
): Promise<RequestMessage> {
  const request = await askForDeletion(client, NORA, user);
  await meanwhile();
  await request.take(client.as(TOMAS), 'approve');
  return request;
}

/** The message of the open request about this user, once it is there with its buttons. */
export function openRequest(
  sees: Sees,
  channel: Pick<Channel, 'id'>,
  user: { id: string },
): RequestMessage | undefined {
  return openRequests(sees, channel, user)[0];
}

/** All messages of open requests about this user: more than one where there are copies. */
export function openRequests(
  sees: Sees,
  channel: Pick<Channel, 'id'>,
  user: { id: string },
): RequestMessage[] {
  return messagesIn(sees, channel).flatMap((message) => {
    const button = elementsOf(message.blocks).find(({ action_id }) => action_id === 'approvals.approve');
    const about = button && wordsOf(message.blocks).includes(user.id);
    return about ? [new RequestMessage(String(button.value), message.ts, channel)] : [];
  });
}

/** The DELETE calls that reached Fastly, by path. */
export async function deletions(client: ControlClient): Promise<string[]> {
  const calls = await client.fastlyCalls();
  return calls.filter(({ method }) => method === 'DELETE').map(({ path }) => path);
}

/** What a member was told privately in a channel or in their direct messages, oldest first. */
export function toldPrivately(sees: Sees, channel: Channel | 'direct' = CDN_TEAM): string[] {
  return messagesIn(sees, channel)
    .filter(({ ephemeral }) => ephemeral || channel === 'direct')
    .map(({ blocks }) => wordsOf(blocks));
}

/** Waits until a member is told `words` privately, and returns all that is said with them. */
export async function untilTold(
  who: ActingMember,
  words: string,
  channel: Channel | 'direct' = CDN_TEAM,
  patience?: number,
): Promise<string> {
  const told = (sees: Sees) => toldPrivately(sees, channel).find((each) => each.includes(words));
  return await who.until(told, `being told '${words}'`, patience);
}

/** The variables of a bot whose database is a file, which another bot can open once that one has stopped. */
export async function databaseInFile(): Promise<{ DATABASE_URL: string }> {
  const folder = await mkdtemp(join(tmpdir(), 'fastly-user-bot-test-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  return { DATABASE_URL: `file:${join(folder, 'bot.db')}` };
}

/** Stops the bot and starts another one in its place, with these variables. */
export async function startAnother(
  workplace: Workplace,
  variables: Record<string, string>,
  mode: DeliveryMode = DELIVERY,
  times: Partial<Times> = {},
): Promise<Workplace> {
  await workplace.stop();
  const running = runBot({ ...environmentFor(workplace, mode), ...variables }, times);
  await connected(workplace, running.log, mode);
  return { ...workplace, ...running };
}

const AuditEntry = z.object({
  actor: z.string().nullable(),
  change: z.string(),
  event: z.string(),
  target: z.string().nullable(),
  details: z.record(z.string(), z.unknown()),
});
export type AuditEntry = z.infer<typeof AuditEntry>;

/** The audit log of a bot with a SQLite file, whether or not it runs, once it is proven whole. */
export async function auditEntries({ DATABASE_URL }: { DATABASE_URL: string }): Promise<AuditEntry[]> {
  const { dialect } = readOnlySqlite(DATABASE_URL.slice('file:'.length));
  const database = new Kysely<Tables>({ dialect });
  try {
    expect(await verify(rowsOf(database))).toMatchObject({ whole: true });
    const entries: AuditEntry[] = [];
    for await (const { details, ...row } of rowsOf(database)) {
      entries.push(AuditEntry.parse({ ...row, details: JSON.parse(details) }));
    }
    return entries;
  } finally {
    await database.destroy();
  }
}

/** Waits until the bot has recorded that a request came to `event`, whether or not Slack shows it. */
export async function untilRecorded(log: LogLines, event: string, patience = 30_000): Promise<void> {
  const events = () =>
    log.lines.filter(({ msg }) => msg === 'audit').map(({ audit }) => AuditEntry.parse(audit).event);
  await expect.poll(events, { timeout: patience }).toContain(event);
}

/** Waits until an open form says, at its comment, that it was refused with `words`, and returns all it says there. */
export async function untilRefusedInForm(who: ActingMember, words: string): Promise<string> {
  return await who.until(
    ({ modals }) => modals.map(({ errors }) => errors.reason ?? '').find((each) => each.includes(words)),
    `the form to refuse with '${words}'`,
  );
}

/** Waits until an open form says `words` in place of its fields, and has no button to send it. */
export async function untilToldInForm(who: ActingMember, words: string): Promise<void> {
  const view = await who.until(
    (sees) => sees.modals.find(({ blocks }) => wordsOf(blocks).includes(words)),
    `the form to say '${words}'`,
  );
  expect(view.submit).toBeNull();
}
