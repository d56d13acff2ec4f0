import { askForDeletion, untilTold } from '../../e2e/support/approving.ts';
import { openHome } from '../../e2e/support/home-tab.ts';
import { invited, many } from '../../e2e/support/inviting.ts';
import { DAILY, untilLeaversSay } from '../../e2e/support/leavers.ts';
import { pickerValue } from '../../e2e/support/picker-value.ts';
import { messagesIn, messageWith, wordsOf } from '../../e2e/support/seeing.ts';
import { CDN_TEAM, type Member, NORA, PRIYA, TOMAS } from '../../sandbox/cast.ts';
import type { ActingMember } from '../../sandbox/control/client.ts';
import type { Sees } from '../../sandbox/control/protocol.ts';
import { ENGINEER, PEOPLE } from '../../sandbox/fastly/people.ts';
import type { Sandbox, SandboxOptions } from '../../sandbox/sandbox.ts';

/** What a person does, and what has to be there before. The bot is started anew in between, so that it knows nothing. */
export type Interaction = {
  /** The listener that takes it. */
  id: string;
  /** Its database is not the one of before: else a bot that starts draws each Home that was opened. */
  startsAnew?: true;
  /** What is different for the bot of before: variables, and the sandbox. */
  first?: { variables?: Record<string, string>; options?: SandboxOptions };
  /** Nobody counts its calls. */
  before?: (sandbox: Sandbox) => Promise<unknown>;
  /** Resolves when all that comes of it is there. */
  act: (sandbox: Sandbox) => Promise<unknown>;
};

export const ENGINEER_PICKED = { 'user-picker': pickerValue(ENGINEER) };

/** Waits until a member has a message or a form with these words before them. */
export async function reads(who: ActingMember, words: string): Promise<unknown> {
  const inChannel = (sees: Sees) => messageWith(sees, CDN_TEAM, words);
  const inForm = (sees: Sees) =>
    sees.modals.find((view) => wordsOf([view.blocks, view.errors]).includes(words));
  return await who.until((sees) => inChannel(sees) ?? inForm(sees), `'${words}'`);
}

export async function types(
  sandbox: Sandbox,
  text: string,
  words: string,
  who: Member = NORA,
): Promise<void> {
  await sandbox.client.as(who).command(text);
  await reads(sandbox.client.as(who), words);
}

export async function opens(sandbox: Sandbox, text: string, callbackId: string): Promise<void> {
  await sandbox.client.as(NORA).command(text);
  await hasForm(sandbox, callbackId);
}

export async function hasForm({ client }: Sandbox, callbackId: string, who: Member = NORA): Promise<void> {
  await client
    .as(who)
    .until(({ modals }) => modals.some((view) => view.callbackId === callbackId), `the form ${callbackId}`);
}

/** Clicks on the latest message in the channel that has this to click. */
export async function clicks({ client }: Sandbox, actionId: string, who: Member = NORA): Promise<void> {
  await client.as(who).click({ channel: CDN_TEAM.id, actionId });
}

export async function submits(
  { client }: Sandbox,
  values: Record<string, string | string[] | null>,
  words: string,
  who: Member = NORA,
): Promise<void> {
  await client.as(who).submit(values);
  await reads(client.as(who), words);
}

/** A picker offers what was typed into it; only that can be chosen. */
export async function offered({ client }: Sandbox): Promise<void> {
  await client.as(NORA).typeAhead('user-picker', ENGINEER.login);
}

export const typing = (text: string, words: string): Interaction => ({
  id: '/fastly-user',
  act: (sandbox) => types(sandbox, text, words),
});

export const opening = (text: string, callbackId: string): Interaction => ({
  id: '/fastly-user',
  act: (sandbox) => opens(sandbox, text, callbackId),
});

export const submitting = (
  callbackId: string,
  opener: string,
  values: Record<string, string | string[] | null>,
  words: string,
): Interaction => ({
  id: callbackId,
  before: async (sandbox) => {
    await opens(sandbox, opener, callbackId);
    if (values === ENGINEER_PICKED) await offered(sandbox);
  },
  act: (sandbox) => submits(sandbox, values, words),
});

/** A click on what a command has shown. */
export const clicking = (
  id: string,
  text: string,
  shown: string,
  then: (sandbox: Sandbox) => Promise<unknown>,
  first: (sandbox: Sandbox) => Promise<unknown> = async () => {},
): Interaction => ({
  id,
  before: async (sandbox) => {
    await first(sandbox);
    await types(sandbox, text, shown);
  },
  act: async (sandbox) => {
    await clicks(sandbox, id);
    await then(sandbox);
  },
});

export const untilRead = (words: string) => (sandbox: Sandbox) => reads(sandbox.client.as(NORA), words);
export const untilForm = (callbackId: string) => (sandbox: Sandbox) => hasForm(sandbox, callbackId);

/** A click on a button below the report. */
export const reporting = (
  button: string,
  words: string,
  first: (sandbox: Sandbox) => Promise<unknown> = async () => {},
): Interaction =>
  clicking(`report.${button}`, 'report', 'users in the Fastly account', untilRead(words), first);

export const asked = ({ client }: Sandbox) => askForDeletion(client, NORA, ENGINEER);

/** A step of a request: the click that opens its form. */
export const stepping = (step: string, who: Member): Interaction => ({
  id: `approvals.${step}`,
  before: asked,
  act: async (sandbox) => {
    await clicks(sandbox, `approvals.${step}`, who);
    await hasForm(sandbox, `approvals.${step}-form`, who);
  },
});

/** A step of a request: its form is sent, and Slack shows all that came of it. */
export const taking = (
  step: string,
  who: Member,
  shown: (sandbox: Sandbox) => Promise<unknown>,
): Interaction => ({
  id: `approvals.${step}-form`,
  before: async (sandbox) => {
    await asked(sandbox);
    await clicks(sandbox, `approvals.${step}`, who);
    await hasForm(sandbox, `approvals.${step}-form`, who);
  },
  act: async (sandbox) => {
    await sandbox.client.as(who).submit({ reason: null });
    await shown(sandbox);
  },
});

export const users = (count: number) =>
  Array.from({ length: count }, (_, index) => {
    const number = String(index).padStart(4, '0');
    return { id: `many${number}`, name: `Person ${number}`, login: `person.${number}@example.com` };
  });

export async function resets(sandbox: Sandbox): Promise<void> {
  for (const { login } of PEOPLE.filter(({ locked }) => !locked).slice(0, 17)) {
    await sandbox.client.as(NORA).command(`reset ${login} --private`);
  }
  await sandbox.client
    .as(NORA)
    .until(
      (sees) => messagesIn(sees, CDN_TEAM).filter(({ ephemeral }) => ephemeral).length >= 17,
      'all resets',
    );
}

/** A click on a request that has ended: what it offers depends on what the deletion did to the user's tokens. */
export const afterDeletion = (
  id: string,
  tokensAtDeletion: 'stay' | 'refuse',
  callbackId: string,
): Interaction => ({
  id,
  before: async (sandbox) => {
    await hasTokens(sandbox);
    await sandbox.client.fastlyFaults({ tokensAtDeletion });
    const request = await asked(sandbox);
    await request.take(sandbox.client.as(TOMAS), 'approve');
    await sandbox.client.as(NORA).until((sees) => request.buttons(sees).length === 1 && sees, 'the offer');
    await untilTold(sandbox.client.as(NORA), 'See request', 'direct');
  },
  act: async (sandbox) => {
    await clicks(sandbox, id);
    await hasForm(sandbox, callbackId);
  },
});

export const engineerLocked = ({ client }: Sandbox) => client.putFastlyUsers([{ ...ENGINEER, locked: true }]);
export const CARD = `get ${ENGINEER.id}`;
export const manyUsers = ({ client }: Sandbox) => client.putFastlyUsers(users(60));
export const hasTokens = ({ client }: Sandbox) =>
  client.putFastlyTokens(
    Array.from({ length: 60 }, (_, index) => ({ id: `token${index}`, user_id: ENGINEER.id })),
  );
export const manyInvited = (sandbox: Sandbox) => invited(sandbox, many(25));

/** Priya has left, and a message tells so. */
export const hasLeft = async (sandbox: Sandbox) => {
  await sandbox.client.changeMember(PRIYA.id, 'deactivated');
  await untilLeaversSay(sandbox, 'is deactivated in Slack.');
};
/** A click beside Priya, who has left, which opens a form. */
export const besideLeaver = (action: string, callbackId: string): Interaction => ({
  id: `leavers.${action}`,
  first: { variables: DAILY },
  before: hasLeft,
  act: async (sandbox) => {
    await clicks(sandbox, `leavers.${action}`);
    await hasForm(sandbox, callbackId);
  },
});

/** More colleagues than a page of leavers shows, who are all users in Fastly. */
export const COLLEAGUES = users(60).map(({ name, login: email }, index) => ({
  ...PRIYA,
  ...{ id: `U0MANY${index}`, name, email },
}));
export const allLeft = async ({ client }: Sandbox) => {
  await client.putFastlyUsers(users(60));
  for (const { id } of COLLEAGUES) await client.changeMember(id, 'deactivated');
};

export const home = (sandbox: Sandbox) => openHome(sandbox.client.as(NORA));
export const homeButton = (name: string, callbackId: string): Interaction => ({
  id: `home.${name}`,
  before: home,
  startsAnew: true,
  act: async (sandbox) => {
    await sandbox.client.as(NORA).click({ view: 'home', actionId: `home.${name}` });
    await hasForm(sandbox, callbackId);
  },
});

export const approvedAndDone = async ({ client }: Sandbox) => {
  await reads(client.as(TOMAS), '✅ Deleted');
  await untilTold(client.as(NORA), 'was deleted', 'direct');
};
