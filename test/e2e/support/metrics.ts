import { portOf } from '../../support/stand-in.ts';
import type { RunningBot } from './workplace.ts';

type Labels = Readonly<Record<string, string>>;
type Sample = { name: string; labels: Labels; value: number };

/** What a bot exposes, in Prometheus' text format. */
export class Exposition {
  readonly text: string;
  /** The type of each metric, by its name. */
  readonly types: ReadonlyMap<string, string>;
  readonly samples: readonly Sample[];

  /** @throws when a line is not of the format */
  constructor(text: string) {
    this.text = text;
    const lines = text.split('\n').filter((line) => line !== '');
    const typed = lines.flatMap((line) => [...line.matchAll(/^# TYPE (\S+) (\S+)$/g)]);
    this.types = new Map(typed.map(([, name = '', type = '']) => [name, type]));
    this.samples = lines.filter((line) => !line.startsWith('#')).map(sampleIn);
  }

  /** The one sample that has these labels among its own; undefined where there is none. @throws when there are several */
  value(name: string, labels: Labels = {}): number | undefined {
    const found = this.samples.filter(
      (sample) =>
        sample.name === name &&
        Object.entries(labels).every(([label, value]) => sample.labels[label] === value),
    );
    if (found.length > 1) throw new Error(`${name} has ${found.length} such samples`);
    return found[0]?.value;
  }

  /** All samples of a name, as `label=value,… value`. */
  all(name: string): string[] {
    return this.samples
      .filter((sample) => sample.name === name)
      .map(({ labels, value }) => {
        const words = Object.entries(labels).map(([label, text]) => `${label}=${text}`);
        return `${words.join(' ')} ${value}`;
      })
      .toSorted();
  }
}

function sampleIn(line: string): Sample {
  const {
    name = '',
    labels = '',
    value = '',
  } = /^(?<name>[a-zA-Z_:][\w:]*)(?:\{(?<labels>.*)\})? (?<value>\S+)$/.exec(line)?.groups ?? {};
  if (name === '') throw new Error(`no sample: ${line}`);
  const pairs = [...labels.matchAll(/(\w+)="((?:[^"\\]|\\.)*)"/g)];
  return {
    name,
    labels: Object.fromEntries(pairs.map(([, label = '', text = '']) => [label, text])),
    value: Number(value),
  };
}

export async function metricsUrl({ log }: Pick<RunningBot, 'log'>): Promise<string> {
  const { address } = await log.until('serving /healthz and /readyz');
  return `http://127.0.0.1:${portOf(address)}/metrics`;
}

/** What a bot in this process answers on `/metrics`. */
export async function metricsOf(bot: Pick<RunningBot, 'log'>): Promise<Exposition> {
  const response = await fetch(await metricsUrl(bot));
  if (!response.ok) throw new Error(`/metrics answered ${response.status}`);
  return new Exposition(await response.text());
}
