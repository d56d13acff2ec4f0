/**
 * What one look at the configuration, or at what it leads to, has found.
 * - `fine`: as it should be.
 * - `warning`: the bot works, but the operator should know.
 * - `wrong`: the bot cannot do its work like this.
 * - `off`: not in use here.
 * - `unknown`: it could not be looked at, and why.
 */
export type Finding =
  | { mark: 'fine' | 'off' | 'unknown'; what: string }
  | { mark: 'warning' | 'wrong'; what: string; remedy: string };

export const fine = (what: string): Finding => ({ mark: 'fine', what });
export const off = (what: string): Finding => ({ mark: 'off', what });
export const notKnown = (what: string): Finding => ({ mark: 'unknown', what });
export const warning = (what: string, remedy: string): Finding => ({ mark: 'warning', what, remedy });
export const wrong = (what: string, remedy: string): Finding => ({ mark: 'wrong', what, remedy });

export type Section = 'The process' | 'The variables' | 'Slack' | 'Fastly' | 'The database';

export function counted(count: number, one: string, several = `${one}s`): string {
  return `${count} ${count === 1 ? one : several}`;
}

/** Text as it may go to a terminal: names from Slack and Fastly can hold control characters. */
export function plainLine(text: string): string {
  return text.replaceAll(/\s+/g, ' ').replaceAll(/\p{C}/gu, '\uFFFD');
}
