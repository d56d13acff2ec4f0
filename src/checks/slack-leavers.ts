import type { WebClient } from '@slack/web-api';
import { z } from 'zod';
import { memberPages } from '../slack/connection/member-pages.ts';
import { type Finding, fine, off, warning } from './finding.ts';
import { notTold } from './slack-call.ts';

/** Slack takes 30,000 events an hour for an app, and each new status of a member is one (docs.slack.dev, Events API). */
const MOST_LIVE = 5_000;
/** The most that one answer may have (docs.slack.dev, users.list). */
const PAGE_LENGTH = 1_000;

/** No method of Slack's tells a bot which events its app has. */
const UNSEEN =
  "Slack doesn't say whether the app was updated from the manifest with --leavers, without which it sends no events.";

const flag = z.boolean().catch(false);
const Listed = z.looseObject({ deleted: flag, is_bot: flag, is_stranger: flag });

/** Whether the workspace is small enough to be told of every change of a member. */
export async function checkLeavers(slack: WebClient, mode: 'off' | 'daily' | 'live'): Promise<Finding> {
  if (mode === 'off') {
    return off('LEAVERS is off: nobody is told of people who left Slack.');
  }
  try {
    const members = await countMembers(slack);
    if (members > MOST_LIVE && mode === 'live') {
      return warning(
        `LEAVERS is live, and the workspace has more than ${MOST_LIVE} active members: Slack may leave events out.`,
        'Set LEAVERS=daily, and update the Slack app from the manifest without --leavers.',
      );
    }
    const many = members > MOST_LIVE ? `more than ${MOST_LIVE}` : `${members}`;
    const what = `LEAVERS is ${mode}: the workspace has ${many} active members.`;
    return fine(mode === 'live' ? `${what} ${UNSEEN}` : what);
  } catch (error) {
    return notTold(`LEAVERS is ${mode}, and Slack didn't list the workspace's members`, error);
  }
}

/** Stops at the first page that makes it too many. */
async function countMembers(slack: WebClient): Promise<number> {
  let count = 0;
  for await (const members of memberPages((from) => slack.users.list({ limit: PAGE_LENGTH, ...from }))) {
    const listed = members.map((each) => Listed.parse(each));
    count += listed.filter((each) => !each.deleted && !each.is_bot && !each.is_stranger).length;
    if (count > MOST_LIVE) break;
  }
  return count;
}
