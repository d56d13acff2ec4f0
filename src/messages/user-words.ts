import { bold, code, type Sentence, say } from './kit/sentence.ts';

/** '1 user', '2 users'. */
export function userCount(count: number): string {
  return count === 1 ? '1 user' : `${count} users`;
}

/** A user in a sentence: the name and the login, once where they are the same or there is no name. */
export function userWords({ name, login }: { name: string; login: string }): Sentence {
  return name === '' || name === login ? say`${bold(login)}` : say`${bold(name)} (${code(login)})`;
}
