import { superuserStanding } from '../changes/superuser.ts';
import { accountTokens } from '../fastly/account-tokens.ts';
import { accountUsers } from '../fastly/account-users.ts';
import type { FastlyClient } from '../fastly/client.ts';
import type { User } from '../fastly/user.ts';
import { notLookedAt } from './fastly.ts';
import { counted, type Finding, fine, off, warning } from './finding.ts';

/** With fewer of them beside the bot's own, nobody is left to manage the account when one is away. */
const FEWEST_SUPERUSERS = 2;

/**
 * Who else can manage the account, and how people sign in to it. Not quick: it reads all users of the account.
 *
 * @param holder the user behind the bot's token
 */
export async function checkFastlyAccount(fastly: FastlyClient, holder: User): Promise<Finding[]> {
  const looks = [superuserFinding(fastly, holder), signInFindings(fastly), tokensFinding(fastly)];
  return (await Promise.all(looks)).flat();
}

async function superuserFinding(fastly: FastlyClient, holder: User): Promise<Finding> {
  try {
    const { users } = await accountUsers(fastly, holder);
    const others = users.filter(({ id, locked }) => id !== holder.id && locked !== true);
    const standings = others.map(superuserStanding);
    const sure = standings.filter((standing) => standing === 'yes').length;
    const possible = standings.filter((standing) => standing === 'unknown').length;
    const count = `${counted(sure, 'unlocked Fastly superuser')} besides the bot's own user`;
    if (sure >= FEWEST_SUPERUSERS) return fine(`The account has ${count}.`);
    const unsure =
      possible > 0 ? ` Fastly doesn't tell of ${possible} more whether they are Fastly superusers.` : '';
    return warning(
      `The account has only ${count}.${unsure}`,
      `In Fastly, have at least ${FEWEST_SUPERUSERS} people as Fastly superusers, so that the account can be managed without the bot.`,
    );
  } catch (error) {
    return notLookedAt('The Fastly superusers of the account were not counted', error);
  }
}

/** A request to delete a user shows the tokens that would end, if the bot can list them. */
async function tokensFinding(fastly: FastlyClient): Promise<Finding> {
  try {
    const { programs } = await accountTokens(fastly);
    const count = counted(programs.length, 'API token');
    return fine(`The bot can list the account's API tokens: ${count} that programs use.`);
  } catch (error) {
    const what = "The account's API tokens can't be listed, so a request to delete a user doesn't show them";
    return notLookedAt(what, error);
  }
}

async function signInFindings(fastly: FastlyClient): Promise<Finding[]> {
  try {
    const { force_sso: singleSignOn, can_reset_passwords: canReset } = await fastly.currentCustomer();
    return [
      singleSignOn
        ? fine("The account requires single sign-on. A password reset doesn't help people to sign in.")
        : fine("The account doesn't require single sign-on."),
      canReset === false
        ? off("The account doesn't allow password resets, so the bot refuses them.")
        : fine('The account allows password resets.'),
    ];
  } catch (error) {
    return [notLookedAt('Whether the account uses single sign-on is not known', error)];
  }
}
