/** The inputs of the reader. */
export interface Prices {
  /** For one virtual processor per hour, in any currency. */
  perVcpuHour: number;
  /** The load, in requests per second. */
  load: number;
  /** The target utilisation of the processors at that load, from 0 to 1. */
  utilisation: number;
}

/** The cost of a peer's requests. */
export interface Cost {
  /** Processor time per million requests, in seconds: the same number as microseconds per request. */
  secondsPerMillion: number;
  pricePerMillion: number;
  vcpus: number;
  pricePerMonth: number;
}

/** Example prices, which the reader can change. */
export const examplePrices: Prices = { perVcpuHour: 0.04, load: 5_000, utilisation: 0.6 };

const HOURS_A_MONTH = 730;

/**
 * Processor time × price: the cost of a million requests, the processors for a load, and their cost per month.
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
