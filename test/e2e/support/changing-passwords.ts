import type { ActingMember } from '../../sandbox/control/client.ts';
import type { FastlyCall, JsonObject, SeenView, Sees } from '../../sandbox/control/protocol.ts';
import { ENGINEER, PASSWORD } from '../../sandbox/fastly/people.ts';
import type { Sandbox } from '../../sandbox/sandbox.ts';

/** The line of the request that changes a password, for faults. */
export const PASSWORD_CALL = 'POST /current_user/password';

/** Good by every rule. */
export const CHOSEN = 'amber-Thicket-902';

/** What somebody types into the form; `current` and `login` are good unless they are given. */
export type Typed = { login?: string | null; current?: string | null; chosen?: string | null };

/** The form, when it is what a member has before them. */
export function passwordForm(sees: Sees): SeenView | undefined {
  return sees.modals.find(({ callbackId }) => callbackId === 'password.form');
}

export async function openPasswordForm(who: ActingMember): Promise<SeenView> {
  await who.command('password');
  return await who.until(passwordForm, 'the form');
}

export async function submitPasswords(who: ActingMember, typed: Typed = {}): Promise<void> {
  const { login = ENGINEER.login, current = PASSWORD, chosen = CHOSEN } = typed;
  await who.submit({ login, 'secret.current-password': current, 'secret.new-password': chosen });
}

/** Waits for an error at a field whose block id begins so, and gives what it says. */
export async function untilErrorAt(who: ActingMember, blockId: string): Promise<string> {
  return await who.until((sees) => {
    const errors = Object.entries(passwordForm(sees)?.errors ?? {});
    return errors.find(([block]) => block.startsWith(blockId))?.[1];
  }, `an error at ${blockId}`);
}

/** What the form's fields hold, by action id. */
export function typedInto({ values }: SeenView): { [actionId: string]: unknown } {
  const inputs = Object.values(values).flatMap((block): [string, JsonObject][] => Object.entries(block));
  return Object.fromEntries(inputs.map(([actionId, { value }]) => [actionId, value]));
}

/** The password changes that reached Fastly. */
export async function passwordCalls({ client }: Sandbox): Promise<FastlyCall[]> {
  return (await client.fastlyCalls()).filter(({ method, path }) => `${method} ${path}` === PASSWORD_CALL);
}

/** Whether Fastly takes this password of a login: then it misses the new one only. */
export async function isPasswordOf({ fastly }: Sandbox, login: string, password: string): Promise<boolean> {
  const credentials = Buffer.from(`${login}:${password}`).toString('base64');
  const answer = await fetch(`${fastly.url}/current_user/password`, {
    method: 'POST',
    headers: { authorization: `Basic ${credentials}` },
  });
  return answer.status === 400;
}
