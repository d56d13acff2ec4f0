import { expect, it, onTestFinished } from 'vitest';
import { askForUpdate, updateOf, updates } from '../../e2e/support/altering.ts';
import { untilTold } from '../../e2e/support/approving.ts';
import { messageWith } from '../../e2e/support/seeing.ts';
import { CDN_TEAM, NORA, TOMAS } from '../../sandbox/cast.ts';
import { ENGINEER, PLUS_LOGIN } from '../../sandbox/fastly/people.ts';
import { startSandbox } from '../../sandbox/sandbox.ts';
import { newBackedUp, newHead, restored } from '../support/backup.ts';
import { untilShown } from '../support/deletion.ts';
import { died, startBot } from '../support/place.ts';
import { audited, dieAt } from '../support/points.ts';

const PATIENT = { timeout: 120_000 };
const OLDER_COPY = "The bot's database was replaced by an older copy. Nothing was done.";

it(
  'a database that goes back under two replicas has nothing carried out, and both say so',
  PATIENT,
  async () => {
    const sandbox = await startSandbox();
    onTestFinished(() => sandbox.close());
    const place = { ...sandbox, database: await newBackedUp('PostgreSQL') };
    const { client, database } = place;
    const [nora, tomas] = [client.as(NORA), client.as(TOMAS)];
    const first = await startBot(place, { point: dieAt('after', audited('approved')) });
    const request = await askForUpdate(client, NORA, ENGINEER, '--role superuser');
    await untilShown(place);
    await request.form(tomas, 'approve');
    tomas.submit().catch(() => {});
    await died(first);
    // In the backup, the promotion is approved, and nobody has carried it out.
    await database.backUp();
    const one = await startBot(place);
    await expect.poll(() => updates(client)).toEqual([updateOf(ENGINEER, { role: 'superuser' })]);
    await one.log('an attempt at an approved request ended');
    // Each replica has seen the log's last entry when it logs it.
    const other = await startBot(place);
    await other.log('audit log head');
    const { seq } = await database.read((reader) =>
      reader.selectFrom('audit_log').select('seq').orderBy('seq', 'desc').executeTakeFirstOrThrow(),
    );
    await client.putFastlyUsers([{ ...ENGINEER }]);
    await client.forgetFastlyCalls();

    await database.restore();
    for (const bot of [one, other]) {
      await expect
        .poll(async () => (await bot.readyz()).body.degraded)
        .toEqual([
          {
            what: expect.stringMatching(new RegExp(`^The database went back from entry ${seq} to \\d+$`)),
            since: expect.any(String),
            remedy: expect.stringContaining('run `npm run restored`'),
          },
        ]);
      await bot.untilReadyz(200);
    }
    await nora.command(`reset ${PLUS_LOGIN.id}`);
    await untilTold(nora, OLDER_COPY);
    await nora.command(`delete ${PLUS_LOGIN.id}`);
    await expect
      .poll(
        async () =>
          (await nora.sees()).channels
            .flatMap(({ messages }) => messages)
            .filter((each) => JSON.stringify(each).includes(OLDER_COPY)).length,
      )
      .toBe(2);
    // What only reads goes on.
    await nora.command(`get ${PLUS_LOGIN.id}`);
    await nora.until((sees) => messageWith(sees, CDN_TEAM, PLUS_LOGIN.id), 'the card');
    expect((await restored({ DATABASE_URL: database.url })).stderr).toContain('The bot still runs');
    for (const bot of [one, other]) {
      bot.child.kill('SIGTERM');
      expect(await bot.ended).toBe(0);
    }
    const changes = async () => (await client.fastlyCalls()).filter(({ method }) => method !== 'GET');
    expect(await changes()).toEqual([]);

    const ended = await restored({ DATABASE_URL: database.url });
    expect(ended.code).toBe(0);
    const replicas = [
      await startBot(place, { variables: { AUDIT_HEAD: newHead(ended) } }),
      await startBot(place, { variables: { AUDIT_HEAD: newHead(ended) } }),
    ];
    await request.until(nora, "The bot's database was restored from a backup.");
    for (const bot of replicas) expect((await bot.readyz()).body.degraded).toEqual([]);
    expect(await changes()).toEqual([]);
    await askForUpdate(client, NORA, ENGINEER, '--role superuser');
  },
);
