import type { UserGroupId } from '../../ids.ts';
import type { Problem } from '../../observability/health.ts';
import type { GroupProblem } from './user-groups.ts';

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
