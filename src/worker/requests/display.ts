import { directOf, type SurfaceName } from '../../approvals/surfaces.ts';
import { showMessage } from './message.ts';
import { showConfirmation, showRequester } from './outcome.ts';
import type { RequestShowing } from './showing.ts';
import { showDirectly, showThread } from './thread.ts';

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
