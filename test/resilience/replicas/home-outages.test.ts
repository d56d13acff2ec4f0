import { describe, expect, it } from 'vitest';
import { askForDeletion } from '../../e2e/support/approving.ts';
import { headersOf, openHome, rowsOf, sectionOf, untilAtHome } from '../../e2e/support/home-tab.ts';
import { wordsOf } from '../../e2e/support/seeing.ts';
import { startWorkplace, type Workplace } from '../../e2e/support/workplace.ts';
import { NORA, TOMAS } from '../../sandbox/cast.ts';
import { ENGINEER } from '../../sandbox/fastly/people.ts';
import { newDatabase } from '../../support/postgres/database.ts';
import { type Wire, wireTo } from '../../support/postgres/wire.ts';

const PATIENCE_MILLISECONDS = 45_000;
const DATABASE_AWAY = "The bot's database can't be reached";

/** A bot whose connections to a new PostgreSQL database the test can break. */
async function startOverWire(): Promise<Workplace & { wire: Wire }> {
  const { wire, url } = await wireTo(await newDatabase());
  const workplace = await startWorkplace('socket', { DATABASE_URL: url });
  return { ...workplace, wire };
}

describe('the Home tab while Fastly is away', () => {
  it('shows the rest, and the figures when it is opened again', async () => {
    const { client } = await startWorkplace();
    const tomas = client.as(TOMAS);
    const request = await askForDeletion(client, NORA, ENGINEER);
    await client.fastlyFaults({ fail: { match: 'GET /cu', status: 503, times: 1_000 } });
    const sees = await openHome(tomas);
    expect(rowsOf(sees, 'Waiting for you')).toEqual([['approve', 'deny', 'lock']]);
    expect(wordsOf(sectionOf(sees, 'Latest changes'))).toContain(ENGINEER.login);
    await untilAtHome(tomas, 'The account', "The figures aren't available. Fastly returned an error");
    await client.fastlyFaults({ fail: null });
    await tomas.home();
    await untilAtHome(tomas, 'The account', ' users');
    expect(rowsOf(await tomas.sees(), 'Waiting for you')[0]).toContain('approve');
    expect(wordsOf(sectionOf(await tomas.sees(), 'Waiting for you'))).toContain(request.id);
  });

  it('does not wait for it, and shows the figures when they come', async () => {
    const { client } = await startWorkplace('socket', { FASTLY_TIMEOUT: '12s' });
    const tomas = client.as(TOMAS);
    await client.fastlyFaults({ hold: { match: 'GET /customer/', when: 'before', times: 1 } });
    await openHome(tomas);
    await untilAtHome(tomas, 'The account', 'Fastly is slow to answer');
    await client.fastlyFaults({ hold: null });
    await untilAtHome(tomas, 'The account', ' users');
  });
});

describe('the Home tab while the database is away', () => {
  it.each<['cut' | 'silence']>([['cut'], ['silence']])(
    'shows the rest and says what is missing, and all of it by itself afterwards (%s)',
    { timeout: PATIENCE_MILLISECONDS },
    async (how) => {
      const { client, wire } = await startOverWire();
      const tomas = client.as(TOMAS);
      const request = await askForDeletion(client, NORA, ENGINEER);
      await openHome(client.as(NORA));
      await untilAtHome(client.as(NORA), 'Your open requests', `request ${request.id}`);
      wire[how]();
      await tomas.home();
      const sees = await tomas.until((each) => each.home !== null && each, 'the Home');
      expect(wordsOf(sees.home?.blocks)).toContain(DATABASE_AWAY);
      expect(headersOf(sees)).toEqual(['Quick actions', 'The account']);
      expect(wordsOf(sectionOf(sees, 'The account'))).toContain(' users');
      await tomas.click({ view: 'home', actionId: 'home.get' });
      await tomas.until(({ modals }) => modals[0]?.callbackId === 'get.form', 'the form');
      wire.mend();
      const patience = PATIENCE_MILLISECONDS;
      await untilAtHome(tomas, 'Waiting for you', `request ${request.id}`, patience);
      expect(wordsOf((await tomas.sees()).home?.blocks)).not.toContain(DATABASE_AWAY);
    },
  );
});
