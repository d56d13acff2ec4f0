import { spawn } from 'node:child_process';
import { mkdir, writeFile } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { chromium, type Locator, type Page } from 'playwright-core';
import { z } from 'zod';
import { BOT, CDN_TEAM, NORA, PRIYA, TOMAS } from '../../sandbox/cast.ts';
import { BILLING, LIMITED_ENGINEER, UNSETTABLE_ROLE } from '../../sandbox/fastly/people.ts';
import { findBrowser } from './find-browser.ts';

/** `npm run screenshots`: the pictures in README.md, from the page and the bot as they are now. */
const SANDBOX = fileURLToPath(new URL('../../sandbox/main.ts', import.meta.url));
const PICTURES = new URL('../../sandbox/page/pictures/', import.meta.url);
const QUALITY_PERCENT = 80;
const GATHERED_MILLISECONDS = 200_000;

const executablePath = findBrowser();
if (executablePath === null) throw new Error('There is neither Chromium nor Chrome on this machine.');
await mkdir(PICTURES, { recursive: true });
const sandbox = spawn(process.execPath, [SANDBOX, '--json', '--port', '0'], {
  stdio: ['ignore', 'pipe', 'ignore'],
});
const browser = await chromium.launch({ executablePath });
try {
  const page = await browser.newPage({
    // Wide enough for the columns side by side, high enough for a message without scrolling.
    viewport: { width: 1280, height: 1400 },
    deviceScaleFactor: 2,
    locale: 'en-GB',
    timezoneId: 'Europe/London',
  });
  await page.goto(await addressOf(sandbox.stdout));

  // The bot gathers people who leave for two minutes.
  await page.getByRole('button', { name: `Deactivate: ${PRIYA.realName}` }).click();

  await type(page, '/fastly-user get edda');
  await take(page, 'user-card', message(page, 'Reset password'));

  await type(page, `/fastly-user get ${UNSETTABLE_ROLE.login}`);
  await message(page, UNSETTABLE_ROLE.login).getByRole('button', { name: 'Lock…' }).click();
  const lock = page.getByRole('dialog');
  await lock.getByRole('checkbox', { name: 'End browser sessions' }).check({ force: true });
  await take(page, 'lock-form', lock);
  await lock.getByRole('button', { name: 'Cancel' }).click();
  await lock.waitFor({ state: 'hidden' });

  await type(page, '/fastly-user delete edda.morton@example.com --reason "Left the company"');
  const request = message(page, 'Delete Edda Morton?');
  await request.waitFor();
  await page.getByRole('radio', { name: TOMAS.realName }).check({ force: true });
  await take(page, 'approval-request', request);

  await page.getByRole('link', { name: 'Home' }).click();
  await page.locator('.home').getByRole('button', { name: 'Approve' }).waitFor();
  await take(page, 'home', page.locator('.home'));
  await page.getByRole('navigation').getByRole('link', { name: CDN_TEAM.name }).click();

  await request.getByRole('button', { name: 'Approve' }).click();
  const approval = page.getByRole('dialog');
  await approval.getByRole('textbox', { name: 'Comment' }).fill('Access was handed over');
  await take(page, 'approval-form', approval);
  await approval.getByRole('button', { name: 'Approve' }).click();
  await approval.waitFor({ state: 'hidden' });
  await page.getByRole('radio', { name: NORA.realName }).check({ force: true });
  await take(page, 'approval-end', message(page, 'Edda Morton was deleted'));

  await type(page, `/fastly-user delete ${UNSETTABLE_ROLE.login} --reason "Left the company"`);
  await take(page, 'deletion-tokens', message(page, 'laptop'));

  await type(page, '/fastly-user report');
  await take(page, 'report', message(page, 'in the Fastly account'));

  await type(page, `/fastly-user update ${BILLING.login} --role superuser --for 4h --reason "On call"`);
  const promotion = message(page, BILLING.name);
  await promotion.getByRole('button', { name: 'Approve' }).waitFor();
  await page.getByRole('radio', { name: TOMAS.realName }).check({ force: true });
  await promotion.getByRole('button', { name: 'Approve' }).click();
  await approval.getByRole('button', { name: 'Approve' }).click();
  await approval.waitFor({ state: 'hidden' });
  await page.getByRole('radio', { name: NORA.realName }).check({ force: true });
  await promotion.filter({ hasText: 'Until' }).waitFor();
  await type(page, `/fastly-user get ${BILLING.login}`);
  await take(page, 'promotion', message(page, 'End now'));

  await type(page, `/fastly-user create --name "Grace Example" --role engineer`);
  const form = page.getByRole('dialog');
  await form.getByRole('textbox', { name: 'Login' }).fill(LIMITED_ENGINEER.login);
  await form.getByRole('button', { name: 'Create' }).click();
  await form.getByRole('alert').waitFor();
  await take(page, 'form', form);
  await form.getByRole('button', { name: 'Cancel' }).click();
  await form.waitFor({ state: 'hidden' });

  await page.getByRole('navigation').getByRole('link', { name: BOT.name }).click();
  const leaver = message(page, 'Keep…');
  await leaver.waitFor({ timeout: GATHERED_MILLISECONDS });
  await take(page, 'leaver', leaver);
} finally {
  await browser.close();
  sandbox.kill('SIGTERM');
}

async function addressOf(output: NodeJS.ReadableStream): Promise<string> {
  for await (const line of createInterface({ input: output })) {
    return z.object({ page: z.url() }).parse(JSON.parse(line)).page;
  }
  throw new Error('The sandbox did not start: see npm run sandbox.');
}

async function type(page: Page, text: string): Promise<void> {
  const composer = page.getByRole('textbox', { name: /^Message / });
  await composer.fill(text);
  await composer.press('Enter');
}

function message(page: Page, words: string): Locator {
  return page.getByRole('article').filter({ hasText: words }).last();
}

/** WebP, which is a fraction of a PNG and which only the browser itself can make. */
async function take(page: Page, name: string, what: Locator): Promise<void> {
  await what.waitFor();
  await page.mouse.move(0, 0);
  const box = await what.boundingBox();
  if (box === null) throw new Error(`There is nothing to be seen of ${name}.`);
  const session = await page.context().newCDPSession(page);
  const { data } = await session.send('Page.captureScreenshot', {
    format: 'webp',
    quality: QUALITY_PERCENT,
    clip: { ...box, scale: 1 },
  });
  await session.detach();
  await writeFile(new URL(`${name}.webp`, PICTURES), data, 'base64');
}
