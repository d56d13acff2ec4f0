import { formFlag, parseForm } from './body.ts';
import { type Answer, type Call, jsonAnswer } from './call.ts';
import { badRequest, invalidRecord, notAllowed, recordNotFound, refusal } from './errors.ts';
import { mustHaveNoTokens } from './tokens.ts';
import { ROLES, type User } from './user.ts';

export function createUser(call: Call): Answer {
  mustBeSuperuser(call);
  const { directCreation } = call.faults;
  if (directCreation !== 'allowed') throw creationRefusal(directCreation);
  const form = parseForm(call);
  const login = form.get('login') ?? '';
  if (!/^\S+@\S+$/.test(login)) throw invalidRecord('Login is not a valid e-mail address');
  if (call.account.userByLogin(login) !== undefined) {
    throw refusal(409, 'Duplicate record', `Login '${login}' has already been taken`);
  }
  const now = call.account.timestamp();
  const user = {
    login,
    name: login,
    role: 'user',
    limit_services: false,
    ...editedFields(form),
    ...formFlags(form, TWO_FACTOR),
    created_at: now,
  };
  mustFit(user.role, user.limit_services);
  return jsonAnswer(200, call.account.put(user));
}

export function getUser(call: Call): Answer {
  return jsonAnswer(200, namedUser(call));
}

export function updateUser(call: Call): Answer {
  const user = namedUser(call);
  if (user.id !== call.actor.id) mustBeSuperuser(call);
  const form = parseForm(call);
  if (form.has('login')) throw badRequest('The login of a user cannot be changed');
  const fixed = TWO_FACTOR.find((attribute) => form.has(attribute));
  if (fixed !== undefined) throw badRequest(`'${fixed}' cannot be changed through this endpoint`);
  const changes = editedFields(form);
  if (changes.role !== undefined) mustBeKnown(changes.role);
  mustGoTogether(changes.role ?? user.role, changes.limit_services ?? user.limit_services);
  return jsonAnswer(200, call.account.update(user, { ...changes, ...rolesAfter(user, changes) }));
}

export function deleteUser(call: Call): Answer {
  mustBeSuperuser(call);
  if (call.named === call.account.customer.owner_id) {
    throw badRequest('The owner of the account cannot be deleted; transfer the ownership first');
  }
  mustHaveNoTokens(call);
  if (!call.account.remove(call.named)) throw noSuchUser(call);
  if (call.faults.tokensAtDeletion !== 'stay') call.account.revokeAllOf(call.named);
  return jsonAnswer(200, { status: 'ok' });
}

export function getCurrentUser(call: Call): Answer {
  if (call.faults.noCurrentUser) throw recordNotFound('Cannot load the current user');
  return jsonAnswer(200, call.actor);
}

export function listUsers(call: Call): Answer {
  if (call.named !== call.account.customer.id) {
    throw recordNotFound(`Cannot load customer '${call.named}'`);
  }
  return jsonAnswer(200, [...call.account.users.values()]);
}

export function getCurrentCustomer(call: Call): Answer {
  return jsonAnswer(200, call.account.customer);
}

/** @throws Refusal (403) unless the caller may change others. */
export function mustBeSuperuser(call: Call): void {
  if (call.actor.role !== 'superuser') throw notAllowed('Only a superuser can change other users');
}

/** The role that is set is the only one then. */
function rolesAfter(user: User, { role }: EditedFields): { roles?: string[] } {
  return role === undefined || user.roles === undefined ? {} : { roles: [role] };
}

/** Why this role cannot be had with this limit, if so. */
export function roleProblem(role: string, limited: boolean | null): string | undefined {
  if (!ROLES.includes(role)) return `Role '${role}' is not included in the list`;
  return limitProblem(role, limited);
}

function limitProblem(role: string, limited: boolean | null): string | undefined {
  if (role === 'user' && limited) return "Role 'user' is not allowed to be service limited";
  return undefined;
}

const TWO_FACTOR = ['two_factor_auth_enabled', 'two_factor_setup_required'] as const;
const EDITABLE_FLAGS = ['limit_services', 'locked', 'require_new_password'] as const;

type EditedFields = {
  name?: string;
  role?: string;
  limit_services?: boolean;
  locked?: boolean;
  require_new_password?: boolean;
};

function editedFields(form: Map<string, string>): EditedFields {
  const name = form.get('name');
  if (name?.trim() === '') throw invalidRecord("Name can't be blank");
  const role = form.get('role');
  return {
    ...(name === undefined ? {} : { name }),
    ...(role === undefined ? {} : { role }),
    ...formFlags(form, EDITABLE_FLAGS),
  };
}

function formFlags<Name extends string>(
  form: Map<string, string>,
  names: readonly Name[],
): { [name in Name]?: boolean } {
  const flags: { [name in Name]?: boolean } = {};
  for (const name of names) {
    const value = formFlag(form, name);
    if (value !== undefined) flags[name] = value;
  }
  return flags;
}

function mustBeKnown(role: string): void {
  const problem = roleProblem(role, false);
  if (problem !== undefined) throw invalidRecord(problem);
}

function mustGoTogether(role: string, limited: boolean | null): void {
  const problem = limitProblem(role, limited);
  if (problem !== undefined) throw invalidRecord(problem);
}

function mustFit(role: string, limited: boolean | null): void {
  const problem = roleProblem(role, limited);
  if (problem !== undefined) throw invalidRecord(problem);
}

function namedUser(call: Call): User {
  const user = call.account.users.get(call.named);
  if (user === undefined) throw noSuchUser(call);
  return user;
}

function noSuchUser(call: Call) {
  return recordNotFound(`Cannot load user '${call.named}'`);
}

function creationRefusal(status: 403 | 404 | 405 | 410) {
  if (status === 404) return refusal(404, 'Record not found');
  if (status === 405) return refusal(405, 'Method not allowed');
  const detail = 'This account cannot create users directly. Send an invitation instead.';
  return status === 403 ? notAllowed(detail) : refusal(410, 'Gone', detail);
}
