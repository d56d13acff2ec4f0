import { CDN_TEAM, type Member } from '../../sandbox/cast.ts';
import type { ActingMember, ControlClient } from '../../sandbox/control/client.ts';
import type { JsonObject, SeenView, Sees } from '../../sandbox/control/protocol.ts';
import { openRequest, type RequestMessage } from './approving.ts';

/** The changes to users that reached Fastly: whom, and what was sent, as it was sent. */
export async function updates(client: ControlClient): Promise<{ path: string; fields: JsonObject }[]> {
  const calls = await client.fastlyCalls();
  return calls.filter(({ method }) => method === 'PUT').map(({ path, fields }) => ({ path, fields }));
}

/** An update that reached Fastly. */
export function updateOf(user: { id: string }, fields: JsonObject) {
  return { path: `/user/${user.id}`, fields };
}

/** The user as Fastly has them now. */
export async function inFastly(client: ControlClient, user: { id: string }): Promise<JsonObject | undefined> {
  return (await client.fastlyUsers()).find(({ id }) => id === user.id);
}

/** The form in which a user is edited, when it is open. */
export function editForm({ modals }: Sees): SeenView | undefined {
  return modals.find(({ callbackId }) => callbackId === 'update.form');
}

export async function untilEditForm(who: ActingMember): Promise<SeenView> {
  return await who.until(editForm, 'the form to edit a user');
}

/** What the edit form holds now. */
export function filledIn({ values }: SeenView): {
  name: unknown;
  role: unknown;
  switches: unknown;
  reason: unknown;
} {
  const held: Record<string, JsonObject> = Object.assign({}, ...Object.values(values));
  const value = (option: unknown) =>
    typeof option === 'object' && option !== null && 'value' in option ? option.value : null;
  const { name, role, switches, reason } = held;
  const ticked = switches?.selected_options;
  return {
    name: name?.value ?? null,
    role: value(role?.selected_option),
    switches: Array.isArray(ticked) ? ticked.map(value) : [],
    reason: reason?.value ?? null,
  };
}

/** Types `/fastly-user update` with flags that take approval, and waits for the request's message. */
export async function askForUpdate(
  client: ControlClient,
  requester: Member,
  user: { id: string },
  flags: string,
): Promise<RequestMessage> {
  const who = client.as(requester);
  await who.command(`update ${user.id} ${flags}`);
  return await who.until((sees) => openRequest(sees, CDN_TEAM, user), `the request about ${user.id}`);
}
