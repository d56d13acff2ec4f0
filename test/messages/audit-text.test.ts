import { expect, it } from 'vitest';
import { auditText } from '../../src/messages/audit-text.ts';
import type { AuditLine } from '../../src/store/audit-page.ts';
import { NORA, NOTHING_SET, TOMAS } from '../approvals/people.ts';
import { read } from './read.ts';

const GRACE = '*Grace Example* (`grace@example.com`)';

type Entry = Partial<Omit<AuditLine, 'details'>> & { details?: AuditLine['details']; says: string };

const OF_REQUESTS: Entry[] = [
  { event: 'filed', details: { reason: 'Left' }, says: `<@${NORA}> asked to delete ${GRACE}: Left` },
  { event: 'filed', details: { reason: null }, says: `<@${NORA}> asked to delete ${GRACE}` },
  {
    event: 'approved',
    actor: TOMAS,
    details: { given: 1 },
    says: `✅ <@${TOMAS}> approved the request to delete ${GRACE}`,
  },
  {
    event: 'denied',
    actor: TOMAS,
    details: { reason: 'Not yet' },
    says: `🚫 ${GRACE} wasn't deleted. <@${TOMAS}> denied the request: Not yet`,
  },
  {
    event: 'approved',
    details: { given: 1, comment: 'Left in May' },
    says: `✅ <@${NORA}> approved the request to delete ${GRACE}: Left in May`,
  },
  {
    event: 'cancelled',
    details: { why: null, comment: 'She stays' },
    says: `↩️ ${GRACE} wasn't deleted. <@${NORA}> cancelled the request: She stays`,
  },
  {
    event: 'cancelled',
    details: { why: null },
    says: `↩️ ${GRACE} wasn't deleted. <@${NORA}> cancelled the request.`,
  },
  {
    event: 'cancelled',
    actor: null,
    details: { why: 'That channel is archived.' },
    says: `↩️ ${GRACE} wasn't deleted. The request couldn't be posted. That channel is archived.`,
  },
  { event: 'expired', actor: null, says: `⌛ ${GRACE} wasn't deleted. The request expired.` },
  { event: 'retried', says: `🔁 <@${NORA}> retried deleting ${GRACE}` },
  { event: 'completed', actor: null, details: { found: false }, says: `🗑️ ${GRACE} was deleted.` },
  {
    event: 'failed',
    actor: null,
    details: { why: 'Fastly said no.', unclear: false },
    says: `⚠️ ${GRACE} wasn't deleted. Fastly said no.`,
  },
  {
    event: 'failed',
    actor: null,
    details: { why: 'x'.repeat(500), unclear: true },
    says: `⚠️ It's unclear whether ${GRACE} was deleted. ${'x'.repeat(199)}…`,
  },
  {
    event: 'refused',
    actor: null,
    details: { obstacle: { kind: 'gone' } },
    says: `⛔ ${GRACE} wasn't deleted. The user no longer exists in Fastly.`,
  },
  {
    event: 'completed',
    change: 'demote',
    actor: null,
    details: { found: false, verb: 'lock' },
    says: `🔒 ${GRACE} was locked.`,
  },
  {
    event: 'completed',
    change: 'demote',
    actor: null,
    // As earlier versions wrote it.
    details: { found: false, deed: 'lock' },
    says: `🔒 ${GRACE} was locked.`,
  },
  {
    event: 'completed',
    change: 'lock-several',
    actor: null,
    target: { id: null, login: '7 users', name: '7 users' },
    details: {
      found: false,
      verb: 'lock-several',
      run: {
        locked: ['a1', 'b2'],
        left: ['c3', 'd4'].map((id) => ({ id, login: `${id}@example.com`, why: 'was active since' })),
        stoppedBy: TOMAS,
      },
    },
    says: `🔒 2 of *7 users* were locked. Not locked: \`c3@example.com\` and \`d4@example.com\` (was active since). <@${TOMAS}> stopped it.`,
  },
  {
    event: 'stopped',
    change: 'lock-several',
    target: { id: null, login: '7 users', name: '7 users' },
    details: { verb: 'lock-several' },
    says: `🛑 <@${NORA}> stopped locking *7 users*`,
  },
  {
    event: 'unlocked',
    change: 'lock-few',
    target: { id: null, login: '3 users', name: '3 users' },
    details: { verb: 'lock-several', users: 2 },
    says: `🔓 <@${NORA}> unlocked 2 of *3 users*`,
  },
  { event: 'surprised', says: `<@${NORA}>: delete surprised, ${GRACE}` },
];

const OF_CHANGES: Entry[] = [
  {
    change: 'create',
    event: 'done',
    details: { settings: { name: 'Grace Example', role: 'engineer' } },
    says: `🆕 <@${NORA}> created ${GRACE}: *Role* engineer`,
  },
  { change: 'invite', event: 'done', says: `✉️ <@${NORA}> invited ${GRACE}` },
  { change: 'withdraw', event: 'done', says: `↩️ <@${NORA}> withdrew the invitation of ${GRACE}` },
  {
    change: 'update',
    event: 'done',
    details: { settings: { role: 'billing' }, reason: 'New job' },
    says: `✏️ <@${NORA}> updated ${GRACE}: *Role* billing (New job)`,
  },
  {
    change: 'update',
    event: 'done',
    details: { settings: { role: 'billing' }, before: { ...NOTHING_SET, role: 'engineer' } },
    says: `✏️ <@${NORA}> updated ${GRACE}: *Role* engineer → billing`,
  },
  {
    change: 'update',
    event: 'done',
    details: { settings: { role: 'billing' }, before: { ...NOTHING_SET, role: 'user' }, for: 14_400_000 },
    says: `✏️ <@${NORA}> updated ${GRACE}: *Role* user → billing, for 4 h`,
  },
  {
    change: 'update',
    event: 'done',
    details: { settings: { locked: false }, before: { ...NOTHING_SET, locked: true } },
    says: `🔓 <@${NORA}> unlocked ${GRACE}`,
  },
  {
    change: 'end-sessions',
    event: 'done',
    details: { tokens: ['s1'] },
    says: `🚪 <@${NORA}> ended the browser sessions of ${GRACE}`,
  },
  {
    change: 'end-sessions',
    event: 'done',
    details: { tokens: [] },
    says: `🚪 <@${NORA}> found no browser session of ${GRACE} to end`,
  },
  {
    change: 'end-promotion',
    event: 'asked',
    details: { role: 'billing', before: 'user', endsAt: 0 },
    says: `⏳ <@${NORA}> ended the role billing of ${GRACE} early`,
  },
  { change: 'reset', event: 'done', says: `✉️ <@${NORA}> sent a password reset to ${GRACE}` },
  {
    change: 'lock',
    event: 'done',
    details: { settings: { locked: true }, request: 'K7Q2-9FMX' },
    says: `🔒 <@${NORA}> locked ${GRACE}, from request \`K7Q2-9FMX\``,
  },
  {
    change: 'lock',
    event: 'done',
    details: { settings: { locked: true }, reason: 'Idle', run: 'K7Q2-9FMX' },
    says: `🔒 <@${NORA}> locked ${GRACE} (Idle), from request \`K7Q2-9FMX\``,
  },
  { change: 'password', event: 'done', says: `🔑 <@${NORA}> changed the password of ${GRACE}` },
  {
    change: 'update',
    event: 'failed',
    details: { settings: { role: 'billing' }, why: 'Fastly answered 400' },
    says: `⚠️ <@${NORA}> tried to update ${GRACE}: *Role* billing. It didn't work (Fastly answered 400)`,
  },
  {
    change: 'reset',
    event: 'unknown',
    details: { why: 'Fastly answered 503' },
    says: `⚠️ <@${NORA}> tried to send a password reset to ${GRACE}. It's unclear whether it worked (Fastly answered 503)`,
  },
  {
    change: 'database',
    event: 'restored',
    actor: null,
    details: { before: `790:${'a1'.repeat(32)}`, after: `793:${'b2'.repeat(32)}` },
    says: '🗄️ The database was restored from a backup that ends at entry 790',
  },
  { change: 'database', event: 'moved', actor: null, says: '🗄️ The bot: database moved' },
  { change: 'migrate', event: 'done', actor: null, says: `The bot: migrate done, ${GRACE}` },
  {
    change: 'promote-for',
    event: 'ended',
    actor: null,
    target: { id: null, login: '', name: '' },
    says: 'The bot: promote-for ended',
  },
  { change: 'lock', event: 'renewed', says: `<@${NORA}>: lock renewed, ${GRACE}` },
];

it.each([...OF_REQUESTS, ...OF_CHANGES])('an entry of the audit log says $says', ({ says, ...entry }) => {
  const text = auditText({
    seq: 1,
    at: 0,
    actor: NORA,
    change: 'delete',
    event: 'filed',
    target: { id: 'grace1', login: 'grace@example.com', name: 'Grace Example' },
    details: {},
    ...entry,
  });
  expect(read(text)).toBe(`1970-01-01 00:00 UTC  ${says}`);
});
