import { MemberId } from '../ids.ts';
import { HeldLease } from './held-lease.ts';
import { Leases } from './leases.ts';
import type { Store, Transaction } from './store.ts';

/** `owns`: the token is the member's own. Else they are told as a bot admin. */
export type Recipient = { member: MemberId; owns: boolean };

/** Who is told of a token's step, and whether they were. `token`: its id in Fastly. `step`: in days. */
export type TokenReminder = Recipient & { token: string; step: number; told: boolean };

export const tokenLookLeases = new Leases('token_looks', { key: 'name', due: 'due_at' });

const LOOK = 'reminders';

/** Claims the look at the tokens; null when it is not due, or another process is at it. */
export async function claimTokenLook(store: Store, lease: number): Promise<TokenLook | null> {
  const isDue = tokenLookLeases.isDue(store.engine);
  const due = await store.read((database) => tokenLookLeases.due(database, isDue, 1));
  if (due.length === 0) return null;
  const claim = await store.transaction((each) => tokenLookLeases.claim(each, LOOK, isDue, lease));
  if (claim === null) return null;
  return new TokenLook(store, new HeldLease(store, tokenLookLeases, { key: LOOK, claim, lease }));
}

/** For a database that is used with another account: nobody was told of its tokens. */
export async function forgetTokenReminders({ database, now }: Transaction): Promise<void> {
  await database.deleteFrom('token_reminders').execute();
  await database
    .updateTable('token_looks')
    .set({ due_at: await now() })
    .execute();
}

/** One process's look at the tokens. What writes throws `TakenOver` when another process has taken over. */
export class TokenLook {
  readonly #store: Store;
  readonly #held: HeldLease<'token_looks'>;

  constructor(store: Store, held: HeldLease<'token_looks'>) {
    this.#store = store;
    this.#held = held;
  }

  async renew(): Promise<void> {
    await this.#held.renew();
  }

  /** All that is planned, told or not. */
  async reminders(): Promise<TokenReminder[]> {
    const rows = await this.#store.read((database) =>
      database.selectFrom('token_reminders').selectAll().orderBy('token').execute(),
    );
    return rows.map(({ member, owns, told, ...row }) => ({
      ...row,
      member: MemberId.parse(member),
      owns: owns === 1,
      told: told === 1,
    }));
  }

  /** Plans whom to tell of a step of these tokens, in place of what was planned of them. */
  async plan(
    tokens: readonly { token: string; step: number }[],
    recipients: readonly Recipient[],
  ): Promise<void> {
    await this.#held.write(async ({ database }) => {
      for (const { token, step } of tokens) {
        await database.deleteFrom('token_reminders').where('token', '=', token).execute();
        const rows = recipients.map(({ member, owns }) => ({
          ...{ token, member, step, told: 0 },
          owns: owns ? 1 : 0,
        }));
        await database.insertInto('token_reminders').values(rows).execute();
      }
    });
  }

  async told(member: MemberId, tokens: readonly string[]): Promise<void> {
    await this.#held.write(async ({ database }) => {
      await database
        .updateTable('token_reminders')
        .set({ told: 1 })
        .where('member', '=', member)
        .where('token', 'in', tokens)
        .execute();
    });
  }

  async forget(tokens: readonly string[]): Promise<void> {
    await this.#held.write(async ({ database }) => {
      for (const token of tokens) {
        await database.deleteFrom('token_reminders').where('token', '=', token).execute();
      }
    });
  }

  /** @param pause milliseconds until the next look */
  async end(pause: number): Promise<void> {
    await this.#held.end(async ({ database, now }) => {
      const due_at = (await now()) + pause;
      await database.updateTable('token_looks').set({ due_at }).execute();
    });
  }
}
