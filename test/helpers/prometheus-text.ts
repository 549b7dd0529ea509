export interface Sample {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

export interface Scrape {
  readonly samples: readonly Sample[];
  /** Of each family, as it was told before its samples. */
  readonly types: ReadonlyMap<string, string>;
  /** The one of this name with these labels; throws where there is none, or several. */
  value(name: string, labels?: Readonly<Record<string, string>>): number;
  /** All values of a label. */
  labelValues(name: string, label: string): readonly string[];
}

const LINE = /^([a-zA-Z_:][a-zA-Z0-9_:]*)(?:\{(.*)\})? (\S+)$/;
const LABEL = /([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\]|\\["\\n])*)"(?:,|$)/y;

/** Reads Prometheus' text format, strictly: throws at the first line that it does not have. */
export function readScrape(text: string): Scrape {
  if (!text.endsWith('\n')) throw new Error('the last line has no end');
  const samples: Sample[] = [];
  const types = new Map<string, string>();
  for (const line of text.split('\n')) {
    const type = /^# TYPE (\S+) (counter|gauge|histogram|summary|untyped)$/.exec(line);
    if (type) types.set(type[1] ?? '', type[2] ?? '');
    else if (line !== '' && !line.startsWith('# HELP ')) samples.push(readSample(line));
  }
  const find = (name: string, labels: Readonly<Record<string, string>>) =>
    samples.filter((sample) => sample.name === name && isWithin(labels, sample.labels));
  return {
    samples,
    types,
    value(name, labels = {}) {
      const [found, ...more] = find(name, labels);
      if (!found || more.length > 0) throw new Error(`${found ? 'several' : 'no'} ${name} ${JSON.stringify(labels)}`);
      return found.value;
    },
    labelValues: (name, label) => find(name, {}).map(({ labels }) => labels[label] ?? ''),
  };
}

function readSample(line: string): Sample {
  const [, name, inside = '', value] = LINE.exec(line) ?? [];
  if (name === undefined) throw new Error(`no sample: ${line}`);
  const labels: Record<string, string> = {};
  LABEL.lastIndex = 0;
  while (LABEL.lastIndex < inside.length) {
    const [, label, escaped] = LABEL.exec(inside) ?? [];
    if (label === undefined || escaped === undefined) throw new Error(`no labels: ${line}`);
    labels[label] = escaped.replace(/\\(.)/g, (_, char: string) => (char === 'n' ? '\n' : char));
  }
  return { name, labels, value: Number(value) };
}

function isWithin(wanted: Readonly<Record<string, string>>, labels: Readonly<Record<string, string>>): boolean {
  return Object.entries(wanted).every(([label, value]) => labels[label] === value);
}
