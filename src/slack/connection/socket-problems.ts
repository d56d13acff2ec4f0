import type { Problem } from '../../observability/health.ts';

/** What only a person can mend about Socket Mode, as `/readyz` and the log say it. */
export const SWITCHED_OFF: Problem = {
  what: 'Socket Mode is switched off in the Slack app, so no command reaches the bot.',
  remedy:
    "In the Slack app's settings at https://api.slack.com/apps, switch on Socket Mode › Enable Socket Mode. The bot tries again every minute.",
};

export const NEW_TOKEN = 'Create a new app-level token with connections:write.';

/** @param word Slack's, for why */
export function refusedToken(word: string | null, remedy: string): Problem {
  const what = `Slack rejects SLACK_APP_TOKEN (${word}), so the bot cannot open a connection.`;
  return { what, remedy: `${remedy} The bot tries again every minute.` };
}

const OTHERS_REMEDY =
  "Stop every other process that uses an app-level token of this Slack app. If you don't know it, revoke the tokens and create a new one. Slack may go on counting a connection that was cut for some hours.";

export const NO_MORE_CONNECTIONS: Problem = {
  what: 'Slack has as many connections of this app as it allows, and takes no more.',
  remedy: OTHERS_REMEDY,
};

export function otherConnections(counted: number, own: number): Problem {
  return {
    what: `Slack counts ${counted} connections of this app, and ${own} ${own === 1 ? 'is' : 'are'} of this bot. What people type may go to the others and stay unanswered.`,
    remedy: OTHERS_REMEDY,
  };
}
