import { expect, it } from 'vitest';
import type { Action } from '../../src/approvals/action.ts';
import { approvalFormText } from '../../src/messages/approval-form.ts';
import {
  CURRENT,
  ENGINEER,
  FASTLY_SUPERUSER,
  NEWCOMER,
  NORA,
  POLICY,
  PRIYA,
  pendingRequest,
  TOMAS,
} from '../approvals/people.ts';
import { read } from './read.ts';

const GRACE = '*Grace Example* (`grace@example.com`)';
const ADA = '*Grace Example* (`ada@example.com`)';
const LINUS = '*Linus Example* (`linus@example.com`)';
const ANYTHING = 'who can change and delete every user.';
const SUPERUSER = { ...CURRENT, role: 'superuser' };

const FORMS: { what: string; action: Action; says: string[] }[] = [
  {
    what: 'a deletion',
    action: { kind: 'delete', version: 1, target: ENGINEER },
    says: [`${GRACE} will be deleted from the Fastly account. This can't be undone.`],
  },
  {
    what: 'a promotion',
    action: {
      kind: 'promote',
      version: 1,
      by: 'update',
      target: ENGINEER,
      before: CURRENT,
      changes: { role: 'superuser' },
    },
    says: [
      `${GRACE} will become a Fastly superuser, ${ANYTHING}`,
      '*Role* engineer → Fastly superuser without an end',
    ],
  },
  {
    what: 'a creation',
    action: {
      kind: 'promote',
      version: 1,
      by: 'creation',
      target: NEWCOMER,
      changes: { name: 'Linus Example', role: 'superuser' },
    },
    says: [
      `${LINUS} will be created as a Fastly superuser, ${ANYTHING}`,
      '*Name* Linus Example and *Role* Fastly superuser without an end',
    ],
  },
  {
    what: 'a demotion',
    action: {
      kind: 'demote',
      version: 1,
      target: FASTLY_SUPERUSER,
      before: SUPERUSER,
      changes: { role: 'user' },
    },
    says: [
      `${ADA} will no longer be a Fastly superuser. API tokens of the user may go on working.`,
      '*Role* Fastly superuser → user',
    ],
  },
  {
    what: 'a lock',
    action: {
      kind: 'demote',
      version: 1,
      target: FASTLY_SUPERUSER,
      before: SUPERUSER,
      changes: { locked: true },
    },
    says: [
      `${ADA}, a Fastly superuser, will be locked. The lock can be undone. Browser sessions and API tokens of a locked user may go on working.`,
      '*Locked* no → yes',
    ],
  },
];

it.each(FORMS)('the form to approve $what says what will change', ({ action, says }) => {
  const request = pendingRequest({ action, reason: 'As agreed' });
  expect(approvalFormText(request, POLICY).map(read)).toEqual([
    ...says,
    `Requested by <@${NORA}>.`,
    '*Reason:* As agreed',
  ]);
});

it.each([
  { approvalsRequired: 1, approvers: [], left: undefined },
  { approvalsRequired: 2, approvers: [], left: 'After yours, 1 more approval is needed.' },
  { approvalsRequired: 2, approvers: [TOMAS], left: undefined },
  { approvalsRequired: 3, approvers: [], left: 'After yours, 2 more approvals are needed.' },
  { approvalsRequired: 3, approvers: [PRIYA], left: 'After yours, 1 more approval is needed.' },
])(
  'the form to approve says how many approvals are missing then ($approvalsRequired, $approvers)',
  (given) => {
    const { left, ...changes } = given;
    const said = approvalFormText(pendingRequest(changes), POLICY).map(read);
    expect(said.find((each) => each.startsWith('After yours'))).toBe(left);
  },
);
