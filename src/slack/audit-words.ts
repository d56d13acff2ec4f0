import type { AuditLine } from '../store/audit-page.ts';
import { date, member, type Sentence, say } from './sentence.ts';
import { userWords } from './user-words.ts';

/** An entry of the audit log as a line: when, who, what, whom, and what came of it. */
export function auditWords(line: AuditLine): Sentence {
  return say`${date(new Date(line.at))}  ${happened(line)}`;
}

function happened({ actor, change, event, target, details }: AuditLine): Sentence {
  const who = actor === null ? say`I` : say`${member(actor)}`;
  const whom = userWords(target);
  const why = typeof details.reason === 'string' ? say`: ${details.reason}` : say``;
  switch (`${change} ${event}`) {
    case 'delete filed':
      return say`${who} asked to delete ${whom}${why}`;
    case 'delete approved':
      return say`${who} approved deleting ${whom}`;
    case 'delete denied':
      return say`${who} denied deleting ${whom}${why}`;
    case 'delete cancelled':
      return actor === null
        ? say`the request to delete ${whom} was cancelled, as nobody could see it`
        : say`${who} took back the request to delete ${whom}`;
    case 'delete expired':
      return say`the request to delete ${whom} expired`;
    case 'delete retried':
      return say`${who} had me try again to delete ${whom}`;
    case 'delete completed':
      return say`🗑️ ${whom} was deleted`;
    case 'delete failed':
      return say`⚠️ deleting ${whom} went wrong`;
    case 'delete refused':
      return say`⛔ I did not delete ${whom}, as things had changed or they are protected`;
    case 'reset done':
      return say`${who} had Fastly e-mail ${whom} a password reset`;
    case 'reset failed':
      return say`⚠️ ${who} tried to reset the password of ${whom}; it was not done`;
    case 'reset unknown':
      return say`⚠️ ${who} tried to reset the password of ${whom}; what came of it is not known`;
    case 'lock done':
      return say`🔒 ${who} locked ${whom}`;
    case 'lock failed':
      return say`⚠️ ${who} tried to lock ${whom}; it was not done`;
    case 'lock unknown':
      return say`⚠️ ${who} tried to lock ${whom}; what came of it is not known`;
    default:
      return say`${who}: ${change} ${event}, ${whom}`;
  }
}
