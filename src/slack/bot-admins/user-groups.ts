import type { WebClient } from '@slack/web-api';
import type { Logger } from 'pino';
import { z } from 'zod';
import { MemberId, type UserGroupId } from '../../ids.ts';
import type { Problem } from '../../observability/health.ts';
import { KeptAnswers } from '../connection/kept-answers.ts';
import { wordOf } from '../connection/refused-words.ts';

/** Why nobody gets access through a group. `gone`: disabled, or there is no such group. */
export type GroupProblem = 'gone' | 'plan' | 'scope';

/** Slack's words for that (docs.slack.dev, usergroups.users.list). Any other error says nothing about the group. */
const PROBLEMS = new Map<string | null, GroupProblem>([
  ['no_such_subteam', 'gone'],
  ['subteam_not_found', 'gone'],
  ['plan_upgrade_required', 'plan'],
  ['paid_teams_only', 'plan'],
  ['missing_scope', 'scope'],
]);

/** What the operator is told of a user group through which nobody gets access. */
export const GROUP_PROBLEMS: Record<GroupProblem, (group: UserGroupId) => Problem> = {
  gone: (group) => ({
    what: `SUPERUSERS: Slack has no active user group ${group}, so nobody gets access through it.`,
    remedy: 'Enable the group in Slack, or correct the ID.',
  }),
  plan: (group) => ({
    what: `SUPERUSERS: the plan of this Slack workspace has no user groups, so nobody gets access through ${group}.`,
    remedy: 'List member IDs instead.',
  }),
  scope: (group) => ({
    what: `SUPERUSERS: the Slack app may not read user groups, so nobody gets access through ${group}.`,
    remedy:
      'Update the Slack app from the manifest that npm run -s manifest -- --groups prints, and reinstall it in the workspace.',
  }),
};

/** A group's members, or why it has none that count. */
export type GroupReading =
  | { kind: 'members'; members: readonly MemberId[] }
  | { kind: 'unusable'; why: GroupProblem };

/** An answer without `users` says nothing; an empty list says that nobody is in the group. */
const Users = z.object({ users: z.array(MemberId) });

/** The members of Slack's user groups; null where Slack doesn't answer. */
export class UserGroups extends KeptAnswers<UserGroupId, GroupReading, null> {
  /** When a group was last said to have changed, in Unix milliseconds: what was asked before doesn't count. */
  readonly #changed = new Map<UserGroupId, number>();

  constructor(slack: WebClient, log: Logger) {
    super(
      (group) => ask(slack, group),
      (group, error) => {
        log.warn({ group, err: error }, "Slack didn't say who is in a user group");
        return null;
      },
    );
  }

  override async since(group: UserGroupId, since: number): Promise<GroupReading | null> {
    return await super.since(group, Math.max(since, this.#changed.get(group) ?? 0));
  }

  /** Slack says that a group has changed. The next use asks. */
  changed(group: UserGroupId): void {
    // What was asked in this very millisecond may be from before.
    this.#changed.set(group, Date.now() + 1);
  }
}

/** @throws where Slack doesn't answer */
async function ask(slack: WebClient, group: UserGroupId): Promise<GroupReading> {
  try {
    const { users } = Users.parse(await slack.usergroups.users.list({ usergroup: group }));
    return { kind: 'members', members: users };
  } catch (error) {
    const why = PROBLEMS.get(wordOf(error));
    if (why === undefined) throw error;
    return { kind: 'unusable', why };
  }
}
