import { setTimeout as pause } from 'node:timers/promises';
import { expect, onTestFinished } from 'vitest';
import { type DeliveryMode, environmentFor } from '../../e2e/support/workplace.ts';
import { CDN_TEAM, type Member, TEAM } from '../../sandbox/cast.ts';
import type { Outcome } from '../../sandbox/control/protocol.ts';
import { type Sandbox, startSandbox } from '../../sandbox/sandbox.ts';
import { portOf } from '../../support/stand-in.ts';
import { type BotProcess, startBotProcess } from './bot-process.ts';
import { RESIDENT } from './memory.ts';

const PRELOAD = new URL('memory.ts', import.meta.url).href;
const BOT_ADMINS = 50;

const colleagues: readonly Member[] = Array.from({ length: BOT_ADMINS }, (_, index) => ({
  id: `U0ADMIN${String(index).padStart(3, '0')}`,
  teamId: TEAM.id,
  name: `admin${index}`,
  realName: `Admin ${index}`,
  email: `admin${index}@example.com`,
}));

/** A command that the bot did not acknowledge, and after how many milliseconds Slack gave it up. */
type Lost = { text: string; took: number; outcome: Outcome };
const MOST_TOLD = 20;

/** What one burst took: how long acknowledgements took, in milliseconds, and all answers, in seconds. */
export type Burst = { median: number; p99: number; longest: number; answered: number };

/** A bot's process, 50 bot admins in front of it, and as many users as there are commands in a burst. */
export class LoadedBot {
  readonly #sandbox: Sandbox;
  readonly #bot: BotProcess;
  readonly #commands: number;
  #bursts = 0;
  #measures = 0;

  private constructor(sandbox: Sandbox, bot: BotProcess, commands: number) {
    this.#sandbox = sandbox;
    this.#bot = bot;
    this.#commands = commands;
  }

  static async start(mode: DeliveryMode, commands: number): Promise<LoadedBot> {
    const sandbox = await startSandbox({ colleagues });
    onTestFinished(() => sandbox.close());
    sandbox.fastly.putUsers(Array.from({ length: commands }, (_, index) => userOf(index, 'Before')));
    const bot = await startBotProcess({
      ...environmentFor(sandbox, mode),
      SUPERUSERS: colleagues.map(({ id }) => id).join(','),
      DATABASE_URL: 'file:bot.db',
      LOG_LEVEL: 'info',
      NODE_OPTIONS: `--expose-gc --import=${PRELOAD}`,
    });
    await bot.untilReadyz(200);
    if (mode === 'http') {
      const { address } = await bot.log("taking Slack's requests at /slack/events");
      await sandbox.client.setRequestUrl(`http://127.0.0.1:${portOf(address)}/slack/events`);
    }
    return new LoadedBot(sandbox, bot, commands);
  }

  /**
   * 80 % `get`, 10 % `list` and 10 % `update`, each about another user, one after the other within so many milliseconds.
   * Resolves when all are answered.
   */
  async burst(within: number): Promise<Burst> {
    const { slack, fastly } = this.#sandbox;
    this.#bursts += 1;
    fastly.forgetCalls();
    slack.forgetCalls();
    const before = this.#texts().length;
    const begun = performance.now();
    const lost: Lost[] = [];
    const indexes = Array.from({ length: this.#commands }, (_, index) => index);
    const acknowledgements = await Promise.all(
      indexes.map(async (index) => {
        await pause((index / this.#commands) * within);
        const sent = performance.now();
        const caller = colleagues[index % BOT_ADMINS]?.id ?? '';
        const text = this.#command(index);
        const outcome = await slack.command(caller, { channel: CDN_TEAM.id, text });
        const took = performance.now() - sent;
        if (!outcome.acknowledged) lost.push({ text, took, outcome });
        return took;
      }),
    );
    if (lost.length > 0) this.#tellLost(lost);
    await expect
      .poll(() => this.#unanswered(this.#texts().slice(before)), { timeout: 60_000, interval: 200 })
      .toEqual([]);
    const sorted = acknowledgements.toSorted((one, other) => one - other);
    const at = (share: number) => Math.round(sorted[Math.floor(share * (sorted.length - 1))] ?? 0);
    return { median: at(0.5), p99: at(0.99), longest: at(1), answered: (performance.now() - begun) / 1_000 };
  }

  /** What the process holds after it has collected what is no longer used, in bytes. */
  async memory(): Promise<number> {
    this.#measures += 1;
    let measures = 0;
    this.#bot.child.kill('SIGUSR2');
    const line = await this.#bot.until((text) => {
      if (text.startsWith(RESIDENT)) measures += 1;
      return measures === this.#measures && text;
    }, 'its memory');
    return Number(line.slice(RESIDENT.length));
  }

  async stop(): Promise<void> {
    this.#bot.child.kill('SIGTERM');
    expect(await this.#bot.ended).toBe(0);
  }

  /** @throws with what Slack and the bot's log say of the commands that the bot did not acknowledge */
  #tellLost(lost: readonly Lost[]): never {
    const commands = lost.map(({ text, took, outcome }) => `${text}, ${took} ms: ${JSON.stringify(outcome)}`);
    const log = this.#bot.text('stdout').split('\n');
    const warnings = log.filter((line) => /"level":[456]0/.test(line)).slice(-MOST_TOLD);
    const errors = this.#bot.text('stderr').split('\n').slice(-MOST_TOLD);
    const told = [...commands.slice(0, MOST_TOLD), 'the log warns:', ...warnings, 'on stderr:', ...errors];
    throw new Error(`${lost.length} commands were not acknowledged:\n${told.join('\n')}`);
  }

  #command(index: number): string {
    if (index % 10 === 0) return 'list';
    const verb = index % 10 === 1 ? 'update' : 'get';
    return `${verb} ${loginOf(index)}${verb === 'update' ? ` --name "${this.#nameOf(index)}"` : ''}`;
  }

  #nameOf(index: number): string {
    return `Person ${index} Round ${this.#bursts}`;
  }

  /** The notifications of all that was posted. */
  #texts(): string[] {
    const { channels } = this.#sandbox.slack.sees(colleagues[0]?.id ?? '');
    return channels.flatMap(({ id, messages }) =>
      id === CDN_TEAM.id ? messages.map(({ text }) => text) : [],
    );
  }

  /** The commands that no message answers: by the user's login, and lists by their number. */
  #unanswered(texts: readonly string[]): string[] {
    const logins = new Set(texts.map((text) => /[\w.]+@many\.example/.exec(text)?.[0]));
    const indexes = Array.from({ length: this.#commands }, (_, index) => index);
    const lists = texts.filter((text) => text.includes('users* in the Fastly account')).length;
    const expected = indexes.filter((index) => index % 10 === 0).length;
    const renamed = new Set(this.#sandbox.fastly.users().map(({ name }) => name));
    return [
      ...(lists === expected ? [] : [`${lists} of ${expected} lists`]),
      ...indexes.filter((index) => index % 10 !== 0 && !logins.has(loginOf(index))).map(loginOf),
      ...indexes
        .filter((index) => index % 10 === 1 && !renamed.has(this.#nameOf(index)))
        .map((index) => `${index} has its old name`),
    ];
  }
}

const loginOf = (index: number) => `p${index}@many.example`;
const userOf = (index: number, round: string) => ({
  id: `many${index}`,
  name: `Person ${index} ${round}`,
  login: loginOf(index),
  role: 'engineer',
});
