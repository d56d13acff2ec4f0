import { expect, it } from 'vitest';
import { TakenOver } from '../../src/store/held-lease.ts';
import type { Store } from '../../src/store/store.ts';
import { claimTokenLook, type TokenLook } from '../../src/store/token-reminders.ts';
import { NORA, TOMAS } from '../approvals/people.ts';
import { onBothDatabases, run } from './both-databases.ts';

const LEASE = 60_000;

async function claimed(store: Store): Promise<TokenLook> {
  const look = await claimTokenLook(store, LEASE);
  if (look === null) throw new Error('Another process is at it, or it is not due.');
  return look;
}

onBothDatabases('a look at the tokens', (database) => {
  it('is due at once, for one process, and again when its time has come', async () => {
    const { store, other } = await database.open();
    const look = await claimed(store);
    expect(await claimTokenLook(other, LEASE)).toBeNull();
    await look.end(LEASE);
    expect(await claimTokenLook(other, LEASE)).toBeNull();
    await run(store, 'update token_looks set due_at = due_at - 60000');
    await (await claimed(other)).end(0);
    await claimed(store);
  });

  it('is taken over when its lease has run out, and then changes nothing any more', async () => {
    const { store, other } = await database.open();
    const look = await claimed(store);
    await look.plan([{ token: 'ci', step: 3 }], [{ member: NORA, owns: true }]);
    await run(store, 'update token_looks set lease_until = lease_until - 60001');
    const next = await claimed(other);
    await expect(look.renew()).rejects.toThrow(TakenOver);
    await expect(look.told(NORA, ['ci'])).rejects.toThrow(TakenOver);
    await expect(look.plan([{ token: 'ci', step: 1 }], [])).rejects.toThrow(TakenOver);
    await expect(look.forget(['ci'])).rejects.toThrow(TakenOver);
    await expect(look.end(0)).rejects.toThrow(TakenOver);
    expect(await next.reminders()).toEqual([{ token: 'ci', member: NORA, step: 3, owns: true, told: false }]);
    await next.renew();
  });

  it('keeps whom to tell of which token, and whether they were told', async () => {
    const { store } = await database.open();
    const look = await claimed(store);
    const admins = [NORA, TOMAS].map((member) => ({ member, owns: false }));
    await look.plan([{ token: 'ci', step: 14 }], [{ member: NORA, owns: true }]);
    await look.plan([{ token: 'laptop', step: 3 }], admins);
    await look.told(NORA, ['ci', 'laptop']);
    const row = (member: string, told: boolean) => ({ token: 'laptop', member, step: 3, owns: false, told });
    const ci = { token: 'ci', member: NORA, step: 14, owns: true, told: true };
    const byMember = async () =>
      (await look.reminders()).toSorted((one, two) =>
        (one.token + one.member).localeCompare(two.token + two.member),
      );
    expect(await byMember()).toEqual([ci, row(NORA, true), row(TOMAS, false)]);
    await look.plan([{ token: 'ci', step: 3 }], [{ member: NORA, owns: true }]);
    expect(await byMember()).toEqual([{ ...ci, step: 3, told: false }, row(NORA, true), row(TOMAS, false)]);
    await look.forget(['laptop']);
    expect(await byMember()).toEqual([{ ...ci, step: 3, told: false }]);
  });
});
