import type { ActionVerb } from '../approvals/action.ts';
import { type Sentence, say } from './kit/sentence.ts';
import { STAYS } from './lock-limits.ts';

/** `tail` follows the user: 'promote X to Fastly superuser'. */
type Forms = {
  gerund: string;
  participle: string;
  mark: Sentence;
  tail?: string;
  /** What of the user it is done to, where it is not one user: one thing, more than one, or nothing but several users. */
  thing?: string;
  things?: string;
};

const AS_SUPERUSER = ' as a Fastly superuser';

const FORMS: Record<ActionVerb, Forms> = {
  delete: { gerund: 'deleting', participle: 'deleted', mark: say`🗑️` },
  promote: { gerund: 'promoting', participle: 'promoted', mark: say`⭐`, tail: ' to Fastly superuser' },
  unlock: { gerund: 'unlocking', participle: 'unlocked', mark: say`🔓` },
  create: { gerund: 'creating', participle: 'created', mark: say`⭐`, tail: AS_SUPERUSER },
  invite: { gerund: 'inviting', participle: 'invited', mark: say`✉️`, tail: AS_SUPERUSER },
  demote: { gerund: 'demoting', participle: 'demoted', mark: say`⬇️`, tail: ' from Fastly superuser' },
  lock: { gerund: 'locking', participle: 'locked', mark: say`🔒` },
  'lock-several': { gerund: 'locking', participle: 'locked', mark: say`🔒`, things: '' },
  extend: { gerund: 'moving', participle: 'moved', mark: say`⏳`, thing: 'the end of the role of ' },
  revoke: { gerund: 'revoking', participle: 'revoked', mark: say`🔑`, things: 'API tokens of ' },
};

/** Where it is another word than the verb's name. The end of a role may also come earlier. */
const INFINITIVES: Partial<Record<ActionVerb, string>> = { 'lock-several': 'lock', extend: 'move' };

/** Fastly says no more of a lock than 'locked for editing', and nothing of tokens where a role changes. */
const TOKENS_STAY = say`API tokens of the user may go on working.`;

/** 'X', 'API tokens of X'. */
export function objectOf(verb: ActionVerb, user: Sentence): Sentence {
  return say`${FORMS[verb].things ?? FORMS[verb].thing ?? ''}${user}`;
}

/** The same at the start of a sentence. */
export function subjectOf(verb: ActionVerb, user: Sentence): Sentence {
  const what = FORMS[verb].things ?? FORMS[verb].thing ?? '';
  return say`${what.slice(0, 1).toUpperCase()}${what.slice(1)}${user}`;
}

/** 'was' or 'were', for what `objectOf` says. */
export function was(verb: ActionVerb): string {
  return FORMS[verb].things === undefined ? 'was' : 'were';
}

/** 'delete X', 'promote X to Fastly superuser'. */
export function infinitive(verb: ActionVerb, user: Sentence): Sentence {
  return say`${INFINITIVES[verb] ?? verb} ${objectOf(verb, user)}${FORMS[verb].tail ?? ''}`;
}

/** 'deleting X', 'promoting X to Fastly superuser'. */
export function gerund(verb: ActionVerb, user: Sentence): Sentence {
  return say`${FORMS[verb].gerund} ${objectOf(verb, user)}${FORMS[verb].tail ?? ''}`;
}

/** 'deleted', 'promoted to Fastly superuser': goes behind 'was' and 'wasn't'. */
export function participle(verb: ActionVerb): string {
  return `${FORMS[verb].participle}${FORMS[verb].tail ?? ''}`;
}

export function markOf(verb: ActionVerb): Sentence {
  return FORMS[verb].mark;
}

/** What approvers are warned of before they approve. */
export function consequence(verb: ActionVerb, user: Sentence, tokensStay = true): Sentence {
  const stays = (what: Sentence) => (tokensStay ? say` ${what}` : say``);
  switch (verb) {
    case 'delete':
      return say`${user} will be deleted from the Fastly account. This can't be undone.`;
    case 'promote':
      return say`${user} will become a Fastly superuser, who can change and delete every user.`;
    case 'create':
    case 'invite':
      return say`${user} will be ${participle(verb)}, who can change and delete every user.`;
    case 'demote':
      return say`${user} will no longer be a Fastly superuser.${stays(TOKENS_STAY)}`;
    case 'lock':
      return say`${user}, a Fastly superuser, will be locked. The lock can be undone.${stays(STAYS)}`;
    case 'lock-several':
      return say`${user} will be locked, one after the other. Whoever has changed or was active since is left as they are. Locks can be undone.${stays(STAYS)}`;
    case 'unlock':
      return say`${user}, a Fastly superuser, will be unlocked.`;
    case 'extend':
      return say`The end of the role of ${user} will be moved.`;
    case 'revoke':
      return say`${objectOf(verb, user)} will be revoked. What uses them stops working at once. This can't be undone.`;
  }
}

/** The subcommand that files such a request. */
export function subcommandFor(
  verb: ActionVerb,
): Exclude<ActionVerb, 'promote' | 'demote' | 'extend' | 'lock-several'> | 'update' | 'list' {
  if (verb === 'lock-several') return 'list';
  return verb === 'promote' || verb === 'demote' || verb === 'extend' ? 'update' : verb;
}
