import { directOf, type SurfaceName } from '../approvals/surfaces.ts';
import { showMessage } from './request-message.ts';
import { showConfirmation, showRequester } from './request-outcome.ts';
import type { RequestShowing } from './request-showing.ts';
import { showDirectly, showThread } from './request-thread.ts';

/**
 * Shows a request on one of its surfaces. What it throws passes, or is mended by a person; what Slack refuses for good is
 * settled here.
 *
 * @throws {NeedsPerson}
 * @throws {DisplayTakenOver} when another process shows the request now
 */
export async function showOn(showing: RequestShowing, name: SurfaceName): Promise<void> {
  switch (name) {
    case 'thread':
      return await showThread(showing);
    case 'requester':
      return await showRequester(showing);
    case 'confirmation':
      return await showConfirmation(showing);
    default: {
      const approver = directOf(name);
      return await (approver ? showDirectly(showing, name, approver) : showMessage(showing, name));
    }
  }
}
