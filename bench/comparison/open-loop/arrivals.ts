/**
 * The scheduled times of requests: a Poisson process, which models many independent clients. The gaps between requests
 * have an exponential distribution.
 *
 * @param rate The average rate, in requests per second.
 * @param random Returns numbers in [0, 1).
 * @returns A function that returns the time of the next request, in milliseconds from the start.
 */
export function poissonArrivals(rate: number, random: () => number): () => number {
  let time = 0;
  return () => {
    time += (-Math.log(1 - random()) * 1000) / rate;
    return time;
  };
}
