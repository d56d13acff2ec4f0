import { askForUpdate } from '../../e2e/support/altering.ts';
import { askForDeletion, type RequestMessage } from '../../e2e/support/approving.ts';
import { CHOSEN, openPasswordForm } from '../../e2e/support/changing-passwords.ts';
import { ADA, invited, list, withdraw } from '../../e2e/support/inviting.ts';
import { askFor, GRACE } from '../../e2e/support/newcomers.ts';
import { messageWith } from '../../e2e/support/seeing.ts';
import { CDN_TEAM, NORA, TOMAS } from '../../sandbox/cast.ts';
import type { ControlClient } from '../../sandbox/control/client.ts';
import { ENGINEER, PASSWORD, THIRD_SUPERUSER } from '../../sandbox/fastly/people.ts';
import type { Sandbox } from '../../sandbox/sandbox.ts';

/** What is done at the moment of the faults: all before it was done while everything worked. */
export type Act = () => Promise<unknown>;

/**
 * A change, as one bot admin makes it or has it approved. `done` are the words that only a change that was made is told
 * with.
 *
 * - `own`: made at once, with one call to Fastly at most.
 * - `approved`: the last approval is given. The bot may try more than once, so a failure may be told before the success.
 * - `asked`: a request is filed, which asks nothing of Fastly.
 */
export type Operation = {
  name: string;
  /** What begins the line of the request with which Fastly is asked for it. */
  call: string;
  done: RegExp;
  kind: 'own' | 'approved' | 'asked';
  prepare(sandbox: Sandbox): Promise<Act>;
};

const command =
  (words: string) =>
  async ({ client }: Sandbox): Promise<Act> =>
  () =>
    client.as(NORA).command(words);

/** Tomás has the form to approve in front of him; the act is to send it. */
const approval =
  (ask: (client: ControlClient) => Promise<RequestMessage>) =>
  async ({ client }: Sandbox): Promise<Act> => {
    const request = await ask(client);
    const tomas = client.as(TOMAS);
    await request.form(tomas, 'approve');
    return () => tomas.submit();
  };

const USER = `/user/${ENGINEER.id}`;

export const OPERATIONS: readonly Operation[] = [
  {
    name: 'reset',
    call: `POST /user/${encodeURIComponent(ENGINEER.login)}/password/request_reset`,
    done: /sent a password reset to/,
    kind: 'own',
    prepare: command(`reset ${ENGINEER.id}`),
  },
  {
    name: 'create',
    call: 'POST /user',
    done: /created .*Grace/,
    kind: 'own',
    prepare: command(`create ${GRACE} --name "Grace Example" --role engineer`),
  },
  {
    name: 'invite',
    call: 'POST /invitations',
    done: /invited .*ada@/,
    kind: 'own',
    prepare: command(`invite ${ADA} --role engineer`),
  },
  {
    name: 'withdraw',
    call: 'DELETE /invitations/',
    done: /withdrew the invitation/,
    kind: 'own',
    async prepare(sandbox) {
      await invited(sandbox, [ADA]);
      const listed = await list(sandbox.client, 'One invitation is open');
      return () => sandbox.client.as(NORA).click(withdraw(listed, ADA));
    },
  },
  {
    name: 'update',
    call: `PUT ${USER}`,
    done: /updated .*Role engineer → billing/,
    kind: 'own',
    prepare: command(`update ${ENGINEER.id} --role billing`),
  },
  {
    name: 'lock',
    call: `PUT ${USER}`,
    done: /> locked Edda|\*Locked\* yes/,
    kind: 'own',
    async prepare({ client }) {
      const request = await askForDeletion(client, NORA, ENGINEER);
      const tomas = client.as(TOMAS);
      await request.form(tomas, 'lock');
      return () => tomas.submit();
    },
  },
  {
    name: 'password',
    call: 'POST /current_user/password',
    done: /changed the password of/,
    kind: 'own',
    async prepare({ client }) {
      const nora = client.as(NORA);
      await openPasswordForm(nora);
      const typed = {
        login: ENGINEER.login,
        'secret.current-password': PASSWORD,
        'secret.new-password': CHOSEN,
      };
      return () => nora.submit(typed);
    },
  },
  {
    name: 'undo',
    call: `PUT ${USER}`,
    done: /updated .*Role billing → engineer|Undone by/,
    kind: 'own',
    async prepare({ client }) {
      const nora = client.as(NORA);
      await nora.command(`update ${ENGINEER.id} --role billing`);
      const { ts } = await nora.until(
        (sees) => messageWith(sees, CDN_TEAM, 'Role engineer → billing'),
        'the update',
      );
      return () => nora.click({ channel: CDN_TEAM.id, ts, actionId: 'update.undo' });
    },
  },
  {
    name: 'ask',
    call: 'DELETE /nothing',
    done: /Needs 1 approval/,
    kind: 'asked',
    prepare: command(`delete ${ENGINEER.id} --reason "Has left"`),
  },
  {
    name: 'delete',
    call: `DELETE ${USER}`,
    done: /✅ Deleted|was deleted/,
    kind: 'approved',
    prepare: approval((client) => askForDeletion(client, NORA, ENGINEER)),
  },
  {
    name: 'promote',
    call: `PUT ${USER}`,
    done: /✅ Promoted|was promoted/,
    kind: 'approved',
    prepare: approval((client) => askForUpdate(client, NORA, ENGINEER, '--role superuser')),
  },
  {
    name: 'demote',
    call: `PUT /user/${THIRD_SUPERUSER.id}`,
    done: /✅ Demoted|was demoted/,
    kind: 'approved',
    prepare: approval((client) => askForUpdate(client, NORA, THIRD_SUPERUSER, '--role engineer')),
  },
  {
    name: 'superuser',
    call: 'POST /user',
    done: /✅ Created|was created as/,
    kind: 'approved',
    prepare: approval((client) =>
      askFor(client, `create ${GRACE} --name "Grace Example" --role superuser`, GRACE),
    ),
  },
];
