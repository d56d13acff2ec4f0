import { fileURLToPath } from 'node:url';
import type { App } from '@slack/bolt';
import { onTestFinished } from 'vitest';
import { CDN_TEAM } from '../../cast.ts';
import type { JsonObject } from '../../control/protocol.ts';
import { type Sandbox, type SandboxOptions, startSandbox } from '../../sandbox.ts';
import { callSlack, startSocketModeApp } from '../../slack/bolt-app.ts';

const MANIFEST = fileURLToPath(new URL('../../slack/sample-manifest.yml', import.meta.url));

/** A workspace with a small app in place of the bot, which answers `/sample` with whatever a test wants drawn. */
export async function startSample(
  register: (app: App) => void = () => undefined,
  options: SandboxOptions = {},
): Promise<Sandbox> {
  const sandbox = await startSandbox({ manifest: MANIFEST, ...options });
  onTestFinished(() => sandbox.close());
  const stop = await startSocketModeApp(sandbox.slack, register);
  onTestFinished(stop);
  return sandbox;
}

/** Posts a message of these blocks, as the app would. */
export async function post({ slack }: Sandbox, ...blocks: JsonObject[]): Promise<void> {
  const {
    ok,
    error,
    response_metadata: why,
  } = await callSlack(slack, 'chat.postMessage', {
    channel: CDN_TEAM.id,
    text: 'What a notification says',
    blocks,
  });
  if (ok !== true) throw new Error(`Slack refuses the blocks: ${error} ${JSON.stringify(why)}`);
}

export const plain = (text: string) => ({ type: 'plain_text', text }) as const;
export const mrkdwn = (text: string) => ({ type: 'mrkdwn', text }) as const;
export const option = (text: string, value: string) => ({ text: plain(text), value });
