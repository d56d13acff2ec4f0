import { createServer, type ServerResponse } from 'node:http';
import fc from 'fast-check';
import { onTestFinished } from 'vitest';
import { invitationWords } from '../../../src/commands/invitations.ts';
import { Secret } from '../../../src/config/secret.ts';
import { FastlyClient } from '../../../src/fastly/client.ts';
import { isFastlyError } from '../../../src/fastly/errors.ts';
import { type Invitation, InvitationId } from '../../../src/fastly/invitation.ts';
import { type Customer, CustomerId, type User, UserId, type UserList } from '../../../src/fastly/user.ts';
import { failureMessage } from '../../../src/messages/failure-text.ts';
import { formsOf, type Message, message } from '../../../src/messages/kit/message.ts';
import { say } from '../../../src/messages/kit/sentence.ts';
import { userCard } from '../../../src/messages/user-card.ts';
import { MOST_USERS, userTable } from '../../../src/messages/user-table.ts';
import { newNetwork } from '../network.ts';
import { portOf } from '../stand-in.ts';
import { problemsOfMessage } from './oracle.ts';
import { hostileJson, hostileText } from './text.ts';
import { KNOWN, userDocument } from './things.ts';

/** What the server sends: a status with a body, or bytes that are not even HTTP. */
type Answer = { status: number; type: string; reset: string | null; body: string | Buffer } | { raw: string };

const TOKEN = 'the-token-that-nobody-may-see';
const ID = UserId.parse('nora1');
const ACCOUNT = CustomerId.parse('account1');
const LOGIN = 'nora@example.com';

const json = (value: unknown) => JSON.stringify(value) ?? '';
const problem = fc.record({ title: hostileText, detail: hostileText });
const asked = userDocument.map((document) => ({ ...document, id: ID, login: LOGIN }));
const invitation = fc.record({
  id: fc.oneof(fc.constant('i1'), hostileText),
  attributes: fc.record({
    email: hostileText,
    role: hostileText,
    created_at: hostileText,
    status_code: hostileJson,
  }),
});
const body: fc.Arbitrary<string | Buffer> = fc.oneof(
  { weight: 4, arbitrary: asked.map(json) },
  { weight: 2, arbitrary: fc.array(fc.oneof(userDocument, hostileJson), { maxLength: 4 }).map(json) },
  {
    weight: 2,
    arbitrary: fc.record({ data: fc.array(invitation, { maxLength: 3 }), links: hostileJson }).map(json),
  },
  {
    weight: 2,
    arbitrary: fc.record({ msg: hostileText, detail: fc.oneof(hostileText, hostileJson) }).map(json),
  },
  {
    weight: 2,
    arbitrary: fc.record({ errors: fc.array(problem, { maxLength: 2 }), title: hostileText }).map(json),
  },
  { weight: 1, arbitrary: fc.constant(json({ msg: `Bad token ${TOKEN}`, detail: TOKEN })) },
  { weight: 1, arbitrary: hostileJson.map(json) },
  { weight: 1, arbitrary: asked.map((document) => json(document).slice(0, -7)) },
  { weight: 1, arbitrary: hostileText.map((text) => `<html><title>502</title>${text}</html>`) },
  { weight: 1, arbitrary: fc.uint8Array({ maxLength: 60 }).map((bytes) => Buffer.from(bytes)) },
);

const STATUSES = [201, 204, 301, 302, 400, 400, 401, 403, 404, 405, 409, 410, 412, 418, 422, 422, 429];
const answer: fc.Arbitrary<Answer> = fc.oneof(
  {
    weight: 60,
    arbitrary: fc.record({
      status: fc.oneof(fc.constant(200), fc.constantFrom(...STATUSES)),
      type: fc.constantFrom('application/json', 'text/html', 'application/vnd.api+json; charset=latin1', ''),
      reset: fc.constantFrom(null, '', '-1', 'soon', '1e99', '99999999999999999999'),
      body,
    }),
  },
  {
    // A read is tried again after these, which takes its time.
    weight: 1,
    arbitrary: fc.oneof(
      fc.record({
        status: fc.constantFrom(500, 503, 599),
        type: fc.constant('text/html'),
        reset: fc.constant(null),
        body,
      }),
      fc.constantFrom(
        { raw: 'HTTP/1.1 200 OK\r\ncontent-length: 500\r\n\r\n{"id":' },
        { raw: 'HTTP/1.1 200 OK\r\ncontent-encoding: gzip\r\ncontent-length: 2\r\n\r\n{}' },
        { raw: 'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nzz\r\n{}' },
        { raw: 'HTTP/1.1 99 <!channel>\r\n\r\n' },
        { raw: '<!channel>' },
      ),
    ),
  },
);

/** Every operation, with what is shown of its result. */
const OPERATIONS: Record<string, (client: FastlyClient) => Promise<Message>> = {
  get: async (client) => cardOf(await client.getUser(ID)),
  current: async (client) => cardOf(await client.getCurrentUser()),
  create: async (client) => cardOf(await client.createUser({ login: LOGIN, name: 'Nora' })),
  update: async (client) => cardOf(await client.updateUser(ID, { name: 'Nora' })),
  delete: async (client) => done(await client.deleteUser(ID)),
  reset: async (client) => done(await client.requestPasswordReset(LOGIN)),
  password: async (client) =>
    cardOf(await client.updateUserPassword(LOGIN, new Secret('a'), new Secret('b'))),
  list: async (client) => listOf(await client.listUsers(ACCOUNT)),
  account: async (client) => accountOf(await client.currentCustomer()),
  invite: async (client) => invitationsOf([await client.createInvitation({ email: LOGIN }, ACCOUNT)]),
  invitations: async (client) => invitationsOf(await client.listInvitations(2)),
  withdraw: async (client) => done(await client.deleteInvitation(InvitationId.parse('i1'))),
};

const cardOf = (user: User) => userCard(user, null, say`For you`);
const done = (_answer: unknown) => message(say`Done`);
const listOf = ({ users, unreadable }: UserList) =>
  users.length === 0
    ? message(say`${unreadable} unreadable`)
    : userTable('Users', users.slice(0, MOST_USERS), { headline: say`Users`, above: [], below: [] });
const accountOf = ({ name }: Customer) => message(say`The account ${name ?? 'without a name'}`);
const invitationsOf = (open: readonly Invitation[]) =>
  message(say`Invitations`, ...open.map(invitationWords));

/** So many calls at a time, each with a client and an answer of its own. */
const LANES = 50;

/** Cases for the lanes: what is asked, and what is answered. */
export const exchanges = fc.array(fc.tuple(fc.constantFrom(...Object.keys(OPERATIONS)), answer), {
  minLength: LANES,
  maxLength: LANES,
});
export const EXCHANGES_AT_A_TIME = LANES;

/** A Fastly that answers whatever it is told to, and what a bot shows of that. */
export async function startAnswering() {
  const answers: (Answer | undefined)[] = [];
  const server = createServer((request, response) => {
    const lane = Number(/^\/lane(\d+)\//.exec(request.url ?? '')?.[1]);
    request.resume().once('end', () => send(response, answers[lane] ?? { raw: '' }));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${portOf(server.address())}`;
  const { dispatcher } = newNetwork();
  const clients = Array.from(
    { length: LANES },
    (_, lane) =>
      new FastlyClient({
        dispatcher,
        token: new Secret(TOKEN),
        baseUrl: `${url}/lane${lane}`,
        timeout: 10_000,
      }),
  );
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  /** What is wrong with what is shown of an exchange, and whether Fastly's answer was believed. */
  const exchange = async (lane: number, operation: string, given: Answer) => {
    answers[lane] = given;
    const client = clients[lane];
    const operate = OPERATIONS[operation];
    if (!client || !operate) throw new Error(`There is no ${operation} in lane ${lane}.`);
    const { shown, believed } = await operate(client).then(
      (result) => ({ shown: result, believed: true }),
      (error: unknown) => {
        if (!isFastlyError(error)) throw error;
        if (error.message.includes(TOKEN)) throw new Error('The token is in an error.');
        return { shown: failureMessage(error, 'K7Q2-9FMX', { kept: false }), believed: false };
      },
    );
    const forms = formsOf(shown);
    const problems = forms.flatMap((form) => problemsOfMessage(form, KNOWN));
    return {
      believed,
      problems: JSON.stringify(forms).includes(TOKEN) ? [...problems, 'the token'] : problems,
    };
  };
  return exchange;
}

function send(response: ServerResponse, given: Answer): void {
  if ('raw' in given) {
    response.socket?.end(given.raw);
    return;
  }
  const { status, type, reset, body: sent } = given;
  response.writeHead(status, {
    'content-type': type,
    ...(reset !== null && { 'fastly-ratelimit-reset': reset }),
  });
  response.end(status === 204 ? undefined : sent);
}
