import { z } from 'zod';
import { MemberId } from '../ids.ts';
import type { IntentRow } from '../store/tables.ts';
import { readWhole } from '../store/whole.ts';
import { type Change, ChangeDetails, ChangeKind } from './change.ts';

/** `earlier`: the references of the attempts of the same form that failed before. */
const StoredDetails = ChangeDetails.extend({ earlier: z.array(z.string()).exactOptional() });

/** A recorded change; `null` where a newer version of the bot has recorded it in a form that this one doesn't know. */
export function readChange(row: IntentRow): Change | null {
  const kind = ChangeKind.safeParse(row.change).data;
  const caller = MemberId.safeParse(row.caller).data;
  const details = readWhole(StoredDetails, row.details);
  if (!kind || !caller || !details) return null;
  const { earlier, ...particulars } = details.whole;
  return { deliveryKey: row.delivery_key, kind, caller, ...particulars };
}
