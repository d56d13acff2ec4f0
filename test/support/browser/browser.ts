import { type Browser, type BrowserContextOptions, chromium, type Locator, type Page } from 'playwright-core';
import { afterAll, describe, expect, inject, onTestFinished } from 'vitest';
import type { Member } from '../../sandbox/cast.ts';

/** How long anything may take to be shown, on a machine that is busy with many browsers. */
const PATIENCE_MILLISECONDS = 20_000;

let launched: Promise<Browser> | null = null;

/** As `describe`, where there is a browser. All tests of a file share one, which ends with the file. */
export function describeInBrowser(subject: string, tests: () => void): void {
  afterAll(async () => {
    const browser = await launched;
    launched = null;
    await browser?.close();
  });
  describe.skipIf(inject('browser') === null)(subject, tests);
}

/** What is true sooner or later: `await eventually(() => …).toBe(…)`. */
export const eventually = <T>(value: () => T) => expect.poll(value, { timeout: PATIENCE_MILLISECONDS });

/** The sandbox's page in front of somebody, who uses it by what it shows and says. */
export class Reader {
  readonly page: Page;

  constructor(page: Page) {
    this.page = page;
  }

  /** Becomes another member. */
  async become({ realName }: Member): Promise<void> {
    await this.page.getByRole('radio', { name: realName }).check({ force: true });
    await eventually(() => this.page.title()).toContain(realName);
    await this.page.locator('nav li').first().waitFor({ state: 'attached' });
  }

  /** Opens a channel, or what else is listed beside them. */
  async open(name: string): Promise<void> {
    await this.page.getByRole('navigation').getByRole('link', { name }).click();
    await this.sees(this.page.getByRole('heading', { level: 2, name }).first());
  }

  get composer(): Locator {
    return this.page.getByRole('main').getByRole('textbox', { name: /^Message / });
  }

  /** Types into the open channel and sends it. */
  async say(text: string): Promise<void> {
    await this.composer.fill(text);
    await this.composer.press('Enter');
  }

  /** The latest message there with these words. */
  message(words: string | RegExp): Locator {
    return this.page.getByRole('article').filter({ hasText: words }).last();
  }

  get modal(): Locator {
    return this.page.locator('dialog.modal');
  }

  /** Clicks a button, and says yes in the dialog it asks with. */
  async confirm(button: Locator, yes: string): Promise<void> {
    await button.click();
    await this.page.getByRole('dialog').getByRole('button', { name: yes }).click();
  }

  /** Clicks a button, and sends the form that it opens. */
  async sendForm(button: Locator, send: string): Promise<void> {
    await button.click();
    await this.modal.getByRole('button', { name: send }).click();
  }

  async sees(what: Locator): Promise<void> {
    await what.waitFor({ state: 'visible' });
  }

  async seesNoMore(what: Locator): Promise<void> {
    await what.waitFor({ state: 'hidden' });
  }

  /** Pixels by which the page, or what scrolls on it, is wider than it is shown. Tables may be. */
  overhang(): Promise<number> {
    return this.page.evaluate(`Math.max(
      ...[document.documentElement, ...document.querySelectorAll('.messages, .home, .modal-body, .panel-body, .sidebar')]
        .map(({ scrollWidth, clientWidth }) => scrollWidth - clientWidth),
      ...[...document.querySelectorAll('dialog')].map((each) => each.getBoundingClientRect().right - innerWidth),
    )`);
  }
}

/** Opens the page, in a browser that has never been there. It fails the test when it says anything went wrong. */
export async function openPage(url: string, options: BrowserContextOptions = {}): Promise<Reader> {
  launched ??= chromium.launch({ executablePath: inject('browser') ?? '' });
  const context = await (await launched).newContext({ viewport: { width: 1280, height: 800 }, ...options });
  context.setDefaultTimeout(PATIENCE_MILLISECONDS);
  const page = await context.newPage();
  const complaints: string[] = [];
  page.on('pageerror', (error) => complaints.push(String(error)));
  page.on('console', (message) => {
    if (message.type() === 'error') complaints.push(message.text());
  });
  page.on('request', (request) => {
    if (new URL(request.url()).origin !== new URL(url).origin) complaints.push(`fetched ${request.url()}`);
  });
  onTestFinished(async () => {
    await context.close();
    expect(complaints).toEqual([]);
  });
  await page.goto(url);
  return new Reader(page);
}
