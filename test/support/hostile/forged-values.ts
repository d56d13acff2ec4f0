import fc from 'fast-check';
import { expect } from 'vitest';
import { z } from 'zod';
import { RequestId } from '../../../src/approvals/request.ts';
import { LISTENERS } from '../../../src/commands/slash-command.ts';
import {
  deliveryTo,
  type ForgedSlack,
  startForgedSlack,
  superuser,
  viewOf,
} from '../../e2e/support/forged-delivery.ts';
import type { DeliveryMode } from '../../e2e/support/workplace.ts';
import { CDN_TEAM, NORA, TOMAS } from '../../sandbox/cast.ts';
import { ENGINEER, THIRD_SUPERUSER } from '../../sandbox/fastly/people.ts';
import { problemsOfMessage, problemsOfParts, problemsOfShownView } from './oracle.ts';
import { carried } from './reading.ts';
import { hostileText } from './text.ts';

const KNOWN = {
  members: [NORA.id, TOMAS.id],
  channels: [CDN_TEAM.id],
  links: ['https://example-corp.slack.com/archives/'],
};

/** What clicks, submissions and type-aheads are for; commands are typed, and events carry no values. */
const TARGETS = LISTENERS.filter(
  ({ kind }) => kind === 'click' || kind === 'submission' || kind === 'type-ahead',
);

/** Those whose click alone changes something where all is as it says. They are tried more often. */
const ACTING = TARGETS.filter(({ id }) =>
  [
    'reset.button',
    'unlock.button',
    'user.choose',
    'update.undo',
    'lock.end-sessions',
    'lock.reset',
    'invitations.withdraw',
  ].includes(id),
);

/** A true user, whose login was another when the button was drawn. */
const stranger = hostileText.map((text) => ({ id: ENGINEER.id, login: `x${text}`.slice(0, 50) }));

/** Of the form that the bot writes, with what the store or Fastly does not have so. */
const untrue = fc.oneof(
  { weight: 4, arbitrary: fc.record({ user: stranger, private: fc.boolean() }) },
  {
    weight: 4,
    arbitrary: fc.record({
      user: stranger,
      private: fc.boolean(),
      subcommand: fc.constantFrom(
        'delete',
        'update',
        'lock',
        'unlock',
        'reset',
        'get',
        'audit',
        'create',
        'invite',
      ),
      settings: fc.record({ role: fc.constantFrom('superuser', 'billing'), locked: fc.boolean() }),
      reason: fc.constant(null),
      undoes: fc.constantFrom('trigger-1', 'undo trigger-1'),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ change: fc.constantFrom('trigger-1', '', 'V0FORGED1'), private: fc.boolean() }),
  },
  fc.record({ lock: fc.constantFrom('trigger-1', '', 'V0FORGED1'), private: fc.boolean() }),
  fc.record({
    invitation: fc.constantFrom('i1', 'none'),
    page: fc.constantFrom(1, 9),
    private: fc.boolean(),
  }),
  { weight: 1, arbitrary: fc.record({ subject: fc.record({ typed: hostileText }), before: fc.integer() }) },
);

/** What a button's value or a form's subject may be, by somebody who knows how they are made. @param request an open one */
const value = (request: string) =>
  fc.oneof(
    { weight: 3, arbitrary: carried },
    { weight: 8, arbitrary: untrue.map((each) => JSON.stringify(each)) },
    { weight: 1, arbitrary: fc.constantFrom('K7Q2-9FMX', request) },
    {
      weight: 1,
      arbitrary: fc
        .record({
          request: fc.constantFrom('K7Q2-9FMX', request),
          shown: fc.boolean(),
          listUrl: fc.constantFrom(null, 'http://127.0.0.1:9/response'),
        })
        .map((each) => JSON.stringify(each)),
    },
  );

/** No form of the bot's takes an address without that sign. */
const noAddress = hostileText.map((text) => text.replaceAll('@', ''));
const input = (chosen: fc.Arbitrary<string>) =>
  fc.oneof(
    fc.record({ value: noAddress }),
    fc.record({ selected_option: fc.record({ value: chosen }) }),
    fc.record({ selected_options: fc.array(fc.record({ value: noAddress }), { maxLength: 3 }) }),
  );
const FIELDS = ['user-picker', 'reason', 'name', 'role', 'text', 'locked', 'switches', 'address', 'login'];
const chosen = fc.oneof(
  noAddress,
  stranger.map(({ id, login }) => `${id} ${login.replaceAll('@', '')}`),
);
const values = fc.dictionary(
  fc.constantFrom(...FIELDS),
  fc.dictionary(fc.constantFrom(...FIELDS, 'secret.current', 'secret.chosen'), input(chosen), { maxKeys: 2 }),
  { maxKeys: 5 },
);

type Forgery = { kind: string; id: string; more: Record<string, unknown> };

/** A delivery to one of the bot's own listeners, by a bot admin, with forged values. */
export function forgery(request: string): fc.Arbitrary<Forgery> {
  // Whoever asked may take it back.
  const known = (id: string) => value(id.startsWith('approvals.cancel') ? 'K7Q2-9FMX' : request);
  const metadata = (id: string) =>
    fc.oneof(
      carried,
      known(id).map((subject) => JSON.stringify({ channel: CDN_TEAM.id, private: false, subject })),
    );
  return fc
    .constantFrom(...TARGETS, ...ACTING, ...ACTING, ...ACTING, ...ACTING)
    .chain(({ kind, id }): fc.Arbitrary<Forgery> => {
      switch (kind) {
        case 'click':
          return known(id).map((each) => ({
            kind,
            id,
            more: { actions: [{ type: 'button', action_id: id, block_id: ENGINEER.id, value: each }] },
          }));
        case 'submission':
          return fc
            .record({ private_metadata: metadata(id), state: fc.record({ values }) })
            .map((view) => ({ kind, id, more: { view: viewOf(id, view) } }));
        default:
          return fc
            .record({ private_metadata: metadata(id), value: hostileText })
            .map(({ private_metadata, value: text }) => ({
              kind,
              id,
              more: { value: text, view: viewOf('whatever', { private_metadata }) },
            }));
      }
    });
}

const Response = z.object({
  text: z.string(),
  blocks: z.array(z.record(z.string(), z.unknown())).default([]),
});
const Removal = z.object({ delete_original: z.literal(true) });
const Options = z.object({ options: z.array(z.record(z.string(), z.unknown())) });
const Acknowledged = z.object({
  response_action: z.enum(['update', 'errors', 'clear']),
  view: z.looseObject({ type: z.string() }).optional(),
  errors: z.record(z.string(), z.string().min(1)).optional(),
});

/** A bot with an open request of Nora's about a Fastly superuser, and Nora's forgeries. */
export async function startForging(mode: DeliveryMode) {
  const slack = await startForgedSlack(mode);
  const asked = deliveryTo({ kind: 'command', id: '/fastly-user' }, superuser, slack.responseUrl, {
    text: `delete ${THIRD_SUPERUSER.login}`,
  });
  await slack.deliver(asked);
  const { audit } = await slack.log.until('audit');
  const request = z.object({ request_id: RequestId }).parse(audit).request_id;
  await slack.client.forgetFastlyCalls();
  return { slack, request, forge: (forged: Forgery) => problemsOfForgery(slack, forged) };
}

/** The next answer in words: an answered question is taken away, too, which says nothing. */
async function nextMessage(slack: ForgedSlack): Promise<z.infer<typeof Response>> {
  while (true) {
    const response = await slack.nextResponse();
    if (!Removal.safeParse(response).success) return Response.parse(response);
  }
}

/** What is wrong with how the bot answers. */
async function problemsOfForgery(slack: ForgedSlack, { kind, id, more }: Forgery): Promise<string[]> {
  const listener = TARGETS.find((each) => each.kind === kind && each.id === id);
  if (!listener) throw new Error(`Nobody listens for ${id}.`);
  const acknowledged = await slack.deliver(deliveryTo(listener, superuser, slack.responseUrl, more));
  if (kind === 'click') return problemsOfMessage(await nextMessage(slack), KNOWN);
  if (kind === 'type-ahead') return problemsOfParts(Options.parse(acknowledged).options, KNOWN);
  const { view } = Acknowledged.parse(acknowledged);
  return view ? problemsOfShownView(view, KNOWN) : [];
}

/** Fastly was only asked, nobody decided, and nothing was recorded. */
export async function expectNothingChanged({ client, log }: ForgedSlack): Promise<void> {
  const calls = await client.fastlyCalls();
  expect(
    calls.filter(({ method }) => method !== 'GET').map(({ method, path }) => `${method} ${path}`),
  ).toEqual([]);
  expect(log.lines.filter(({ msg }) => msg === 'audit')).toHaveLength(1);
}
