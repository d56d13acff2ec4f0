import { z } from 'zod';
import { ACTION_VERBS, type ActionVerb } from '../approvals/action.ts';
import { Event } from '../approvals/event.ts';
import { ChangeKind } from '../changes/change.ts';
import { CurrentSettings, Settings, without } from '../changes/settings.ts';
import { parseHead } from '../ids.ts';
import type { AuditLine } from '../store/audit-page.ts';
import { botAdminText } from './bot-admin-text.ts';
import { changeInfinitive, changeMark, changePast } from './change-text.ts';
import { cut, plain, plainName } from './kit/plain.ts';
import { code, date, member, type Sentence, say } from './kit/sentence.ts';
import { outcomeText } from './outcome-text.ts';
import { changeText, settingsText, settingValue } from './settings-text.ts';
import { userText } from './user-text.ts';
import { gerund, infinitive } from './verb-text.ts';

const NAME_LENGTH = 80;
const LOGIN_LENGTH = 120;
const WHY_LENGTH = 200;
const REQUEST_LENGTH = 20;
const KIND_LENGTH = 40;

const APPROVAL_CHANGES = [
  'delete',
  'delete-with-tokens',
  'promote',
  'promote-for',
  'demote',
  'demote-with-tokens',
  'revoke',
  'lock-several',
  'lock-few',
];
const AnyVerb = z.enum(ACTION_VERBS);

/** An entry of the audit log as a line: when, then who did what to which user, or what came of it. */
export function auditText(line: AuditLine): Sentence {
  return say`${date(new Date(line.at))}  ${happened(line)}`;
}

function happened(line: AuditLine): Sentence {
  if (line.change === 'database') return databaseEvent(line);
  if (line.change === 'bot-admin') return botAdminEvent(line);
  if (line.change === 'leaver' && line.event === 'kept') return keptEvent(line);
  if (line.change === 'end-promotion') return promotionEvent(line);
  // The verb's name in the entries of earlier versions is `deed`.
  const verb = AnyVerb.safeParse(line.details.verb ?? line.details.deed ?? line.change);
  return APPROVAL_CHANGES.includes(line.change) && verb.success
    ? stepOfRequest(line, verb.data)
    : ownChange(line);
}

const BotAdminDetails = z.object({
  member: z.string(),
  through: z.array(z.string()),
  why: z.string().nullable().default(null),
});

function botAdminEvent(line: AuditLine): Sentence {
  const details = BotAdminDetails.safeParse(line.details).data;
  if (details === undefined) return plainEntry(line);
  return botAdminText({ ...details, able: line.event === 'added' });
}

/** What somebody wrote is the last of it. */
function keptEvent({ actor, target, details: { reason } }: AuditLine): Sentence {
  const why = typeof reason === 'string' ? say`: ${reason}` : say``;
  return say`👋 ${actorText(actor)} kept ${userText(shortened(target))}, whose member left Slack${why}`;
}

const PromotionDetails = z.object({ role: z.string(), before: z.string(), endsAt: z.number() });

/** What became of a role that was given for a time. */
function promotionEvent(line: AuditLine): Sentence {
  const details = PromotionDetails.safeParse(line.details).data;
  if (details === undefined) return plainEntry(line);
  const who = actorText(line.actor);
  const user = userText(shortened(line.target));
  const role = settingValue('role', cut(plain(details.role), KIND_LENGTH));
  const before = settingValue('role', cut(plain(details.before), KIND_LENGTH));
  const end = date(new Date(details.endsAt));
  switch (line.event) {
    case 'asked':
      return say`⏳ ${who} had the role ${role} of ${user} end`;
    case 'extended':
      return say`⏳ ${who} extended the role ${role} of ${user} until ${end}`;
    case 'ended':
      return say`⬇️ The role ${role} of ${user} ended: ${before} again`;
    case 'overdue':
      return say`⚠️ The role ${role} of ${user} should have ended ${end}`;
    case 'left':
      return say`⚠️ The role ${role} of ${user} was to end, but was changed outside the bot`;
    case 'gone':
      return say`The role ${role} of ${user} was to end, but the user was deleted`;
    default:
      return plainEntry(line);
  }
}

function databaseEvent({ event, details: { before } }: AuditLine): Sentence {
  const entry = typeof before === 'string' ? (parseHead(before)?.seq ?? 0) : 0;
  return event === 'restored'
    ? say`🗄️ The database was restored from a backup that ends at entry ${entry}`
    : say`🗄️ The bot: database ${event}`;
}

function stepOfRequest(line: AuditLine, verb: ActionVerb): Sentence {
  const who = actorText(line.actor);
  const target = shortened(line.target);
  const wanted = infinitive(verb, userText(target));
  const words = line.details.reason ?? line.details.comment;
  const reason = typeof words === 'string' ? say`: ${words}` : say``;
  const event = eventOf(line);
  switch (event?.kind) {
    case 'filed':
      return say`${who} asked to ${wanted}${reason}`;
    case 'approved':
      return say`✅ ${who} approved the request to ${wanted}${reason}`;
    case 'retried':
      return say`🔁 ${who} retried ${gerund(verb, userText(target))}`;
    case 'stopped':
      return say`🛑 ${who} stopped ${gerund(verb, userText(target))}`;
    case 'unlocked':
      return say`🔓 ${who} unlocked ${event.users} of ${userText(target)} again`;
    case 'completed':
    case 'failed':
    case 'refused':
    case 'denied':
    case 'cancelled':
    case 'expired':
      return outcomeText(event, { verb, target, by: line.actor });
    default:
      return plainEntry(line);
  }
}

/** An entry that this version has no words for, by the names in the log. A newer version's may name no user. */
function plainEntry({ actor, change, event, target }: AuditLine): Sentence {
  const told = say`${actorText(actor)}: ${cut(plain(change), KIND_LENGTH)} ${cut(plain(event), KIND_LENGTH)}`;
  return target.login === '' && target.name === '' ? told : say`${told}, ${userText(shortened(target))}`;
}

/** The step of an entry; null where its details are not what this version writes. */
function eventOf({ event, details }: AuditLine): Event | null {
  const { why } = details;
  const short = typeof why === 'string' ? { why: cut(plain(why), WHY_LENGTH) } : {};
  return Event.safeParse({ ...details, ...short, kind: event }).data ?? null;
}

function ownChange(line: AuditLine): Sentence {
  const { actor, change, event, target, details } = line;
  const who = actorText(actor);
  const user = userText(shortened(target));
  const kind = ChangeKind.safeParse(change).data;
  if (kind === undefined) return plainEntry(line);
  const set = settingsOf(kind, details);
  switch (event) {
    case 'done': {
      const reason = typeof details.reason === 'string' ? say` (${details.reason})` : say``;
      return say`${changeMark(kind)} ${who} ${changePast(kind, user)}${set}${reason}${undoOf(details)}${requestOf(details)}`;
    }
    case 'failed':
      return say`⚠️ ${who} tried to ${changeInfinitive(kind, user)}${set}. It didn't work${whyOf(details)}`;
    case 'unknown':
      return say`⚠️ ${who} tried to ${changeInfinitive(kind, user)}${set}. It's unclear whether it worked${whyOf(details)}`;
    default:
      return plainEntry(line);
  }
}

/** The request whose button was clicked. */
function requestOf({ run, request = run }: AuditLine['details']): Sentence {
  return typeof request === 'string'
    ? say`, from request ${code(cut(plain(request), REQUEST_LENGTH))}`
    : say``;
}

function undoOf({ undoes }: AuditLine['details']): Sentence {
  return typeof undoes === 'string' ? say`, to undo an earlier change` : say``;
}

/** The name is already in the sentence, and locking has no settings worth listing. */
function settingsOf(kind: ChangeKind, details: AuditLine['details']): Sentence {
  const set = Settings.safeParse(details.settings).data ?? {};
  if (kind === 'lock') return say``;
  const before = CurrentSettings.safeParse(details.before).data;
  const told = before
    ? changeText(before, set)
    : settingsText(kind === 'create' ? without(set, 'name') : set);
  return told.parts.length === 0 ? say`` : say`: ${told}`;
}

/** Short enough that a page of lines fits into a message, whatever a user's name is. */
function shortened({ name, login }: AuditLine['target']): { name: string; login: string } {
  return { name: cut(plainName(name), NAME_LENGTH), login: cut(plain(login), LOGIN_LENGTH) };
}

function actorText(actor: string | null): Sentence {
  return actor === null ? say`The bot` : say`${member(actor)}`;
}

function whyOf({ why }: AuditLine['details']): Sentence {
  return typeof why === 'string' ? say` (${cut(plain(why), WHY_LENGTH)})` : say``;
}
