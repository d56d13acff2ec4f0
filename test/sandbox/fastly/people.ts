/**
 * Who is in the sandbox's Fastly account to begin with. Every name is invented, every id and date is fixed. Nora,
 * Tomás and Priya are the members of the Slack workspace with the same e-mail address.
 */
import { completeUser, type User } from './user.ts';

/** Everybody's password until it is changed. */
export const PASSWORD = 'quartz-Lantern-47';

/** Owns the account, so it cannot be deleted. */
export const OWNER = completeUser({
  id: 'cs3876rmr9P2JCOtn2MMg',
  name: 'Ingrid Solheim',
  login: 'ingrid.solheim@example.com',
  role: 'superuser',
  created_at: '2016-03-01T08:12:44Z',
  updated_at: '2024-06-18T11:02:09Z',
  last_active_at: '2025-08-29T15:41:00Z',
  locked: false,
  require_new_password: false,
  two_factor_auth_enabled: true,
  two_factor_setup_required: true,
  email_hash: '5d1c0b7e9a3f4826b1d07c6ef4a92d38',
});
/** Whose token the sandbox hands out. */
export const BOT_ACCOUNT = completeUser({
  id: 'CuWmIZOL25s212dO8cVx8k',
  name: 'Fastly bot',
  login: 'fastly-bot@example.com',
  role: 'superuser',
  created_at: '2025-01-14T10:00:00Z',
  last_active_at: '2025-09-01T06:00:00Z',
  locked: false,
});
export const NORA_USER = completeUser({
  id: '6IXbTkad7AtfqBmePPBeYg',
  name: 'Nora Lindqvist',
  login: 'nora@example.com',
  role: 'superuser',
  created_at: '2019-05-20T07:45:31Z',
  updated_at: '2025-02-03T13:20:00Z',
  last_active_at: '2025-09-01T07:58:12Z',
  locked: false,
  two_factor_auth_enabled: true,
  two_factor_setup_required: false,
});
export const TOMAS_USER = completeUser({
  id: 'ijZnCHXyaqZhiI2ld4MG6a',
  name: 'Tomás Okafor',
  login: 'tomas@example.com',
  role: 'superuser',
  created_at: '2020-11-09T12:00:05Z',
  last_active_at: '2025-08-31T19:04:50Z',
  two_factor_auth_enabled: true,
});
/** A superuser who is locked for editing. */
export const LOCKED_SUPERUSER = completeUser({
  id: 'ex4L2eFuKcLq2cyhMGAuG',
  name: 'Viktor Amsel',
  login: 'viktor.amsel@example.com',
  role: 'superuser',
  created_at: '2017-10-02T16:33:18Z',
  updated_at: '2023-01-11T09:00:00Z',
  last_active_at: '2022-12-20T10:10:10Z',
  locked: true,
  require_new_password: true,
  two_factor_auth_enabled: false,
});
/** A superuser who is not locked, neither the owner nor somebody in Slack. */
export const THIRD_SUPERUSER = completeUser({
  id: 'kbM6BOvKGTS6dGeoEDcKyi',
  name: 'Celeste Varga',
  login: 'celeste.varga@example.com',
  role: 'superuser',
  created_at: '2021-04-27T14:08:59Z',
  last_active_at: '2025-06-12T08:30:00Z',
  locked: false,
  two_factor_auth_enabled: null,
});
/** Has a name full of markup, for Slack and for HTML. The letter in front keeps it from the top of every list. */
export const HOSTILE = completeUser({
  id: 'CE6OVV2IkqUzl4kZeE0008',
  name: 'Robin <!channel> *Q* & <@U0TOMAS01> </script>',
  login: 'robin@example.com',
  created_at: '2024-07-01T00:00:00Z',
});
/** Has a name of 200 characters. */
export const LONG_NAME = completeUser({
  id: 'XWj9a2gC6kUWDDK1vpLWHA',
  name: 'Maximiliana Theodora Featherstonehaugh-Cavendish '.repeat(5).slice(0, 199).concat('!'),
  login: 'maximiliana@example.com',
  role: 'billing',
  created_at: '2023-02-28T23:59:59Z',
});
/** Sees every service. */
export const ENGINEER = completeUser({
  id: 'M03hY9QND6bpucz6M84vw',
  name: 'Edda Morton',
  login: 'edda.morton@example.com',
  role: 'engineer',
  created_at: '2022-08-15T06:20:40Z',
  updated_at: '2024-03-03T03:03:03Z',
  last_active_at: '2025-08-28T12:34:56Z',
  locked: false,
  two_factor_auth_enabled: true,
  email_hash: 'b07c4e1fa65d2938e0c91fd4728b6a53',
});
/** Sees some services only, so the role cannot become `user`. */
export const LIMITED_ENGINEER = completeUser({
  id: 'OFt0e1dV3QKPc9D1FxIqCr',
  name: 'Silas Morton',
  login: 'silas.morton@example.com',
  role: 'engineer',
  created_at: '2023-09-19T17:00:00Z',
  last_active_at: '2025-07-07T07:07:07Z',
  limit_services: true,
  limit_workspaces: true,
});
export const BILLING = completeUser({
  id: 'KVrs6vqqLkNhn5Dq3IIiOr',
  name: 'Beatriz Calloway',
  login: 'beatriz.calloway@example.com',
  role: 'billing',
  created_at: '2018-01-08T09:15:00Z',
  last_active_at: '2025-08-04T16:00:00Z',
  locked: false,
  two_factor_auth_enabled: false,
});
/** Never signed in. */
export const NEVER_ACTIVE = completeUser({
  id: 'e3EoTrZ8a7hRxE0rsk88J4',
  name: 'Leif Drummond',
  login: 'leif.drummond@example.com',
  created_at: '2025-03-17T10:48:22Z',
  last_active_at: null,
});
/** Has a role of the newer kind. */
export const TLS_ADMIN = completeUser({
  id: 's4pvU8PZulQjxaRZp5jiI',
  name: 'Oskar Pemberley',
  login: 'oskar.pemberley@example.com',
  role: 'tls_admin',
  created_at: '2025-05-05T05:05:05Z',
  last_active_at: '2025-08-15T11:11:11Z',
  roles: ['tls_admin'],
});
/** Has a plus sign in the login. */
export const PLUS_LOGIN = completeUser({
  id: 'DMbsNIZwg6HbOIHqWukfyb',
  name: 'Maribel Quist',
  login: 'maribel+cdn@example.com',
  role: 'engineer',
  created_at: '2022-11-04T18:02:15Z',
});
/** Has an apostrophe in name and login. */
export const APOSTROPHE = completeUser({
  id: 'YbcKpQH0Ay9Hvdv9JxlRLK',
  name: "Saoirse O'Gallin",
  login: "saoirse.o'gallin@example.com",
  role: 'engineer',
  created_at: '2021-12-01T13:13:13Z',
  last_active_at: '2025-04-22T21:09:37Z',
});
export const NON_LATIN = completeUser({
  id: 'ej0rN042fSzQ1zY0BPsJz4',
  name: '高瀬 ひなた',
  login: 'hinata.takase@example.com',
  created_at: '2023-06-06T01:30:00Z',
  last_active_at: '2025-08-20T02:45:00Z',
});
/** Must choose a new password at the next sign-in. */
export const NEW_PASSWORD_REQUIRED = completeUser({
  id: '9BfqiSrrqYCIdFwosnt1Q',
  name: 'Dorian Wexcombe',
  login: 'dorian.wexcombe@example.com',
  created_at: '2024-10-10T10:10:10Z',
  last_active_at: '2025-01-31T18:22:04Z',
  require_new_password: true,
});
/** In the Slack workspace, but no bot admin. */
export const PRIYA_USER = completeUser({
  id: 'IyC2U2HKWyvT15wU6IX6Um',
  name: 'Priya Halloran',
  login: 'priya@example.com',
  role: 'engineer',
  created_at: '2024-01-22T08:00:00Z',
  last_active_at: '2025-08-30T09:09:09Z',
  locked: false,
});

/** Has several roles, of which the service tells only the ids. */
export const SEVERAL_ROLES = completeUser({
  id: '56XkCBOmL2LILEY4CX6Rw4',
  name: 'Zofia Marchetti',
  login: 'zofia.marchetti@example.com',
  role: 'engineer',
  roles: ['7cXku3sEDtOBxnhLaL1Iyp', 'TWhtbByYgR51MumwLiSJyF', 'Q2c4e6g8i0k1m3o5q7s9u1'],
});
/** Has a role that this account can't set, and another by name. */
export const UNSETTABLE_ROLE = completeUser({
  id: 'HG52myJ1m28Ul0iT0yJ6SC',
  name: 'Gideon Ashgrove',
  login: 'gideon@example.com',
  role: 'tls_viewer_imported',
  roles: ['tls_viewer_imported', 'billing'],
});

const others: User[] = [
  { id: '7Jme8Fv9CSEV63mJi5WuZL', name: 'Hugo Brandvold', login: 'hugo.brandvold@example.com' },
  {
    id: 'JLG7ztuCSbeZABD6E4oly0',
    name: 'Amara Fenwick',
    login: 'amara.fenwick@example.com',
    role: 'billing',
  },
  { id: 'EBBBwX93HVJ29zqSg8GMg', name: 'Rufus Tennant', login: 'rufus.tennant@example.com', locked: true },
  { id: 'wUqqsx9MdG5pweNDPmm9Zf', name: 'nora', login: 'nora.ellery@example.com', last_active_at: null },
  {
    id: 'Cw0BW1H9FA2figZLJBo8M',
    name: 'Yara Stenmark',
    login: 'yara.stenmark@example.com',
    role: 'engineer',
    limit_services: true,
  },
].map(completeUser);

/** Everybody, in the order in which the service lists them. */
export const PEOPLE: readonly User[] = [
  OWNER,
  BOT_ACCOUNT,
  NORA_USER,
  TOMAS_USER,
  LOCKED_SUPERUSER,
  THIRD_SUPERUSER,
  HOSTILE,
  LONG_NAME,
  ENGINEER,
  LIMITED_ENGINEER,
  BILLING,
  NEVER_ACTIVE,
  TLS_ADMIN,
  PLUS_LOGIN,
  APOSTROPHE,
  NON_LATIN,
  NEW_PASSWORD_REQUIRED,
  PRIYA_USER,
  SEVERAL_ROLES,
  UNSETTABLE_ROLE,
  ...others,
];
