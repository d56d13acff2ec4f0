import { approvals } from './approvals/approvals.ts';
import { audit } from './audit.ts';
import { create } from './create.ts';
import { deleteUser } from './delete.ts';
import { get } from './get.ts';
import { helpAbout } from './help.ts';
import { invitations } from './invitations.ts';
import { invite } from './invite.ts';
import { list } from './list/list.ts';
import { lock } from './lock/lock.ts';
import { unlock } from './lock/unlock.ts';
import { password } from './password/password.ts';
import { report } from './report.ts';
import { reset } from './reset.ts';
import { revoke } from './revoke/revoke.ts';
import type { Subcommand } from './subcommand.ts';
import { tokens } from './tokens/tokens.ts';
import { update } from './update/update.ts';
import { whoami } from './whoami.ts';

/** Every subcommand, in the order help lists them. */
export const SUBCOMMANDS: readonly Subcommand[] = [
  get,
  list,
  create,
  invite,
  invitations,
  update,
  lock,
  unlock,
  reset,
  deleteUser,
  tokens,
  revoke,
  password,
  approvals,
  audit,
  report,
  whoami,
  helpAbout(() => SUBCOMMANDS),
];
