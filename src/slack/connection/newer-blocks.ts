import { WebAPIPlatformError } from '@slack/web-api';
import type { Logger } from 'pino';
import type { Message, NewerBlock } from '../../messages/kit/message.ts';
import { ResponseUrlRefused } from './response-url.ts';

/** One of a message's versions, as it goes to Slack. */
export type Version = Omit<Message, 'plainer'>;

/**
 * Which of the newer kinds of block this Slack takes. Nothing but a refusal tells, so what was refused while the
 * plainer version was taken is not tried again in this process.
 */
export class NewerBlocks {
  readonly #log: Logger;
  readonly #refused = new Set<NewerBlock>();

  constructor(log: Logger) {
    this.#log = log;
  }

  /** Posts a message in the best version that Slack takes. Rejects as `post` does when it takes none. */
  async post<T>({ plainer, ...version }: Message, post: (version: Version) => Promise<T>): Promise<T> {
    if (!plainer) return await post(version);
    if (this.#refused.has(plainer.without)) return await this.post(plainer.message, post);
    try {
      return await post(version);
    } catch (error) {
      if (refusalCode(error) !== 'invalid_blocks') throw error;
      const posted = await this.post(plainer.message, post);
      this.#refused.add(plainer.without);
      this.#log.info(
        { block: plainer.without },
        'Slack does not take a kind of block, a plainer one is used',
      );
      return posted;
    }
  }
}

function refusalCode(error: unknown): string | null {
  if (error instanceof WebAPIPlatformError) return error.data.error;
  return error instanceof ResponseUrlRefused ? error.code : null;
}
