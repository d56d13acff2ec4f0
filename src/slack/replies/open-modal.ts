import type { ModalView } from '@slack/types';
import { WebAPIPlatformError, WebAPIRateLimitedError } from '@slack/web-api';
import { whatToDo } from '../connection/refused-words.ts';
import type { Interaction } from './interaction.ts';

type ViewUpdate =
  | { kind: 'shown' }
  /** Another view has taken its place since, which stays. */
  | { kind: 'newer' }
  /** The member has closed the modal. */
  | { kind: 'closed' }
  /** Slack does not take a view of this form. */
  | { kind: 'refused' }
  /** Slack's answer was lost, and trying again could replace a newer view. */
  | { kind: 'unclear' }
  /** Slack does not take it yet. It goes on by itself. */
  | { kind: 'later' };

/**
 * A modal that a member has before them. A view replaces the one it was drawn after, and never a newer one: Slack compares
 * `hash` (docs.slack.dev, modals, handling race conditions).
 */
export class OpenModal {
  readonly id: string;
  /** Of what the modal shows; null where Slack has not told it, as after an acknowledgement that drew a view. */
  #hash: string | null;
  /** An answer was lost, so the modal may show what it is not known to show. */
  #isUnsure = false;
  #views = 0;

  constructor(id: string, hash: string | null) {
    this.id = id;
    this.#hash = hash;
  }

  /** Replaces the modal's view. Does not throw for anything that Slack answers. */
  async show({ services: { slack, outbox }, log }: Interaction, view: ModalView): Promise<ViewUpdate> {
    this.#views += 1;
    const number = this.#views;
    const attempt = async (): Promise<ViewUpdate> => {
      if (number < this.#views) return { kind: 'newer' };
      const hash = this.#hash;
      try {
        const answer = await slack.quick.views.update({
          view_id: this.id,
          view,
          ...(hash !== null && { hash }),
        });
        this.#hash = answer.view?.hash ?? null;
        this.#isUnsure = false;
        return { kind: 'shown' };
      } catch (error) {
        // Without a hash, trying again could replace what the member has made of a form that is there after all.
        const isSafe = hash !== null || view.submit === undefined;
        const kind = whatItMeans(error, isSafe);
        if (kind === null) {
          this.#isUnsure ||= !(
            error instanceof WebAPIPlatformError || error instanceof WebAPIRateLimitedError
          );
          throw error;
        }
        // It shows this one then, by the call whose answer was lost, under a hash that nobody told.
        if (kind === 'newer' && this.#isUnsure) this.#hash = null;
        log.info({ err: error, kind }, 'a modal was not updated');
        return { kind };
      }
    };
    return (await outbox.send(this.id, { attempt, log })) ?? { kind: 'later' };
  }
}

/** Null for what may pass. @param isSafe whether it can be tried again where the answer was lost */
function whatItMeans(error: unknown, isSafe: boolean): ViewUpdate['kind'] | null {
  if (error instanceof WebAPIPlatformError) {
    const refusal = whatToDo('views.update', error);
    if (refusal.word === 'hash_conflict') return 'newer';
    if (refusal.kind === 'form') return 'refused';
    if (refusal.kind !== 'final') return null;
    return refusal.instead === 'direct-message' ? 'closed' : 'refused';
  }
  return isSafe || error instanceof WebAPIRateLimitedError ? null : 'unclear';
}
