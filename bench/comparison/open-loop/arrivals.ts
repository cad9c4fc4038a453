/**
 * When requests are to be sent: a Poisson process, as of many clients who know nothing of each other. The gaps
 * between requests are exponentially distributed, so that some come close together, as in life.
 *
 * @param rate Requests a second, on average.
 * @param random Gives numbers from 0 up to, but not including, 1.
 * @returns Gives the time of the next request with each call, in milliseconds from the start.
 */
export function poissonArrivals(rate: number, random: () => number): () => number {
  let time = 0;
  return () => {
    time += (-Math.log(1 - random()) * 1000) / rate;
    return time;
  };
}
