import type { Deed } from '../approvals/request.ts';
import { type Sentence, say } from './kit/sentence.ts';

type Verb = { base: string; gerund: string; participle: string; tail: string; mark: Sentence };

const AS_SUPERUSER = ' as a Fastly superuser';

const VERBS: Record<Deed, Verb> = {
  delete: { base: 'delete', gerund: 'deleting', participle: 'deleted', tail: '', mark: say`🗑️` },
  promote: {
    base: 'promote',
    gerund: 'promoting',
    participle: 'promoted',
    tail: ' to Fastly superuser',
    mark: say`⭐`,
  },
  unlock: { base: 'unlock', gerund: 'unlocking', participle: 'unlocked', tail: '', mark: say`🔓` },
  create: { base: 'create', gerund: 'creating', participle: 'created', tail: AS_SUPERUSER, mark: say`⭐` },
  invite: { base: 'invite', gerund: 'inviting', participle: 'invited', tail: AS_SUPERUSER, mark: say`✉️` },
  demote: {
    base: 'demote',
    gerund: 'demoting',
    participle: 'demoted',
    tail: ' from Fastly superuser',
    mark: say`⬇️`,
  },
  lock: { base: 'lock', gerund: 'locking', participle: 'locked', tail: '', mark: say`🔒` },
};

/** 'delete X', 'promote X to Fastly superuser'. */
export function toDo(deed: Deed, whom: Sentence): Sentence {
  const { base, tail } = VERBS[deed];
  return say`${base} ${whom}${tail}`;
}

/** 'deleting X', 'promoting X to Fastly superuser'. */
export function doing(deed: Deed, whom: Sentence): Sentence {
  const { gerund, tail } = VERBS[deed];
  return say`${gerund} ${whom}${tail}`;
}

/** What somebody is, was or could not be: 'deleted', 'promoted to Fastly superuser'. */
export function done(deed: Deed): string {
  const { participle, tail } = VERBS[deed];
  return `${participle}${tail}`;
}

/** What a look shows when it was done. */
export function seen(deed: Deed): string {
  return deed === 'delete' ? 'they are gone' : 'it is done';
}

/** The sign that stands in front of it where it is told. */
export function markOf(deed: Deed): Sentence {
  return VERBS[deed].mark;
}

/** Whom it is about, before they are named. */
export function kindOfUser(deed: Deed): string {
  switch (deed) {
    case 'create':
    case 'invite':
      return 'somebody new';
    case 'lock':
    case 'unlock':
      return 'this Fastly superuser';
    default:
      return 'this Fastly user';
  }
}

/** What it means, for whoever is about to approve it. */
export function consequence(deed: Deed, who: string): Sentence {
  switch (deed) {
    case 'delete':
      return say`Approving deletes ${who} from the Fastly account. That cannot be undone.`;
    case 'promote':
      return say`Approving makes ${who} a Fastly superuser, who can change and delete everybody.`;
    case 'unlock':
      return say`Approving lets ${who}, a Fastly superuser, back into Fastly.`;
    case 'create':
      return say`Approving creates ${who} as a Fastly superuser, who can change and delete everybody.`;
    case 'invite':
      return say`Approving invites ${who} as a Fastly superuser, who can change and delete everybody.`;
    case 'demote':
      return say`Approving takes the role of Fastly superuser away from ${who}.`;
    case 'lock':
      return say`Approving locks ${who}, a Fastly superuser, out of Fastly.`;
  }
}

/** The subcommand that asks for it. */
export function subcommandFor(deed: Deed): 'delete' | 'update' | 'create' | 'invite' {
  switch (deed) {
    case 'delete':
    case 'create':
    case 'invite':
      return deed;
    default:
      return 'update';
  }
}
