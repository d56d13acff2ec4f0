import type { ActionVerb } from '../approvals/request.ts';
import { type Sentence, say } from './kit/sentence.ts';

type Forms = { infinitive: string; gerund: string; participle: string; mark: Sentence; tail: string };

/** @param tail follows the user: 'promote X to Fastly superuser' */
function forms(infinitive: string, gerund: string, participle: string, mark: Sentence, tail = ''): Forms {
  return { infinitive, gerund, participle, mark, tail };
}

const FORMS: Record<ActionVerb, Forms> = {
  delete: forms('delete', 'deleting', 'deleted', say`🗑️`),
  promote: forms('promote', 'promoting', 'promoted', say`⭐`, ' to Fastly superuser'),
  unlock: forms('unlock', 'unlocking', 'unlocked', say`🔓`),
  create: forms('create', 'creating', 'created', say`⭐`, ' as a Fastly superuser'),
  invite: forms('invite', 'inviting', 'invited', say`✉️`, ' as a Fastly superuser'),
  demote: forms('demote', 'demoting', 'demoted', say`⬇️`, ' from Fastly superuser'),
  lock: forms('lock', 'locking', 'locked', say`🔒`),
};

/** 'delete X', 'promote X to Fastly superuser'. */
export function infinitive(verb: ActionVerb, user: Sentence): Sentence {
  return say`${FORMS[verb].infinitive} ${user}${FORMS[verb].tail}`;
}

/** 'deleting X', 'promoting X to Fastly superuser'. */
export function gerund(verb: ActionVerb, user: Sentence): Sentence {
  return say`${FORMS[verb].gerund} ${user}${FORMS[verb].tail}`;
}

/** 'deleted', 'promoted to Fastly superuser': goes behind 'was' and 'wasn't'. */
export function participle(verb: ActionVerb): string {
  return `${FORMS[verb].participle}${FORMS[verb].tail}`;
}

/** The emoji in front of a completed action. */
export function markOf(verb: ActionVerb): Sentence {
  return FORMS[verb].mark;
}

/** What approvers are warned of before they approve. */
export function consequence(verb: ActionVerb, user: string): Sentence {
  switch (verb) {
    case 'delete':
      return say`${user} will be deleted from the Fastly account. This can't be undone.`;
    case 'promote':
      return say`${user} will become a Fastly superuser, who can change and delete every user.`;
    case 'create':
    case 'invite':
      return say`${user} will be ${participle(verb)}, who can change and delete every user.`;
    case 'demote':
      return say`${user} will no longer be a Fastly superuser.`;
    case 'lock':
    case 'unlock':
      return say`${user}, a Fastly superuser, will be ${participle(verb)}.`;
  }
}

/** The subcommand that files such a request. */
export function subcommandFor(verb: ActionVerb): 'delete' | 'update' | 'create' | 'invite' {
  switch (verb) {
    case 'delete':
    case 'create':
    case 'invite':
      return verb;
    default:
      return 'update';
  }
}
