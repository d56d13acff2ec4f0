import type { Button } from '@slack/types';
import type { Logger } from 'pino';
import { NeedsNewerVersion } from '../approvals/newer.ts';
import type { ChangeKind } from '../changes/change.ts';
import { type FastlyDuplicate, type FastlyError, isFastlyError } from '../fastly/errors.ts';
import { TOKEN_PROBLEMS, TOKEN_REMEDY, type TokenProblem } from '../fastly/token.ts';
import { StoreUnavailable } from '../store/errors.ts';
import { checkText } from './change-text.ts';
import { type Message, message, withButtons, withFootnote } from './kit/message.ts';
import { code, date, fixedText, plainText, type Sentence, say, withoutTyped } from './kit/sentence.ts';

/**
 * Something the bot will not or cannot do, in words for the caller. Thrown where it is found, told in one place. Its
 * `message`, for the log and the audit log, has the fixed words only: what was typed may be a secret.
 */
export class Refusal extends Error {
  readonly sentence: Sentence;
  /** Ways on from here, shown under a message. */
  readonly buttons: readonly Button[];

  constructor(sentence: Sentence, { buttons = [] }: { buttons?: readonly Button[] } = {}) {
    super(fixedText(sentence));
    this.name = 'Refusal';
    this.sentence = sentence;
    this.buttons = buttons;
  }
}

/** Slack delivered the same command, click or form twice. The second is ignored; only a form says so. */
export class RepeatedDelivery extends Refusal {}

/** What a caller is told about a failure: what happened, what became of the change, what to do next. */
export function explain(error: unknown): Sentence {
  if (error instanceof Refusal) return error.sentence;
  if (isFastlyError(error)) return explainFastly(error);
  if (error instanceof StoreUnavailable) return explainStore(error);
  if (error instanceof NeedsNewerVersion) return explainNewer(error);
  return say`Something went wrong. Try again. If it keeps failing, send the reference to the bot's operator.`;
}

/** A replica that runs the newer version may take the next click. */
function explainNewer({ request }: NeedsNewerVersion): Sentence {
  return say`Request ${code(request)} needs a newer version of the bot. Nothing was done. Try again in a few minutes, or tell the bot's operator.`;
}

function explainStore({ mayBeRecorded, trouble }: StoreUnavailable): Sentence {
  if (mayBeRecorded) {
    return say`The bot lost its database, so it's unclear whether this was recorded. Run ${code('/fastly-user approvals')} to check before you try again.`;
  }
  switch (trouble.kind) {
    case 'full':
      return say`The bot's database takes no more data. Nothing was done. Tell the bot's operator, and try again later.`;
    case 'gone':
      return say`The bot's database file was moved or deleted. Nothing was done. Tell the bot's operator.`;
    case 'back':
      return say`The bot's database was replaced by an older copy. Nothing was done. Tell the bot's operator.`;
    case 'unconfirmed':
      return say`The bot is still checking its database. Nothing was done. Try again in a minute.`;
    case 'wrong':
    case 'away':
      return say`The bot can't reach its database. Nothing was done. Try again in a minute.`;
  }
}

/** The same for a form, which has one line for it, with the reference where the log has more. */
export function explainWithReference(error: unknown, reference: string): Sentence {
  if (error instanceof Refusal) return error.sentence;
  return say`${explain(error)} Reference ${code(reference)}.`;
}

/** What Fastly says to a person, which is nothing for the operator to look at. */
const REFUSED_BY_FASTLY: readonly FastlyError['kind'][] = ['not_found', 'invalid_id', 'duplicate', 'invalid'];

function outcomeOf(error: unknown): 'repeated' | 'refused' | 'failed' {
  if (error instanceof RepeatedDelivery) return 'repeated';
  if (error instanceof Refusal || error instanceof NeedsNewerVersion) return 'refused';
  return isFastlyError(error) && REFUSED_BY_FASTLY.includes(error.kind) ? 'refused' : 'failed';
}

/** An interaction in which something failed. */
type Failing = { log: Logger; measured: { turnsOut(outcome: ReturnType<typeof outcomeOf>): void } };

/** Logs and counts a failure: a refusal as one line, and an unexpected error with its stack trace. */
export function logFailure({ log, measured }: Failing, error: unknown): void {
  measured.turnsOut(outcomeOf(error));
  if (error instanceof Refusal || error instanceof NeedsNewerVersion)
    log.info({ why: error.message }, 'refused');
  else if (isFastlyError(error) && error.kind === 'other_user') log.error({ err: error }, 'failed');
  else log.warn({ err: error }, 'failed');
}

/**
 * The private message about a failure, with the reference under which the log has more; a refusal says it all.
 *
 * @param kept whether the message stays, as a direct message does: then it repeats nothing that was typed
 */
export function failureMessage(error: unknown, reference: string, { kept }: { kept: boolean }): Message {
  const sentence = explain(error);
  const told = message(kept ? withoutTyped(sentence) : sentence);
  if (!(error instanceof Refusal)) return withFootnote(told, say`Reference ${code(reference)}`);
  return withButtons(told, error.buttons);
}

function explainFastly(error: FastlyError): Sentence {
  switch (error.kind) {
    case 'not_found':
      if (error.operation === 'delete_invitation') {
        return say`This invitation is no longer open. It was accepted or withdrawn, or it expired.`;
      }
      if (error.operation === 'get_current_user') return tokenProblemText('no-user');
      if (error.operation === 'current_customer') {
        return say`${ACCOUNT_NOT_TOLD} Tell the bot's operator.`;
      }
      if (error.operation === 'list_users') {
        return say`Fastly doesn't list the account's users for the bot. Search by ID instead.`;
      }
      return say`Fastly has no such user. The user may have been deleted. Search with ${code('/fastly-user get')}.`;
    case 'invalid_id':
      return say`That isn't a Fastly ID. IDs contain only letters and digits. Run ${code('/fastly-user get')} with part of the name.`;
    case 'unauthorized':
      return say`Fastly refused the bot's token.${unchanged(error)} Ask the bot's operator to set a new one.`;
    case 'forbidden':
      return say`Fastly doesn't allow the bot to do this${fastlyWords(error)}.${unchanged(error)} Ask the bot's operator for a token with the global scope, made by a Fastly superuser.${hint(error)}`;
    case 'duplicate':
      return error.operation === 'create_invitation'
        ? say`This address already belongs to a user or an open invitation${fastlyWords(error)}.${unchanged(error)} Check with ${code('/fastly-user get')} and ${code('/fastly-user invitations')}.`
        : loginTaken(error);
    case 'invalid':
      return say`Fastly refused this${fastlyWords(error)}.${unchanged(error)}${hint(error)}`;
    case 'rate_limited':
      return error.resetAt === null
        ? say`Fastly's rate limit is reached.${unchanged(error)} Try again later.`
        : say`Fastly's rate limit is reached until ${date(new Date(error.resetAt * 1000))}.${unchanged(error)} Try again then.`;
    case 'unavailable':
      if (error.status !== null && error.status < 500) {
        return say`Something between the bot and Fastly, such as a proxy, refused the call (${error.status}). ${aftermath(error)}`;
      }
      return say`Fastly returned an error (${error.status ?? 500}). ${aftermath(error)}`;
    case 'timed_out':
      return say`Fastly didn't answer in time. ${aftermath(error)}`;
    case 'cut_off':
      if (error.mayHaveBeenCarriedOut) {
        return say`The connection to Fastly was lost before it answered. ${aftermath(error)}`;
      }
      switch (error.problem?.kind) {
        case 'proxy':
          return say`Fastly can't be reached through the company's proxy.${unchanged(error)} Tell the bot's operator.`;
        case 'certificate':
          return say`Fastly can't be reached, because its certificate isn't accepted.${unchanged(error)} Tell the bot's operator.`;
        default:
          return say`Fastly can't be reached. ${aftermath(error)}`;
      }
    case 'unexpected_answer':
      return say`Fastly sent an unexpected response. ${aftermath(error)}`;
    case 'other_user':
      return say`${answeredAbout(error)}${whatBecame(error)} Tell the bot's operator.`;
  }
}

/** Said where Fastly's `/current_customer` is not there. */
export const ACCOUNT_NOT_TOLD = say`Fastly doesn't tell the bot about its account.`;

/** What keeps the bot's token from changing users, and what its operator does about it. */
export function tokenProblemText(problem: TokenProblem): Sentence {
  return say`${TOKEN_PROBLEMS[problem]} ${TOKEN_REMEDY}`;
}

/** Says that the login is taken, and how to see its user. @param login empty where it is not known */
export function loginTaken(error: FastlyDuplicate, login = ''): Sentence {
  const look = code(`/fastly-user get ${login}`.trim());
  return say`A user with this login already exists${fastlyWords(error)}.${unchanged(error)} Run ${look} to see the user.`;
}

/** ' (it says: …)', or nothing where Fastly gave no reason. */
function fastlyWords({ msg, detail }: { msg: string | null; detail: string | null }): Sentence {
  const given = [msg, detail].filter((part) => part !== null);
  return given.length === 0 ? say`` : say` (it says: ${given.join(': ')})`;
}

/** The most frequent reason why Fastly refuses a deletion (Fastly's guide to managing users). */
function hint({ operation }: FastlyError): Sentence {
  return operation === 'delete_user' ? REVOKE_HINT : say``;
}

const REVOKE_HINT = say` The user's API tokens may have to be revoked first.`;
const UNCHANGED = say` Nothing was changed.`;

/** For people: the rest of a change failed, after the tokens were revoked. */
export function explainRest(error: FastlyError): string {
  const said = [UNCHANGED, REVOKE_HINT].map(plainText);
  return said.reduce((why, each) => why.replace(each, ''), plainText(explain(error)));
}

/** ' Nothing was changed.', to be put behind another sentence. Empty for a read. */
function unchanged({ operation }: FastlyError): Sentence {
  return READS.includes(operation) ? say`` : UNCHANGED;
}

function answeredAbout({ operation }: FastlyError): Sentence {
  return operation === 'current_customer'
    ? say`Fastly answered about another account than the bot's.`
    : say`Fastly answered about another user than the one asked for.`;
}

/** What became of a change, to be put behind another sentence. Empty for a read. */
function whatBecame(error: FastlyError): Sentence {
  return error.mayHaveBeenCarriedOut ? say` ${aftermath(error)}` : unchanged(error);
}

function aftermath({ mayHaveBeenCarriedOut, operation }: FastlyError): Sentence {
  if (READS.includes(operation)) return say`Try again in a minute.`;
  if (!mayHaveBeenCarriedOut) return say`Nothing was changed. Try again in a minute.`;
  const change = CHANGE_OF[operation] ?? 'update';
  return say`${change === 'reset' ? 'The email may still have been sent' : 'It may still have gone through'}. ${checkText(change)}`;
}

/** Operations that change nothing. Their errors don't mention changes. */
const READS = [
  ...['get_user', 'get_current_user', 'list_users', 'current_customer', 'list_invitations'],
  ...['list_tokens', 'current_token'],
];

const CHANGE_OF: Readonly<Record<string, ChangeKind>> = {
  create_user: 'create',
  update_user: 'update',
  request_password_reset: 'reset',
  create_invitation: 'invite',
  delete_invitation: 'withdraw',
  revoke_token: 'end-sessions',
  update_user_password: 'password',
};
