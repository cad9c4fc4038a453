/** A series in the text format of Prometheus. */
export interface Series {
  name: string;
  labels: Record<string, string>;
  value: number;
}

/** What a scrape returns. */
export interface Scrape {
  series: Series[];
  /** The type and the description of each metric. */
  metrics: Map<string, { type: string; help: string }>;
  /** The value of the only series with this name and these labels; undefined if there is none. */
  value(name: string, labels?: Record<string, string>): number | undefined;
}

const LINE = /^(\w+)(?:\{(.*)\})? (\S+)$/;

/** Parses metrics in the text format. */
export function parseScrape(text: string): Scrape {
  const series: Series[] = [];
  const metrics = new Map<string, { type: string; help: string }>();
  for (const line of text.split('\n')) {
    const [, kind, name = '', rest = ''] = /^# (HELP|TYPE) (\S+) (.*)$/.exec(line) ?? [];
    const known = metrics.get(name) ?? { type: '', help: '' };
    if (kind === 'HELP') metrics.set(name, { ...known, help: rest });
    else if (kind === 'TYPE') metrics.set(name, { ...known, type: rest });
    else if (line !== '') series.push(parseSeries(line));
  }
  return {
    series,
    metrics,
    value(name, labels = {}) {
      const wanted = Object.entries(labels);
      const found = series.filter(
        (one) => one.name === name && wanted.every(([label, value]) => one.labels[label] === value),
      );
      if (found.length > 1) throw new Error(`Several series have the name ${name}`);
      return found[0]?.value;
    },
  };
}

function parseSeries(line: string): Series {
  const [, name, labels = '', value] = LINE.exec(line) ?? [];
  if (name === undefined) throw new Error(`This is no series: ${line}`);
  const pairs = [...labels.matchAll(/(\w+)="((?:[^"\\]|\\.)*)"/g)];
  return {
    name,
    labels: Object.fromEntries(pairs.map(([, label = '', text = '']) => [label, text])),
    value: Number(value),
  };
}
