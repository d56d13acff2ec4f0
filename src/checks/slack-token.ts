import type { WebClient } from '@slack/web-api';
import { CredentialRefused } from '../config/secret.ts';
import { connectionProblem } from '../http/connection-problem.ts';
import {
  GROUPS_SCOPE,
  type Identity,
  readIdentity,
  SCOPES,
  type Scope,
} from '../slack/connection/identity.ts';
import { whatToDo } from '../slack/connection/refused-words.ts';
import { type Finding, fine, notKnown, off, wrong } from './finding.ts';
import { causeOf, notTold } from './slack-call.ts';

/** `identity` is null where Slack doesn't accept the token, or can't be asked. */
type SlackTokenLook = { findings: Finding[]; identity: Identity | null };

/** What the bot cannot do without each scope. */
const USES: Record<Scope, string> = {
  commands: 'offer /fastly-user',
  'chat:write': 'post anything',
  'chat:write.public': "post in public channels that it isn't a member of",
  'users:read': 'tell who is a member of the workspace',
  'users:read.email': "tell which Fastly user is whose, so mentions don't work",
  'channels:read': 'tell who reads along in a public channel, so results there stay private',
  'groups:read': 'tell who reads along in a private channel, so results there stay private',
  'im:write': 'send direct messages',
};

const MANIFEST_REMEDY = 'Update the Slack app from manifest.yml and reinstall it in the workspace.';

/**
 * Whether Slack answers and accepts the bot token, for which workspace, and with which scopes.
 *
 * @param address SLACK_API_URL, which is named
 */
export async function checkSlackToken(slack: WebClient, address: string): Promise<SlackTokenLook> {
  try {
    const identity = await readIdentity(slack);
    const { team, teamId, enterpriseId } = identity;
    const organisation = enterpriseId ? `, in the organisation ${enterpriseId}` : '';
    const what = `Slack accepts SLACK_BOT_TOKEN for the workspace ${team} (${teamId}${organisation}).`;
    return { findings: [fine(what), ...scopeFindings(identity)], identity };
  } catch (error) {
    return { findings: [refusal(error, address)], identity: null };
  }
}

function refusal(error: unknown, address: string): Finding {
  if (error instanceof CredentialRefused) return { mark: 'wrong', ...error.problem };
  const refused = whatToDo('auth.test', error);
  if (refused.word === null) {
    const remedy = connectionProblem(error)?.remedy ?? 'Check SLACK_API_URL, the proxy and slack-status.com.';
    return wrong(`Slack can't be reached at ${address}: ${causeOf(error)}.`, remedy);
  }
  if ('remedy' in refused) {
    return wrong(`Slack refuses the bot (${refused.word}).`, refused.remedy);
  }
  return notTold("Slack didn't say whether it accepts SLACK_BOT_TOKEN", error);
}

function scopeFindings({ scopes, missingScopes }: Identity): Finding[] {
  if (scopes === null) return [notKnown("Slack doesn't say which scopes the token has.")];
  const others = scopes.filter((scope) => scope !== GROUPS_SCOPE && !SCOPES.some((used) => used === scope));
  const missing = missingScopes.map((scope) =>
    wrong(`The token lacks the scope ${scope}: the bot can't ${USES[scope]}.`, MANIFEST_REMEDY),
  );
  const unused = off(`The token also has scopes that the bot doesn't use: ${others.join(', ')}.`);
  return [
    ...(missing.length > 0 ? missing : [fine('The token has all scopes that every installation needs.')]),
    ...(others.length > 0 ? [unused] : []),
  ];
}
