import { useState } from 'preact/hooks';
import { now } from './now.ts';

/** What Slack itself says in a channel to the member alone: that a command did not reach the app, say. */
export type Notice = { memberId: string; channelId: string; ts: string; text: string };

/** Kept by the page, as Slack's own words belong to no message. `after`: the timestamp they stand below. */
export function useNotices() {
  const [notices, setNotices] = useState<Notice[]>([]);
  return {
    notices,
    tell: (notice: Omit<Notice, 'ts'>, after: string | undefined) => {
      const ts = String(Math.max(now() / 1000, Number(after ?? 0) + 0.000001));
      setNotices((before) => [...before, { ...notice, ts }]);
    },
  };
}
