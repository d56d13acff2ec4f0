import { z } from 'zod';

/** Bodies the control API takes; `protocol.ts` says what each means. */
const actionId = z.string();
const blockId = z.string().exactOptional();
const value = z.union([z.string(), z.array(z.string()), z.null()]);
const onMessage = { channel: z.string(), ts: z.string() };
const onView = { view: z.enum(['modal', 'home']) };
const clicked = {
  actionId,
  blockId,
  option: z.union([z.string(), z.array(z.string())]).exactOptional(),
  confirm: z.enum(['yes', 'no']).exactOptional(),
};
const typed = { actionId, blockId, value: z.string() };

export const commandRequest = z.strictObject({
  channel: z.string(),
  text: z.string(),
  command: z.string().exactOptional(),
});
export const messageRequest = z.strictObject({
  channel: z.string(),
  text: z.string().min(1),
  threadTs: z.string().exactOptional(),
});
export const clickRequest = z.union([
  z.strictObject({ ...onMessage, ...clicked }),
  z.strictObject({ channel: z.string(), ...clicked }),
  z.strictObject({ ...onView, ...clicked }),
]);
export const typeAheadRequest = z.union([
  z.strictObject({ ...onMessage, ...typed }),
  z.strictObject({ ...onView, ...typed }),
]);
export const fillRequest = z.strictObject({ actionId, blockId, value });
export const submitRequest = z.strictObject({ values: z.record(z.string(), value).exactOptional() });
export const closeRequest = z.strictObject({ all: z.boolean().exactOptional() });
export const homeRequest = z.strictObject({});
export const shortcutRequest = z.strictObject({ callbackId: z.string() });

const times = z.int().min(0);
const methods = z.union([z.string(), z.array(z.string())]).nullable();
export const slackFaults = z.strictObject({
  down: z.boolean().exactOptional(),
  rateLimit: z
    .strictObject({ method: methods, retryAfter: z.int().min(0), times })
    .nullable()
    .exactOptional(),
  refuse: z
    .strictObject({
      method: methods,
      channel: z.string().exactOptional(),
      user: z.string().exactOptional(),
      error: z.string(),
      times,
    })
    .nullable()
    .exactOptional(),
  lose: z
    .strictObject({ method: methods, when: z.enum(['before', 'after']), times })
    .nullable()
    .exactOptional(),
  hold: z
    .strictObject({ method: z.string(), when: z.enum(['before', 'after']), times })
    .nullable()
    .exactOptional(),
  delay: z.int().min(0).exactOptional(),
  unknownBlocks: z.array(z.string()).exactOptional(),
  hangUps: z.int().min(0).exactOptional(),
  connectionsElsewhere: z.int().min(0).exactOptional(),
  socketModeOff: z.boolean().exactOptional(),
  unknownBlocksError: z.string().exactOptional(),
  fail: z
    .strictObject({ method: methods, status: z.int().min(500).max(599), times })
    .nullable()
    .exactOptional(),
  page: z.strictObject({ method: methods, times }).nullable().exactOptional(),
});
export const redeliverRequest = z.strictObject({ id: z.string() });
export const disconnectRequest = z.strictObject({
  how: z.enum(['warning', 'refresh', 'drop', 'silence']),
});
export const rawMessage = z.strictObject({ message: z.string(), id: z.string().nullable() });
export const requestUrlRequest = z.strictObject({ url: z.url().nullable() });
export const shareRequest = z.strictObject({ channel: z.string() });
export const inviteRequest = z.strictObject({ channel: z.string(), member: z.string().exactOptional() });
export const channelChange = z.strictObject({
  channel: z.string(),
  archived: z.boolean().exactOptional(),
  readOnly: z.boolean().exactOptional(),
  newId: z.string().exactOptional(),
});
export const groupChange = z.strictObject({
  group: z.string(),
  members: z.array(z.string()).exactOptional(),
  disabled: z.boolean().exactOptional(),
  plan: z.boolean().exactOptional(),
});
export const memberChange = z.strictObject({
  member: z.string(),
  standing: z.enum(['full', 'guest', 'deactivated', 'forgotten', 'elsewhere']),
});
export const botRequest = z.strictObject({ want: z.enum(['kill', 'start']) });
export const clockRequest = z.strictObject({
  advance: z.int().min(0).default(0),
  to: z.iso.time({ precision: -1 }).exactOptional(),
});

export { fastlyFaults } from '../fastly/faults.ts';
export const fastlyUsers = z.strictObject({ users: z.array(z.record(z.string(), z.json())) });
export const accountFields = z.record(z.string(), z.json());
export const fastlyTokens = z.strictObject({ tokens: z.array(z.record(z.string(), z.json())) });
export const tokenFields = accountFields;
