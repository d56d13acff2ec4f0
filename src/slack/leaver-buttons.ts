import type { Button } from '@slack/types';
import { z } from 'zod';
import { button, type Confirm } from '../messages/kit/blocks.ts';
import { say } from '../messages/kit/sentence.ts';
import { codecFor } from './carried.ts';

/** What a message offers to do about somebody who left. */
export type LeaverAction = 'lock' | 'delete' | 'requests' | 'keep';

const LABELS: Record<LeaverAction, string> = {
  lock: 'Lock…',
  delete: 'Ask for deletion…',
  requests: 'Cancel their requests',
  keep: 'Keep…',
};

const CANCEL_REQUESTS: Confirm = {
  title: say`Cancel their requests?`,
  text: say`You deny each of their requests that waits for approval. The reason given is that the requester left Slack. Nothing changes in Fastly.`,
  confirm: 'Cancel requests',
};

/** Which leaver a button or form is about: the rest comes from the store. */
const About = z.object({ leaver: z.string().max(64), private: z.boolean() });
export const LeaverValue = codecFor('button', About, 'list');
export const LeaverSubject = codecFor('form', About, 'list');

export function leaverActionId(action: LeaverAction): string {
  return `leavers.${action}`;
}

export function leaverButtons(leaver: string, actions: readonly LeaverAction[]): Button[] {
  const value = LeaverValue.write({ leaver, private: false });
  return actions.map((action) =>
    button({
      actionId: leaverActionId(action),
      text: LABELS[action],
      value,
      ...(action === 'requests' && { confirm: CANCEL_REQUESTS }),
    }),
  );
}
