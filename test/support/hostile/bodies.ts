import { createHmac } from 'node:crypto';
import fc from 'fast-check';
import { z } from 'zod';
import { startWorkplace, type Workplace } from '../../e2e/support/workplace.ts';
import { NORA } from '../../sandbox/cast.ts';
import { NORA_USER } from '../../sandbox/fastly/people.ts';
import { portOf } from '../stand-in.ts';
import { body } from './reading.ts';
import { hostileJson, hostileText } from './text.ts';

const FORM = 'application/x-www-form-urlencoded';
const JSON_TYPE = 'application/json';

type Posted = { type: string; text: string | Buffer };

const asText = (value: unknown) => JSON.stringify(value) ?? '';
const inForm = (fields: Record<string, string>) => String(new URLSearchParams(fields));

/** What is posted with a true signature: all that Slack could send, and what it never would. */
export const posted: fc.Arbitrary<Posted> = fc.oneof(
  { weight: 4, arbitrary: body.map((value) => ({ type: FORM, text: inForm({ payload: asText(value) }) })) },
  { weight: 3, arbitrary: body.map((value) => ({ type: JSON_TYPE, text: asText(value) })) },
  {
    weight: 2,
    arbitrary: fc
      .dictionary(
        fc.oneof(fc.constantFrom('command', 'text', 'ssl_check', 'payload', 'user_id'), hostileText),
        hostileText,
      )
      .map((fields) => ({ type: FORM, text: inForm(fields) })),
  },
  { weight: 1, arbitrary: hostileJson.map((value) => ({ type: JSON_TYPE, text: asText(value) })) },
  { weight: 1, arbitrary: hostileText.map((text) => ({ type: JSON_TYPE, text })) },
  {
    weight: 1,
    arbitrary: fc
      .tuple(fc.constantFrom(FORM, JSON_TYPE, 'text/plain', 'a/b;c'), fc.uint8Array())
      .map(([type, bytes]) => ({ type, text: Buffer.from(bytes) })),
  },
);

/** A bot that takes requests over HTTP, and the status that it answers a signed one with. */
export async function startSigned() {
  const workplace = await startWorkplace('http');
  const { log, slack } = workplace;
  const { address } = await log.until("taking Slack's requests at /slack/events");
  const url = `http://127.0.0.1:${portOf(address)}/slack/events`;
  const post = async ({ type, text }: Posted) => {
    const timestamp = String(Math.floor(Date.now() / 1_000));
    const hmac = createHmac('sha256', slack.signingSecret).update(`v0:${timestamp}:`).update(text);
    const response = await fetch(url, {
      method: 'POST',
      headers: {
        'content-type': type,
        'x-slack-request-timestamp': timestamp,
        'x-slack-signature': `v0=${hmac.digest('hex')}`,
      },
      body: text,
    });
    await response.arrayBuffer();
    return response.status;
  };
  return { workplace, post };
}

/** A bot that is connected by Socket Mode, and what it acknowledges an envelope with. */
export async function startEnvelopes() {
  const workplace = await startWorkplace('socket');
  let sent = 0;
  const send = async (type: string, payload: unknown) => {
    sent += 1;
    const id = `e-${sent}`;
    const message = asText({ envelope_id: id, type, payload });
    return (await workplace.slack.sendRaw({ message, id })).acknowledged;
  };
  return { workplace, send };
}

/** Has the bot answer a command, and gives what went wrong before: errors of its own that it logged. */
export async function problemsAfter({ client, log }: Workplace): Promise<string[]> {
  await client.as(NORA).command(`get ${NORA_USER.id}`);
  await client
    .as(NORA)
    .until(({ channels }) => JSON.stringify(channels).includes(NORA_USER.id), 'the card of Nora');
  return mistakesIn(log);
}

const Mistake = z.object({
  type: z.enum(['TypeError', 'RangeError', 'ReferenceError', 'SyntaxError']),
  stack: z.string().refine((stack) => /^ +at .*$/m.exec(stack)?.[0].includes('/src/')),
});

/** What of the log says that the bot's own code made a mistake, rather than met an error. */
export function mistakesIn({ lines }: Pick<Workplace['log'], 'lines'>): string[] {
  return lines.filter(({ err }) => Mistake.safeParse(err).success).map((line) => JSON.stringify(line));
}
