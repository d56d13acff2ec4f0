import { describe, expect, it } from 'vitest';
import { LISTENERS } from '../../../src/commands/slash-command.ts';
import { SUBCOMMAND_NAMES } from '../../../src/config/subcommand-names.ts';
import { countCalls } from './counting.ts';
import { INTERACTIONS } from './interactions.ts';

/**
 * What each interaction asks of Fastly and of Slack, by a bot that has nothing in its caches but who its bot admins are, as
 * it reads those at its start. The last column: what is asked for more than once before anything is changed. That is only
 * the user who is updated or locked, who is read again once the change is recorded, whoever decides, whom Slack confirms
 * at the decision and again at the execution, the tokens, looked at once more after a request to revoke them was filed, and
 * of several users who are locked, whether each is protected. `≤`: steps of a request that follow quickly are drawn together.
 * `≤ 1`: Slack's answer about a channel serves for 10 seconds, so it may not be asked again.
 */
const TABLE = `
| Interaction | Fastly | Slack | Twice |
| help                                |                                                                                    | response_url                                                 | |
| whoami                              | GET current_customer, GET current_user                                             | conversations.info, response_url                             | |
| get, by ID                          | GET current_customer, GET user                                                     | conversations.info, response_url                             | |
| get, by login                       | GET current_customer, GET customer/users, GET user                                 | conversations.info, response_url                             | |
| get, by name                        | GET current_customer, GET customer/users, GET user                                 | conversations.info, response_url                             | |
| get, by mention                     | GET current_customer, GET customer/users, GET user                                 | conversations.info, response_url, users.info                 | |
| get, where two fit                  | GET customer/users                                                                 | response_url                                                 | |
| get, where many fit                 | GET customer/users                                                                 | views.open                                                   | |
| get, without words                  |                                                                                    | views.open                                                   | |
| get, its form                       | GET current_customer, GET user                                                     | chat.postMessage, conversations.info                         | |
| typing into a picker of users       | GET customer/users                                                                 |                                                              | |
| choosing one of two                 | GET current_customer, GET user                                                     | conversations.info, response_url ×2                          | |
| choosing one of many                | GET current_customer, GET user                                                     | chat.postMessage, conversations.info                         | |
| Show on a refusal                   | GET current_customer, GET user                                                     | conversations.info, response_url ×2                          | |
| list                                | GET customer/users, GET invitations                                                | conversations.info, response_url                             | |
| list, next page                     | GET customer/users                                                                 | conversations.info, response_url                             | |
| list, previous page                 | GET customer/users                                                                 | conversations.info, response_url                             | |
| list, Filter                        | GET customer/users                                                                 | views.open, views.update                                     | |
| list, its form                      | GET customer/users                                                                 | chat.postMessage, conversations.info                         | |
| list, Lock several                  | GET current_customer, GET current_user, GET customer/tokens, GET customer/users    | views.open, views.update                                     |  |
| list, Lock several, its form        | GET current_customer ×3, GET current_user ×3, GET customer/tokens, GET customer/users, GET user ×2, PUT user ×2 | chat.postMessage, chat.update ≤ 4, conversations.info, users.info | GET current_customer, GET current_user |
| Stop on a request about several     |                                                                                    | chat.getPermalink, chat.postMessage ×2, chat.update ≤ 2, conversations.info |  |
| Unlock these                        | GET user ×4, PUT user ×2                                                           | chat.postMessage, chat.update ≤ 2, conversations.info, response_url | GET user |
| list --left                         | GET customer/users                                                                 | conversations.info, response_url, users.list                 | |
| list --left, next page              | GET customer/users                                                                 | conversations.info, response_url, users.list                 | |
| Lock beside somebody who left       | GET current_customer, GET customer/tokens, GET user                                | conversations.info, users.info, users.lookupByEmail, views.open, views.update     | |
| Ask for deletion beside somebody who left | GET customer/tokens, GET user                                                | conversations.info, users.info, users.lookupByEmail, views.open, views.update     | |
| Keep beside somebody who left       |                                                                                    | users.info, users.lookupByEmail, views.open, views.update                         | |
| Cancel requests of somebody who left | GET current_customer, GET current_user, GET customer/tokens, GET user            | chat.getPermalink, chat.postMessage ×2, chat.update ≤ 3, conversations.info ≤ 1, response_url, users.info ×2, users.lookupByEmail | |
| Keep, its form                      |                                                                                    | chat.update, conversations.info, users.info, users.lookupByEmail                  | |
| approvals                           |                                                                                    | chat.getPermalink, response_url                              | |
| approvals, the next roles that end  |                                                                                    | response_url                                                 | |
| audit                               |                                                                                    | conversations.info, response_url                             | |
| audit, of a user by ID              | GET user                                                                           | conversations.info, response_url                             | |
| audit, of a user by name            | GET customer/users                                                                 | conversations.info, response_url                             | |
| audit, Older                        |                                                                                    | conversations.info, response_url                             | |
| audit, Newest                       |                                                                                    | conversations.info, response_url                             | |
| audit, About a user                 |                                                                                    | views.open                                                   | |
| audit, its form                     | GET user                                                                           | chat.postMessage, conversations.info                         | |
| report                              | GET customer/tokens, GET customer/users                                            | conversations.info, response_url                             | |
| report, Fastly superusers           | GET customer/users                                                                 | response_url                                                 | |
| report, Without 2FA                 | GET customer/users                                                                 | response_url                                                 | |
| report, Locked                      | GET customer/users                                                                 | response_url                                                 | |
| report, Idle users                  | GET customer/users                                                                 | response_url                                                 | |
| report, Idle API tokens             | GET customer/tokens, GET customer/users                                            | response_url                                                 | |
| report, Expiring API tokens         | GET customer/tokens, GET customer/users                                            | response_url                                                 | |
| report, Changes                     |                                                                                    | response_url                                                 | |
| report, Roles that end              |                                                                                    | response_url                                                 | |
| report, Left Slack                  | GET customer/users                                                                 | response_url, users.list                                     | |
| reset, by ID                        | GET current_customer, GET customer/users, GET user, POST user/password/request_reset                      | conversations.info, response_url                             | |
| reset, by name                      | GET current_customer, GET customer/users, GET user, POST user/password/request_reset                   | conversations.info, response_url                             | |
| reset, without words                | GET current_customer                                                               | views.open, views.update                                     | |
| reset, its form                     | GET current_customer, GET user, POST user/password/request_reset                   | chat.postMessage, conversations.info                         | |
| Reset on a card                     | GET current_customer, GET user, POST user/password/request_reset                   | conversations.info, response_url                             | |
| password, without words             | GET current_customer                                                               | views.open, views.update                                     | |
| password, its form                  | GET customer/users, POST current_user/password                                     | chat.postMessage, conversations.info                         | |
| update, by ID                       | GET customer/users, GET user ×2, PUT user                                          | conversations.info, response_url                             | GET user |
| update, without settings            | GET user                                                                           | views.open, views.update                                     | |
| update, without words               |                                                                                    | views.open                                                   | |
| update, its picker                  | GET user                                                                           | views.update                                                 | |
| update, its form                    | GET user ×2, PUT user                                                              | chat.postMessage, conversations.info                         | GET user |
| Update on a card                    | GET user                                                                           | views.open, views.update                                     | |
| Undo                                | GET user ×2, PUT user                                                              | conversations.info, response_url ×2                          | GET user |
| update to a Fastly superuser        | GET customer/users, GET user                                                       | chat.postMessage, conversations.info                        | |
| update, for a time                  | GET customer/users, GET user ×2, PUT user                                          | chat.postMessage, conversations.info, response_url, users.lookupByEmail | GET user |
| End now                             | GET customer/tokens, GET user, PUT user                                            | chat.postMessage ×2, response_url, users.lookupByEmail       | |
| Extend a role that ends             |                                                                                    | views.open, views.update                                     | |
| Extend a role that ends, its form   | GET user                                                                           | chat.postMessage ×2, conversations.info, users.lookupByEmail | |
| lock, by ID                         | GET current_customer, GET current_user, GET customer/users, GET user ×2, PUT user  | conversations.info, response_url                             | GET user |
| lock, by ID, with all that can follow | GET current_customer ×2, GET current_user, GET customer/tokens ×3, GET customer/users, GET user ×2, POST user/password/request_reset, PUT user | chat.postMessage, chat.update ×3, conversations.info         | GET user |
| lock, by name, where one fits       | GET current_customer, GET customer/tokens, GET customer/users, GET user            | conversations.info, views.open, views.update                 | |
| lock of a Fastly superuser | GET current_customer, GET current_user, GET customer/users, GET user | chat.postMessage, conversations.info | |
| lock of a Fastly superuser, with all that can follow | GET current_customer, GET current_user, GET customer/tokens, GET customer/users, GET user | chat.postMessage, conversations.info | |
| lock, without words                 |                                                                                    | views.open                                                   | |
| lock, its picker                    | GET current_customer, GET customer/tokens, GET user                                | conversations.info, views.update                             | |
| lock, its form                      | GET current_customer, GET current_user, GET user ×2, PUT user                      | chat.postMessage, conversations.info                         | GET user |
| Lock on a card                      | GET current_customer, GET customer/tokens, GET user                                | conversations.info, views.open, views.update                 | |
| End browser sessions, once more     | DELETE tokens, GET current_user, GET customer/tokens ×2, GET tokens, GET user      | conversations.info, response_url                             | |
| Revoke API tokens, once more        | GET current_user, GET customer/tokens ×2, GET user                                 | chat.postMessage, conversations.info, response_url | GET customer/tokens |
| Email a password reset, once more   | GET current_customer, GET user, POST user/password/request_reset                   | conversations.info, response_url                             | |
| unlock, by ID                       | GET customer/users, GET user ×2, PUT user                                          | conversations.info, response_url                             | GET user |
| unlock, without words               |                                                                                    | views.open, views.update                                     | |
| unlock, its form                    | GET user ×2, PUT user                                                              | chat.postMessage, conversations.info                         | GET user |
| Unlock on a card                    | GET user ×2, PUT user                                                              | conversations.info, response_url                             | GET user |
| create                              | GET customer/users, POST user                                                      | conversations.info, response_url                             | |
| create, without words               |                                                                                    | views.open                                                   | |
| create, its form                    | GET customer/users, POST user                                                      | chat.postMessage, conversations.info                         | |
| create a Fastly superuser           | GET customer/users                                                                 | chat.postMessage, conversations.info                        | |
| invite                              | GET customer/users, GET invitations, POST invitations                              | conversations.info, response_url                             | |
| invite, without words               |                                                                                    | views.open                                                   | |
| invite, its form                    | GET customer/users, GET invitations, POST invitations                              | chat.postMessage, conversations.info                         | |
| Invite on a list                    |                                                                                    | views.open                                                   | |
| invitations                         | GET invitations                                                                    | conversations.info, response_url                             | |
| invitations, older                  | GET invitations                                                                    | conversations.info, response_url                             | |
| invitations, newer                  | GET invitations                                                                    | conversations.info, response_url                             | |
| invitations on a list of users      | GET invitations                                                                    | response_url                                                 | |
| invitations, Withdraw               | DELETE invitations, GET invitations ×2                                             | conversations.info, response_url ×2                          | |
| delete, by ID | GET current_customer, GET current_user, GET customer/tokens, GET customer/users, GET user | chat.postMessage, conversations.info                        | |
| delete, by name | GET current_customer, GET current_user, GET customer/tokens, GET customer/users, GET user | chat.postMessage, conversations.info                        | |
| delete, of a Fastly superuser | GET current_customer, GET current_user, GET customer/tokens, GET customer/users, GET user | chat.postMessage, conversations.info | |
| delete, with tokens | GET current_customer, GET current_user, GET customer/tokens, GET customer/users, GET user | chat.postMessage, conversations.info | |
| delete, without words               |                                                                                    | conversations.info, views.open, views.update                 | |
| delete, its form | GET current_customer, GET current_user, GET customer/tokens, GET user | chat.postMessage, conversations.info                        | |
| Delete on a card | GET customer/tokens, GET user | conversations.info, views.open, views.update                 | |
| tokens                              | GET customer/tokens, GET customer/users                                            | conversations.info, response_url                             | |
| tokens, of a user by ID             | GET customer/tokens, GET user                                  | conversations.info, response_url                             | |
| tokens, next page                   | GET customer/tokens, GET customer/users                                            | conversations.info, response_url                             | |
| tokens, previous page               | GET customer/tokens, GET customer/users                                            | conversations.info, response_url                             | |
| tokens, Filter                      |                                                                                    | views.open, views.update                                     | |
| tokens, its form                    | GET customer/tokens, GET customer/users                                            | chat.postMessage, conversations.info                         | |
| API tokens on a card                | GET customer/tokens, GET user                                    | conversations.info, response_url                             | |
| revoke, by ID                       | GET current_user, GET customer/tokens, GET customer/users, GET user                | chat.postMessage, conversations.info          | |
| revoke, without tokens              | GET current_user, GET customer/tokens, GET user                                    | conversations.info, views.open, views.update                 | |
| revoke, without words               |                                                                                    | views.open                                                   | |
| revoke, its picker                  | GET current_user, GET customer/tokens, GET user                                    | conversations.info, views.update                             | |
| revoke, its form                    | GET current_user, GET customer/tokens, GET user                                    | chat.postMessage, conversations.info          | |
| Revoke on a list of tokens          | GET current_user, GET customer/tokens, GET user                                    | conversations.info, views.open, views.update                 | |
| Revoke on a deletion that left some | GET current_user, GET customer/tokens                                              | conversations.info, views.open, views.update                 | |
| Revoke on a deletion that was refused | GET customer/tokens, GET user                                                    | conversations.info, views.open, views.update                 | |
| Approve                             |                                                                                    | views.open                                                   | |
| Approve, its form, and the deletion | DELETE user, GET current_customer, GET current_user, GET customer/tokens ×2, GET user | chat.getPermalink, chat.postMessage ×3, chat.update ≤ 3, conversations.info, users.info ×3    | users.info |
| Deny                                |                                                                                    | views.open                                                   | |
| Deny, its form                      |                                                                                    | chat.getPermalink, chat.postMessage ×2, chat.update, conversations.info, users.info    | |
| Cancel                              |                                                                                    | views.open                                                   | |
| Cancel, its form                    |                                                                                    | chat.postMessage, chat.update, conversations.info            | |
| Lock now                            | GET current_customer, GET customer/tokens                                          | views.open                                                   | |
| Lock now, its form                  | GET current_customer, GET current_user, GET user ×2, PUT user                         | chat.postMessage, chat.update, conversations.info | GET user |
| Retry | DELETE user, GET current_customer, GET current_user, GET customer/tokens ×2, GET user | chat.getPermalink, chat.postMessage ×3, chat.update ≤ 3, conversations.info, users.info ×3 | users.info |
| opening the Home                    | GET customer/users                                                                 | chat.getPermalink, views.publish                             | |
| Find a user, on the Home            |                                                                                    | views.open                                                   | |
| Create a user, on the Home          |                                                                                    | views.open                                                   | |
| Reset a password, on the Home       | GET current_customer                                                               | views.open, views.update                                     | |
`;

/** Messages of earlier versions have it. */
const WITHOUT_INTERACTION = ['get.button'];

const rows = TABLE.trim()
  .split('\n')
  .slice(1)
  .map((line) => {
    const [, name = '', fastly = '', slack = '', twice = ''] = line.split('|').map((cell) => cell.trim());
    return { name, fastly, slack, twice };
  });

describe('the table of calls', () => {
  it('has every interaction', () => {
    expect(rows.map(({ name }) => name)).toEqual(Object.keys(INTERACTIONS));
  });

  it('leaves out no subcommand, form, button or event', () => {
    const tried = Object.values(INTERACTIONS).map(({ id }) => id);
    const listeners = LISTENERS.map(({ id }) => id);
    expect(listeners.filter((id) => !tried.includes(id))).toEqual(WITHOUT_INTERACTION);
    const typed = Object.entries(INTERACTIONS).filter(([, { id }]) => id === '/fastly-user');
    const isTyped = (name: string) => typed.some(([interaction]) => interaction.split(/[ ,]/)[0] === name);
    expect(SUBCOMMAND_NAMES.filter((name) => !isTyped(name))).toEqual([]);
  });
});

describe('the calls to Fastly and Slack', () => {
  it.each(rows)('are as many as the table says: $name', async ({ name, ...expected }) => {
    const interaction = INTERACTIONS[name];
    if (!interaction) throw new Error(`There is no interaction ${name}.`);
    const counted = await countCalls(interaction);
    expect({ ...counted, slack: withinMost(counted.slack, expected.slack) }).toEqual(expected);
  });
});

/** The calls that were counted, with `≤ n` in place of a number that is no larger where the table has it. */
function withinMost(counted: string, expected: string): string {
  const calls = counted === '' ? [] : counted.split(', ');
  for (const each of expected.split(', ').filter((call) => call.includes(' ≤ '))) {
    const [method = '', most] = each.split(' ≤ ');
    const place = calls.findIndex((call) => call.split(' ×')[0] === method);
    const times = place === -1 ? 0 : Number(calls[place]?.split(' ×')[1] ?? 1);
    if (times > Number(most) || (times === 0 && most !== '1')) continue;
    calls.splice(place === -1 ? calls.length : place, 1, each);
  }
  return calls.sort().join(', ');
}
