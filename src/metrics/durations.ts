import type { Metric, MetricValue, Registry } from 'prom-client';

type Value = MetricValue<string> & { metricName: string };

/** The observations with the same labels. */
interface Series {
  /** The number of observations up to each bound and above the previous one; the last number: above all bounds. */
  readonly counts: number[];
  sum: number;
}

/**
 * A histogram of the durations of requests, in seconds, by method, route and status. A histogram of prom-client renders and
 * hashes the labels of each observation, which takes longer (decision 13); this one renders them when it is scraped.
 */
export class Durations {
  readonly #name: string;
  readonly #help: string;
  readonly #bounds: readonly number[];
  /** By route, method and status. */
  readonly #series = new Map<string, Map<string, Map<number, Series>>>();

  /** @param bounds The upper bounds of the buckets, in ascending order. */
  constructor(name: string, help: string, bounds: readonly number[]) {
    this.#name = name;
    this.#help = help;
    this.#bounds = bounds;
  }

  observe(method: string, route: string, status: number, seconds: number): void {
    const series = this.#series.get(route)?.get(method)?.get(status) ?? this.#add(method, route, status);
    let bucket = 0;
    while (seconds > (this.#bounds[bucket] ?? Number.POSITIVE_INFINITY)) bucket++;
    series.counts[bucket] = (series.counts[bucket] ?? 0) + 1;
    series.sum += seconds;
  }

  addTo(registry: Registry): void {
    const [name, help, type] = [this.#name, this.#help, 'histogram'];
    // What the registry needs of a metric.
    const metric = { name, help, type, get: async () => ({ name, help, type, values: this.#values() }) };
    registry.registerMetric(metric as unknown as Metric);
  }

  #add(method: string, route: string, status: number): Series {
    const methods = this.#series.get(route) ?? new Map<string, Map<number, Series>>();
    const statuses = methods.get(method) ?? new Map<number, Series>();
    const series = { counts: Array.from({ length: this.#bounds.length + 1 }, () => 0), sum: 0 };
    this.#series.set(route, methods.set(method, statuses.set(status, series)));
    return series;
  }

  #values(): Value[] {
    const values: Value[] = [];
    for (const [route, methods] of this.#series)
      for (const [method, statuses] of methods)
        for (const [status, { counts, sum }] of statuses) {
          const labels = { method, route, status };
          let count = 0;
          for (const [bucket, inBucket] of counts.entries()) {
            count += inBucket;
            const le = this.#bounds[bucket] ?? '+Inf';
            values.push({ metricName: `${this.#name}_bucket`, labels: { le, ...labels }, value: count });
          }
          values.push({ metricName: `${this.#name}_sum`, labels, value: sum });
          values.push({ metricName: `${this.#name}_count`, labels, value: count });
        }
    return values;
  }
}
