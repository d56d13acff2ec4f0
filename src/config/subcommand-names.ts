/** What may follow `/fastly-user`, in the order help lists it. */
export const SUBCOMMAND_NAMES = [
  'get',
  'list',
  'create',
  'invite',
  'invitations',
  'update',
  'lock',
  'unlock',
  'reset',
  'delete',
  'tokens',
  'revoke',
  'password',
  'approvals',
  'audit',
  'report',
  'whoami',
  'help',
] as const;
export type SubcommandName = (typeof SUBCOMMAND_NAMES)[number];
