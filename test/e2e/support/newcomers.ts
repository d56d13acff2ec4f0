import { CDN_TEAM, type Channel, NORA } from '../../sandbox/cast.ts';
import type { ActingMember, ControlClient } from '../../sandbox/control/client.ts';
import type { JsonObject, SeenView } from '../../sandbox/control/protocol.ts';
import { openRequest, type RequestMessage } from './approving.ts';
import { wordsOf } from './seeing.ts';

/** Somebody who is no Fastly user to begin with. */
export const GRACE = 'grace@example.com';
/** All that can be said of a new Fastly superuser beside the login, in words. */
export const SUPERUSER_WORDS =
  '--name "Grace Example" --role superuser --limit-services no --locked no --require-new-password yes --two-factor-auth-enabled yes --two-factor-setup-required no';
/** The same as Fastly gets it. */
export const SUPERUSER_FIELDS = {
  login: GRACE,
  name: 'Grace Example',
  role: 'superuser',
  limit_services: 'false',
  locked: 'false',
  require_new_password: 'true',
  two_factor_auth_enabled: 'true',
  two_factor_setup_required: 'false',
};
/** What is said where the account takes invitations only. */
export const CANNOT_CREATE = "This Fastly account can't create users directly";

/** What was sent to create users, refused or not, call by call. */
export async function creations(client: ControlClient): Promise<JsonObject[]> {
  const calls = await client.fastlyCalls();
  return calls
    .filter(({ method, path }) => method === 'POST' && path === '/user')
    .map(({ fields }) => fields);
}

/** What was sent to invite somebody, refused or not, call by call. */
export async function invitationsSent(client: ControlClient): Promise<unknown[]> {
  const calls = await client.fastlyCalls();
  return calls
    .filter(({ method, path }) => method === 'POST' && path === '/invitations')
    .map(({ fields: { data } }) => (data as JsonObject).attributes);
}

/** The paths of the invitations that were to be withdrawn. */
export async function withdrawals(client: ControlClient): Promise<string[]> {
  const calls = await client.fastlyCalls();
  return calls.filter(({ method }) => method === 'DELETE').map(({ path }) => path);
}

/** A user of the account, by login. */
export async function userNamed(client: ControlClient, login: string): Promise<JsonObject | undefined> {
  return (await client.fastlyUsers()).find((user) => user.login === login);
}

/** Waits until a form of this subcommand is in front of somebody. */
export async function form(who: ActingMember, subcommand: 'create' | 'invite'): Promise<SeenView> {
  return await who.until(
    (sees) => sees.modals.find(({ callbackId }) => callbackId === `${subcommand}.form`),
    `the form of ${subcommand}`,
  );
}

/** Types a subcommand that opens its form, and waits for that. */
export async function openForm(
  who: ActingMember,
  words: string,
  channel: Channel | string = CDN_TEAM,
): Promise<SeenView> {
  await who.command(words, channel);
  return await form(who, words.startsWith('create') ? 'create' : 'invite');
}

/** Nora types what needs approval; the request about that login. */
export async function askFor(
  client: ControlClient,
  words: string,
  login: string,
  shownIn: Channel = CDN_TEAM,
): Promise<RequestMessage> {
  const nora = client.as(NORA);
  await nora.command(words);
  return await nora.until((sees) => openRequest(sees, shownIn, { id: login }), `the request about ${login}`);
}

/** Delivers the last command, click or form once more. */
export async function deliverTheLastOneAgain(client: ControlClient): Promise<void> {
  await client.redeliver((await client.deliveries()).at(-1)?.id ?? '');
}

/** Waits until a submitted form shows that its work goes on. */
export async function working(who: ActingMember): Promise<void> {
  await who.until((sees) => wordsOf(sees.modals[0]?.blocks).includes('Working on it'), 'the working view');
}
