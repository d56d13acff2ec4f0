import { z } from 'zod';
import type { Json } from '../control/protocol.ts';
import { mediaType, parseJson } from './body.ts';
import { type Answer, type Call, jsonAnswer } from './call.ts';
import { documentRefusal, malformedDocument } from './errors.ts';
import { type Invitee, invitationResource, newInvitation } from './invitation.ts';
import { CUSTOMER_ID } from './user.ts';
import { mustBeSuperuser, roleProblem } from './users.ts';

const JSON_API = 'application/vnd.api+json';
const LARGEST_PAGE = 100;

const invitationDocument = z.object({
  data: z.object({
    type: z.literal('invitation'),
    attributes: z.object({
      email: z.string(),
      role: z.string().default('user'),
      limit_services: z.boolean().nullish(),
    }),
    relationships: z
      .object({
        customer: z
          .object({ data: z.object({ id: z.literal(CUSTOMER_ID), type: z.literal('customer') }) })
          .exactOptional(),
      })
      .exactOptional(),
  }),
});

export function createInvitation(call: Call): Answer {
  mustBeSuperuser(call);
  const { account } = call;
  const invitee = parseInvitee(call);
  const problem = /^\S+@\S+$/.test(invitee.email)
    ? roleProblem(invitee.role, invitee.limit_services)
    : 'Email is not a valid e-mail address';
  if (problem !== undefined) throw documentRefusal(400, 'Record invalid', problem);
  const email = invitee.email.toLowerCase();
  const invited = account.openInvitations().some((open) => open.invitee.email.toLowerCase() === email);
  if (invited || account.userByLogin(email) !== undefined) {
    throw documentRefusal(409, 'Duplicate record', `'${invitee.email}' is a user or has been invited`);
  }
  const invitation = newInvitation(invitee, account.now());
  account.invitations.set(invitation.id, invitation);
  return jsonAnswer(201, { data: invitationResource(invitation, account.now()) }, JSON_API);
}

export function listInvitations(call: Call): Answer {
  const { account } = call;
  const all = [...account.invitations.values()];
  const size = Math.min(pageParameter(call, 'size', 20), LARGEST_PAGE);
  const page = pageParameter(call, 'number', 1);
  const pages = Math.max(1, Math.ceil(all.length / size));
  const link = (number: number) =>
    `${call.base}/invitations?page%5Bnumber%5D=${number}&page%5Bsize%5D=${size}`;
  const answer: Json = {
    data: all.slice((page - 1) * size, page * size).map((each) => invitationResource(each, account.now())),
    links: {
      first: link(1),
      last: link(pages),
      ...(page > 1 ? { prev: link(page - 1) } : {}),
      ...(page < pages ? { next: link(page + 1) } : {}),
    },
    meta: { current_page: page, per_page: size, record_count: all.length, total_pages: pages },
  };
  return jsonAnswer(200, answer, JSON_API);
}

export function deleteInvitation(call: Call): Answer {
  mustBeSuperuser(call);
  const open = call.account.openInvitations().some(({ id }) => id === call.named);
  if (!open) throw documentRefusal(404, 'Record not found', `Cannot load invitation '${call.named}'`);
  call.account.invitations.delete(call.named);
  return { status: 204, body: null, headers: {} };
}

function parseInvitee(call: Call): Invitee {
  if (mediaType(call) !== JSON_API) {
    throw malformedDocument(`Unsupported content type '${call.contentType}'`);
  }
  const parsed = invitationDocument.safeParse(parseJson(call.body));
  if (!parsed.success) throw malformedDocument('The document is not an invitation');
  const { attributes } = parsed.data.data;
  return { ...attributes, limit_services: attributes.limit_services ?? false };
}

function pageParameter(call: Call, name: 'number' | 'size', missing: number): number {
  const value = call.query.get(`page[${name}]`);
  if (value === null) return missing;
  if (!/^[1-9]\d{0,6}$/.test(value)) throw malformedDocument(`page[${name}] is not a page: '${value}'`);
  return Number(value);
}
