import { WrongDatabase } from './errors.ts';
import type { Store } from './store.ts';
import type { Database } from './tables.ts';

const KINDS = ['workspace', 'account'] as const;
type Kind = (typeof KINDS)[number];

/** A Slack workspace or a Fastly account. `name` is for people, and may be empty. */
export type Place = { id: string; name: string };

const TOKENS: Record<Kind, { belongsTo: string; token: string }> = {
  workspace: { belongsTo: 'the Slack workspace', token: 'SLACK_BOT_TOKEN' },
  account: { belongsTo: 'the Fastly account', token: 'FASTLY_API_TOKEN' },
};

/**
 * Keeps a copy of a database from being used beside the original: the database records the Slack workspace and the
 * Fastly account that it was first used with. No change is begun before both are known to be the same.
 */
export class Belonging {
  readonly #store: Store;
  readonly #found = new Map<Kind, Place | null>();
  readonly #confirmed = new Set<Kind>();
  #slackRefuses = false;

  constructor(store: Store) {
    this.#store = store;
    store.confirmed(false);
  }

  /** Where the bot works, as its tokens say; null when a service does not say it, and there is nothing to compare. */
  found(kind: Kind, place: Place | null): void {
    this.#found.set(kind, place);
  }

  /**
   * Slack refuses the bot's token at the start, so where the bot works in Slack is not known. Roles whose time is over are
   * taken back all the same, in the account that the database belongs to.
   */
  slackRefuses(): void {
    this.#slackRefuses = true;
  }

  /**
   * Compares what is known with what is recorded, and records what is not recorded yet.
   *
   * @returns whether what is recorded may be shown in Slack, whether changes may be begun, and whether roles may end
   * @throws {WrongDatabase} {StoreUnavailable}
   */
  async confirm(): Promise<{ mayShow: boolean; mayChange: boolean; mayEnd: boolean }> {
    const open = KINDS.filter((kind) => !this.#confirmed.has(kind));
    if (open.length === 0) return { mayShow: true, mayChange: true, mayEnd: true };
    const found = new Map(this.#found);
    let recorded = await this.#store.read(recordedIn);
    const missing = [...found].flatMap(([kind, place]) =>
      place && !recorded.has(kind) ? [{ kind, ...place }] : [],
    );
    if (missing.length > 0) {
      recorded = await this.#store.transaction(async ({ database }) => {
        const insert = database.insertInto('belonging').values(missing);
        await insert.onConflict((conflict) => conflict.doNothing()).execute();
        return await recordedIn(database);
      });
    }
    for (const kind of open) {
      const expected = recorded.get(kind);
      const place = found.get(kind);
      if (expected && place && expected.id !== place.id) throw wrongDatabase(kind, expected, place);
      // A service that doesn't say where the bot works leaves it open whether that is where the database belongs.
      if (place || (place === null && !expected)) this.#confirmed.add(kind);
    }
    const isHere = (kind: Kind) => this.#confirmed.has(kind) || !recorded.has(kind);
    const mayChange = KINDS.every(isHere);
    this.#store.confirmed(mayChange);
    const mayEnd = mayChange || (this.#slackRefuses && isHere('account'));
    return { mayShow: isHere('workspace'), mayChange, mayEnd };
  }
}

/** Where the database belongs, as far as it is recorded. */
export async function recordedIn(database: Database): Promise<Map<Kind, Place>> {
  const rows = await database.selectFrom('belonging').selectAll().execute();
  return new Map(
    KINDS.flatMap((kind) =>
      rows.filter((row) => row.kind === kind).map(({ id, name }) => [kind, { id, name }]),
    ),
  );
}

/** Has the database belong to whatever it is used with next. */
export async function forgetBelonging(database: Database): Promise<void> {
  await database.deleteFrom('belonging').execute();
}

function wrongDatabase(kind: Kind, recorded: Place, found: Place): WrongDatabase {
  const { belongsTo, token } = TOKENS[kind];
  return new WrongDatabase({
    what: `The database belongs to ${belongsTo} ${named(recorded)}, but ${token} to ${named(found)}`,
    remedy: `Nothing was carried out. Correct DATABASE_URL or ${token}. To use this copy of a database here, run \`npm run restored -- --adopt\` once.`,
  });
}

function named({ id, name }: Place): string {
  return name === '' ? id : `${id} (${name})`;
}
