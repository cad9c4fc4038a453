/** What a reader may change in the page. */
export interface Prices {
  /** For one virtual processor for an hour, in whatever currency. */
  perVcpuHour: number;
  /** Requests a second that are to be served. */
  load: number;
  /** How busy the processors are to be at that load, from 0 to 1. */
  utilisation: number;
}

/** What one peer's requests cost. */
export interface Cost {
  /** Of processor time, for a million requests, which are as many seconds as one request is microseconds. */
  secondsPerMillion: number;
  pricePerMillion: number;
  vcpus: number;
  pricePerMonth: number;
}

/** An example price; what a reader pays is for the reader to say. */
export const examplePrices: Prices = { perVcpuHour: 0.04, load: 5_000, utilisation: 0.6 };

const HOURS_A_MONTH = 730;

/**
 * Processor time × price: what a million requests cost, how many processors carry a load, and what they cost a month.
 *
 * @param micros Processor time of one request, server and PostgreSQL together, in microseconds.
 */
export function costOf(micros: number, { perVcpuHour, load, utilisation }: Prices): Cost {
  const vcpus = (load * micros) / 1e6 / utilisation;
  return {
    secondsPerMillion: micros,
    pricePerMillion: (micros / 3600) * perVcpuHour,
    vcpus,
    pricePerMonth: vcpus * perVcpuHour * HOURS_A_MONTH,
  };
}
