/** sysexits.h calls 78 EX_CONFIG: starting again can't help until a person has changed a variable. */
export const BAD_CONFIGURATION = 78;

/** The process ends with `exitCode`. The message tells the operator what to do, so the log shows no stack. */
export class FatalError extends Error {
  readonly exitCode: 1 | typeof BAD_CONFIGURATION = 1;

  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'FatalError';
  }
}
