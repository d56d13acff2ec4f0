import { type Reading, read } from './reading.ts';
import { Secret } from './secret.ts';

/** What Slack gives out, by its form (docs.slack.dev/authentication/tokens). */
const KINDS: readonly { form: RegExp; is: string; variable: string | null }[] = [
  { form: /^xoxb-/, is: 'a bot token (xoxb-…)', variable: 'SLACK_BOT_TOKEN' },
  { form: /^xapp-/, is: 'an app-level token (xapp-…)', variable: 'SLACK_APP_TOKEN' },
  { form: /^xoxp-/, is: "a member's token (xoxp-…)", variable: null },
  { form: /^xoxe/, is: "a token that expires (xoxe…), and the bot can't renew it", variable: null },
  { form: /^xox[a-z]-/, is: 'a Slack token of another kind', variable: null },
];
const SIGNING_SECRET = /^[0-9a-f]{32}$/;

/**
 * A secret for this variable.
 *
 * @param prefix how it begins, if that is known
 * @param remedy says where to find it, in whole sentences
 */
export const secretFor = (variable: string, prefix: string | null, remedy: string) =>
  read((text): Reading<Secret> => {
    const wrong = whatIsWrong(text, variable, prefix);
    return wrong === null ? { value: new Secret(text) } : { wrong, remedy };
  });

/** Never quotes the text. */
function whatIsWrong(text: string, variable: string, prefix: string | null): string | null {
  const kind = KINDS.find(({ form }) => form.test(text));
  if (kind && kind.variable !== variable) {
    return kind.variable ? `is ${kind.is}, which belongs in ${kind.variable}` : `is ${kind.is}`;
  }
  if (prefix !== null && !text.startsWith(prefix)) {
    return SIGNING_SECRET.test(text)
      ? "looks like the app's signing secret, which belongs in SLACK_SIGNING_SECRET"
      : `doesn't start with ${prefix}`;
  }
  if (text === prefix) return `has nothing after ${prefix}`;
  if (/\s/.test(text)) return 'must not contain spaces';
  // It is sent in a header, which takes no others.
  return /^[!-~]+$/.test(text) ? null : 'contains a character that no token has';
}
