/**
 * Who is who in the sandbox: the people of the Slack workspace and the channels they meet in. Every name is
 * invented. Members whose e-mail is also a Fastly login (see `fastly/people.ts`) can be found by a mention.
 */
export type Member = {
  /** Slack member id, `U…`. */
  id: string;
  /** Slack workspace the member belongs to, `T…`. */
  teamId: string;
  /** Handle, without `@`. */
  name: string;
  realName: string;
  email: string;
  /** Another workspace of the same organisation, whose id the member's clicks carry. */
  clicksAs?: string;
};

export type Channel = {
  /** `C…` for public and private channels. */
  id: string;
  /** Name without `#`. */
  name: string;
  kind: 'public' | 'private';
  /** Shared with another company (Slack Connect). */
  shared: boolean;
  members: string[];
  botIsMember: boolean;
};

export const TEAM = { id: 'T0HOME001', name: 'Example Corp', domain: 'example-corp' };
export const PARTNER_TEAM = { id: 'T0PARTNER', name: 'Partner Ltd', domain: 'partner-ltd' };
/** What the home workspace belongs to where the sandbox has an organisation, and its other workspace. */
export const ORGANISATION = { id: 'E0EXAMPLE', name: 'Example Group' };
export const SISTER_TEAM = { id: 'T0SISTER1', name: 'Example Media', domain: 'example-media' };
export const BOT = { userId: 'U0BOT0001', botId: 'B0BOT0001', appId: 'A0BOT0001', name: 'fastly-user-bot' };

export const NORA: Member = {
  id: 'U0NORA001',
  teamId: TEAM.id,
  name: 'nora',
  realName: 'Nora Lindqvist',
  email: 'nora@example.com',
};
export const TOMAS: Member = {
  id: 'U0TOMAS01',
  teamId: TEAM.id,
  name: 'tomas',
  realName: 'Tomás Okafor',
  email: 'tomas@example.com',
};
/** No bot admin, yet a member of the same workspace. */
export const PRIYA: Member = {
  id: 'U0PRIYA01',
  teamId: TEAM.id,
  name: 'priya',
  realName: 'Priya Halloran',
  email: 'priya@example.com',
};
/** Works for another company; meets the others in the shared channel. Can click there, but not type our command. */
export const JONAS: Member = {
  id: 'U0JONAS01',
  teamId: PARTNER_TEAM.id,
  name: 'jonas',
  realName: 'Jonas Weatherby',
  email: 'jonas@partner.example.com',
};
/** Works in both workspaces of the organisation, and is there only with it. */
export const MIRA: Member = {
  id: 'W0MIRA001',
  teamId: TEAM.id,
  name: 'mira',
  realName: 'Mira Castellane',
  email: 'mira@example.com',
  clicksAs: SISTER_TEAM.id,
};
export const MEMBERS: readonly Member[] = [NORA, TOMAS, PRIYA, JONAS];
/** The bot admins of the sandbox's own bot. */
export const SUPERUSERS: readonly Member[] = [NORA, TOMAS];

/** A user group of the workspace. Its members may be of any standing, as in Slack. */
export const CDN_ADMINS = { id: 'S0CDNADMN', handle: 'cdn-admins', name: 'CDN admins', members: [PRIYA.id] };
export const USER_GROUPS = [CDN_ADMINS];

const everyone = [NORA.id, TOMAS.id, PRIYA.id];
export const CDN_TEAM: Channel = {
  id: 'C0CDNTEAM',
  name: 'cdn-team',
  kind: 'public',
  shared: false,
  members: everyone,
  botIsMember: true,
};
/** Public, and the bot has not been invited. */
export const GENERAL: Channel = {
  id: 'C0GENERAL',
  name: 'general',
  kind: 'public',
  shared: false,
  members: everyone,
  botIsMember: false,
};
/** Private, and the bot has not been invited: it can neither see it nor post in it. */
export const OPS: Channel = {
  id: 'C0OPSPRIV',
  name: 'ops-private',
  kind: 'private',
  shared: false,
  members: everyone,
  botIsMember: false,
};
export const PARTNERS: Channel = {
  id: 'C0PARTNER',
  name: 'partners',
  kind: 'public',
  shared: true,
  members: [...everyone, JONAS.id],
  botIsMember: true,
};
/** Gets every confirmation where `CONFIRMATIONS_CHANNEL` names it. */
export const AUDIT_TRAIL: Channel = {
  id: 'C0AUDIT01',
  name: 'fastly-audit',
  kind: 'public',
  shared: false,
  members: everyone,
  botIsMember: true,
};
export const CHANNELS: readonly Channel[] = [CDN_TEAM, GENERAL, OPS, PARTNERS, AUDIT_TRAIL];
