import { Cron } from 'croner';
import { cannotBe, type Reading, read } from './reading.ts';

/** So often the parser is asked for one instant. A day that comes twice has 1,440 minutes. */
const MOST_STEPS = 1_500;

/** By how many milliseconds clocks are set back anywhere. */
const SET_BACK = [30, 60, 120].map((minutes) => minutes * 60_000);

/** A schedule has no later instant, or none that the parser finds. */
export class NoLaterInstant extends Error {
  override readonly name = 'NoLaterInstant';
}

/** When reports are due: five fields of cron, in a time zone. */
export class ReportSchedule {
  /** Stands for the schedule, such as `0 9 * * 1 Europe/Berlin`. */
  readonly name: string;
  readonly #cron: Pick<Cron, 'nextRun'>;
  readonly #clock: Intl.DateTimeFormat;

  /** @throws what the parser throws */
  constructor(
    pattern: string,
    timeZone: string,
    cron: Pick<Cron, 'nextRun'> = new Cron(pattern, { timezone: timeZone, mode: '5-part', paused: true }),
  ) {
    this.name = `${pattern} ${timeZone}`;
    this.#cron = cron;
    this.#clock = new Intl.DateTimeFormat('en', { timeZone, dateStyle: 'short', timeStyle: 'short' });
  }

  /**
   * The first instant after another one, in Unix milliseconds. What falls into an hour that clocks skip is due once, when
   * they go on; of an hour that comes twice, the first counts.
   *
   * @throws {NoLaterInstant}
   * @throws what the parser throws
   */
  after(instant: number): number {
    let from = instant;
    for (let step = 0; step < MOST_STEPS; step += 1) {
      const next = this.#cron.nextRun(new Date(from))?.getTime();
      if (next === undefined || !(next > from)) break;
      if (!this.#isRepeated(next)) return next;
      from = next;
    }
    throw new NoLaterInstant(`${this.name} has no instant after ${new Date(instant).toISOString()}`);
  }

  /** Whether clocks have shown the same time before. */
  #isRepeated(instant: number): boolean {
    const shown = this.#clock.format(instant);
    return SET_BACK.some((milliseconds) => this.#clock.format(instant - milliseconds) === shown);
  }
}

/** The schedule that the variables set; null where they set none. */
export function scheduleOf(values: {
  REPORT_SCHEDULE?: string | undefined;
  REPORT_TIMEZONE?: string | undefined;
}): ReportSchedule | null {
  const { REPORT_SCHEDULE: pattern, REPORT_TIMEZONE: zone } = values;
  return pattern === undefined || zone === undefined ? null : new ReportSchedule(pattern, zone);
}

/** Five fields of cron that have an instant. Their time zone is a variable of its own. */
export const reportSchedule = read((text): Reading<string> => {
  const pattern = text.replaceAll(/\s+/g, ' ');
  const remedy = 'Set it to five fields of cron, such as 0 9 * * 1 for Mondays at 9:00.';
  // What has a colon is a moment to the parser, and what begins with @ a name.
  if (!/^[^\s:@]+( [^\s:@]+){4}$/.test(pattern)) return cannotBe(text, remedy);
  try {
    new ReportSchedule(pattern, 'UTC').after(Date.now());
    return { value: pattern };
  } catch (error) {
    return cannotBe(text, remedy, error instanceof NoLaterInstant ? ', as no moment fits it' : '');
  }
});

export const timeZone = read((text): Reading<string> => {
  try {
    new Intl.DateTimeFormat('en', { timeZone: text });
    return { value: text };
  } catch {
    return cannotBe(text, 'Set it to a time zone such as Europe/Berlin, America/New_York or UTC.');
  }
});
