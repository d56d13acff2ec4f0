import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { startWorkplace, type Workplace } from '../../e2e/support/workplace.ts';
import { CDN_TEAM, NORA } from '../../sandbox/cast.ts';
import { NORA_USER } from '../../sandbox/fastly/people.ts';

const UNREADABLE = 'Slack sent what this bot cannot read';
const DEEP = 100_000;
const deep = `${'['.repeat(DEEP)}${']'.repeat(DEEP)}`;
const deepObject = `${'{"event":'.repeat(DEEP)}1${'}'.repeat(DEEP)}`;

/** The bot lives, is connected as before, and answers. */
async function expectAnswers({ client, log }: Workplace): Promise<void> {
  await client.as(NORA).command(`get ${NORA_USER.id}`);
  await client
    .as(NORA)
    .until(
      ({ channels }) => JSON.stringify(channels.find(({ id }) => id === CDN_TEAM.id)).includes(NORA_USER.id),
      'the card',
    );
  expect(log.lines.filter(({ msg }) => msg === 'connected to Slack')).toHaveLength(1);
}

const envelope = (id: string, rest: string) => `{"envelope_id":${JSON.stringify(id)},${rest}}`;

describe('over Socket Mode', () => {
  it('what is no envelope is logged, and ends nothing', async () => {
    const workplace = await startWorkplace('socket');
    const messages = [
      ...['null', 'true', '7', '"text"', '[]', '{}', '', 'no JSON', '{"type":"events_api"', deep, deepObject],
      ...['{"type":null}', '{"type":{}}', '{"envelope_id":null}', '{"envelope_id":7,"type":"interactive"}'],
      '{"type":"hello","num_connections":"many"}',
      '{"__proto__":{"type":"hello"},"constructor":null}',
    ];
    for (const message of messages) expect(await workplace.client.sendRaw(message, null)).toBeNull();
    // A second hello is one that this bot can read.
    await workplace.log.untilTimes(UNREADABLE, messages.length - 1);
    await expectAnswers(workplace);
  });

  it.each([
    { what: 'without a payload', rest: '"type":"events_api"' },
    { what: 'with null for a payload', rest: '"type":"events_api","payload":null' },
    { what: 'with a list for a payload', rest: '"type":"interactive","payload":[]' },
    { what: 'without an event', rest: '"type":"events_api","payload":{"type":"event_callback"}' },
    { what: 'with an event of no type', rest: '"type":"events_api","payload":{"event":{}}' },
    { what: 'with null for an event', rest: '"type":"events_api","payload":{"event":null}' },
    {
      what: 'that says Slack limits events',
      rest: '"type":"events_api","payload":{"type":"app_rate_limited"}',
    },
    { what: 'of no type', rest: '"payload":{"command":"/fastly-user"}' },
    { what: 'of an unknown type', rest: '"type":"workflows","payload":{}' },
    { what: 'with a deep list for a payload', rest: `"type":"slash_commands","payload":${deep}` },
  ])('an envelope $what is acknowledged and logged, and ends nothing', async ({ rest }) => {
    const workplace = await startWorkplace('socket');
    expect(await workplace.client.sendRaw(envelope('e-1', rest), 'e-1')).toEqual({});
    await workplace.log.until(UNREADABLE);
    await expectAnswers(workplace);
  });

  it.each([
    {
      what: 'an empty command',
      rest: '"type":"slash_commands","payload":{}',
      logs: 'a delivery was not answered',
    },
    {
      what: 'an event in no channel',
      rest: '"type":"events_api","payload":{"event":{"type":"message","channel":null}}',
      logs: 'a delivery failed',
    },
    {
      what: 'a click by nobody',
      rest: '"type":"interactive","payload":{"type":"block_actions","actions":[]}',
      logs: 'a delivery failed',
    },
    {
      what: 'a deep form',
      rest: `"type":"interactive","payload":{"type":"view_submission","user":{"id":"U1"},"view":${deepObject}}`,
      logs: 'a delivery of an unknown form was refused',
    },
  ])('$what is acknowledged and logged, and ends nothing', async ({ rest, logs }) => {
    const workplace = await startWorkplace('socket');
    expect(await workplace.client.sendRaw(envelope('e-1', rest), 'e-1')).toEqual({});
    await workplace.log.until(logs);
    await expectAnswers(workplace);
  });

  it('any JSON in an envelope is acknowledged', async () => {
    const workplace = await startWorkplace('socket');
    const type = fc.constantFrom('events_api', 'interactive', 'slash_commands', 'hello', 'other');
    const payload = fc.oneof(
      fc.jsonValue(),
      fc.record(
        {
          type: fc.constantFrom(
            'block_actions',
            'view_submission',
            'view_closed',
            'shortcut',
            'event_callback',
          ),
          user: fc.jsonValue(),
          view: fc.jsonValue(),
          event: fc.oneof(fc.jsonValue(), fc.record({ type: fc.string(), channel: fc.jsonValue() })),
          actions: fc.jsonValue(),
          channel: fc.jsonValue(),
          authorizations: fc.jsonValue(),
        },
        { requiredKeys: ['type'] },
      ),
    );
    let count = 0;
    await fc.assert(
      fc.asyncProperty(type, payload, async (named, value) => {
        count += 1;
        const id = `e-${count}`;
        const message = JSON.stringify({ envelope_id: id, type: named, payload: value });
        expect(await workplace.client.sendRaw(message, id)).not.toBeNull();
      }),
      { numRuns: 200 },
    );
    await expectAnswers(workplace);
  });

  it('a message of more than a mebibyte ends its connection, and the next one is opened', async () => {
    const { client, log } = await startWorkplace('socket');
    await client.sendRaw(envelope('e-1', `"type":"x","payload":"${'x'.repeat(1024 * 1024)}"`), null);
    await log.untilTimes('connected to Slack', 2);
    expect(log.text).toContain('Max payload size exceeded');
  });
});
