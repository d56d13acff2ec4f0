import { z } from 'zod';
import { DEEDS, type Deed, Obstacle } from '../approvals/request.ts';
import { ChangeKind } from '../changes/change.ts';
import { Settings, without } from '../changes/settings.ts';
import type { AuditLine } from '../store/audit-page.ts';
import { obstacleWords } from './approval-words.ts';
import { doing, done, markOf, toDo } from './deed-words.ts';
import { cut, plain } from './kit/plain.ts';
import { date, member, type Sentence, say } from './kit/sentence.ts';
import { settingsWords } from './setting-words.ts';
import { userWords } from './user-words.ts';

/** An entry of the audit log as a line: when, who, what, whom, and what came of it. */
export function auditWords(line: AuditLine): Sentence {
  return say`${date(new Date(line.at))}  ${happened(line)}`;
}

function happened(line: AuditLine): Sentence {
  const deed = AnyDeed.safeParse(line.details.deed ?? line.change);
  return APPROVAL_CHANGES.includes(line.change) && deed.success
    ? stepOfRequest(line, deed.data)
    : ownChange(line);
}

const NAME_LENGTH = 80;
const LOGIN_LENGTH = 120;
const WHY_LENGTH = 200;

/** The kinds of action that go through approval requests. */
const APPROVAL_CHANGES = ['delete', 'promote', 'demote'];
const AnyDeed = z.enum(DEEDS);

function stepOfRequest({ actor, change, event, target, details }: AuditLine, deed: Deed): Sentence {
  const who = whoOf(actor);
  const whom = userWords(shortened(target));
  const why = typeof details.reason === 'string' ? say`: ${details.reason}` : say``;
  switch (event) {
    case 'filed':
      return say`${who} asked to ${toDo(deed, whom)}${why}`;
    case 'approved':
      return say`${who} approved ${doing(deed, whom)}`;
    case 'denied':
      return say`${who} denied ${doing(deed, whom)}${why}`;
    case 'cancelled':
      return actor === null
        ? say`the request to ${toDo(deed, whom)} was cancelled, as nobody could see it`
        : say`${who} took back the request to ${toDo(deed, whom)}`;
    case 'expired':
      return say`the request to ${toDo(deed, whom)} expired`;
    case 'retried':
      return say`${who} had me try again to ${toDo(deed, whom)}`;
    case 'completed':
      return say`${markOf(deed)} ${whom} was ${done(deed)}`;
    case 'failed':
      return say`⚠️ ${doing(deed, whom)} went wrong${whyOf(details)}`;
    case 'refused': {
      const obstacle = Obstacle.safeParse(details.obstacle);
      return obstacle.success
        ? say`⛔ I did not ${toDo(deed, whom)}: ${obstacleWords(obstacle.data)}`
        : say`⛔ I did not ${toDo(deed, whom)}, as things had changed or they are protected`;
    }
    default:
      return say`${who}: ${change} ${event}, ${whom}`;
  }
}

function ownChange({ actor, change, event, target, details }: AuditLine): Sentence {
  const who = whoOf(actor);
  const whom = userWords(shortened(target));
  const kind = ChangeKind.safeParse(change);
  if (!kind.success) return say`${who}: ${change} ${event}, ${whom}`;
  const { past, infinitive } = ownChangeWords(kind.data, whom);
  const set = Settings.safeParse(details.settings).data ?? {};
  // Who is created is named by it already, and what a lock sets needs no words.
  const told = kind.data === 'create' ? without(set, 'name') : set;
  const settings = kind.data === 'lock' ? say`` : settingsWords(told);
  const what = settings.parts.length === 0 ? say`` : say`: ${settings}`;
  switch (event) {
    case 'done':
      return say`${MARKS[kind.data]} ${who} ${past}${what}${reasonOf(details)}`;
    case 'failed':
      return say`⚠️ ${who} tried to ${infinitive}${what}; it was not done${whyOf(details)}`;
    case 'unknown':
      return say`⚠️ ${who} tried to ${infinitive}${what}; what came of it is not known${whyOf(details)}`;
    default:
      return say`${who}: ${change} ${event}, ${whom}`;
  }
}

const MARKS: Record<ChangeKind, Sentence> = {
  create: say`🆕`,
  invite: say`✉️`,
  withdraw: say`↩️`,
  update: say`✏️`,
  reset: say`✉️`,
  lock: say`🔒`,
  password: say`🔑`,
};

/** Short enough that a page of lines stays within a message, whatever a user is called. */
function shortened({ name, login }: AuditLine['target']): { name: string; login: string } {
  return { name: cut(plain(name), NAME_LENGTH), login: cut(plain(login), LOGIN_LENGTH) };
}

function whoOf(actor: string | null): Sentence {
  return actor === null ? say`I` : say`${member(actor)}`;
}

function reasonOf({ reason }: AuditLine['details']): Sentence {
  return typeof reason === 'string' ? say` (${reason})` : say``;
}

/** What was recorded of the failure, as it stands in the log. */
function whyOf({ why }: AuditLine['details']): Sentence {
  return typeof why === 'string' ? say` (${cut(plain(why), WHY_LENGTH)})` : say``;
}

function ownChangeWords(kind: ChangeKind, whom: Sentence): { past: Sentence; infinitive: Sentence } {
  switch (kind) {
    case 'create':
      return { past: say`created ${whom}`, infinitive: say`create ${whom}` };
    case 'invite':
      return { past: say`invited ${whom}`, infinitive: say`invite ${whom}` };
    case 'withdraw':
      return {
        past: say`withdrew the invitation of ${whom}`,
        infinitive: say`withdraw the invitation of ${whom}`,
      };
    case 'update':
      return { past: say`updated ${whom}`, infinitive: say`update ${whom}` };
    case 'reset':
      return {
        past: say`had Fastly e-mail ${whom} a password reset`,
        infinitive: say`reset the password of ${whom}`,
      };
    case 'lock':
      return { past: say`locked ${whom}`, infinitive: say`lock ${whom}` };
    case 'password':
      return {
        past: say`changed the password of ${whom}`,
        infinitive: say`change the password of ${whom}`,
      };
  }
}
