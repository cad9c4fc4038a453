import { Counter, Gauge, Registry } from 'prom-client';
import { RequestMetrics } from './request-metrics.ts';

/** The labels and the value of a series. */
export type Sample = readonly [labels: Readonly<Record<string, string>>, value: number];

/** A metric whose values exist anyway. They are read once per scrape, and never while a request is served. */
export interface ReadMetric {
  /** By the conventions of Prometheus, with the unit as suffix. */
  readonly name: string;
  readonly help: string;
  readonly labels?: readonly string[];
  /** Must not reject: the other metrics would be missing too. */
  read(): readonly Sample[] | Promise<readonly Sample[]>;
}

/** The metrics of one service, in the text format of Prometheus. */
export class Metrics {
  readonly registry = new Registry();
  /** The metrics of requests. */
  readonly requests = new RequestMetrics(this.registry);

  /** The media type of {@link text}. */
  get contentType(): string {
    return this.registry.contentType;
  }

  /** Adds a value that only increases while the process runs. */
  counter(metric: ReadMetric): void {
    const counter = new Counter({
      ...optionsOf(metric),
      registers: [this.registry],
      async collect() {
        const samples = await metric.read();
        counter.reset();
        // A metric without labels has a series by default.
        if (samples.length === 0 && !metric.labels) counter.remove();
        for (const [labels, value] of samples) counter.inc(labels, value);
      },
    });
  }

  /** Adds a value that increases and decreases. */
  gauge(metric: ReadMetric): void {
    const gauge = new Gauge({
      ...optionsOf(metric),
      registers: [this.registry],
      async collect() {
        const samples = await metric.read();
        gauge.reset();
        if (samples.length === 0 && !metric.labels) gauge.remove();
        for (const [labels, value] of samples) gauge.set(labels, value);
      },
    });
  }

  /** Renders all metrics. */
  text(): Promise<string> {
    return this.registry.metrics();
  }
}

const optionsOf = ({ name, help, labels = [] }: ReadMetric) => ({ name, help, labelNames: [...labels] });
