import { Pool } from 'undici';
import { randomNumbers } from '../../lib/statistics.ts';
import { requestSource } from '../scenario-requests.ts';
import { poissonArrivals } from './arrivals.ts';
import { Clock } from './clock.ts';
import { Exchange } from './exchange.ts';
import { ANSWER_DEADLINE, CONNECTIONS, type OpenLoad, type OpenResult } from './open-load.ts';
import { Recorder } from './recorder.ts';

/** Connections are made before the first request is due, in milliseconds. */
const LEAD = 50;

/**
 * Sends requests on schedule, whatever the server does, and takes the latency of each from the moment at which it was
 * to be sent: what waits for a server that stalls is seen to wait (no coordinated omission).
 */
export async function runOpenLoop(load: OpenLoad): Promise<OpenResult> {
  const { base, scenario, loaded, phase, rate, seconds, warmUpSeconds, seed } = load;
  const random = randomNumbers(seed);
  const nextArrival = poissonArrivals(rate, random);
  const nextRequest = requestSource(scenario, loaded, phase, random);
  const pool = new Pool(base, {
    connections: CONNECTIONS,
    pipelining: 1,
    // Shorter than any server's, so that none closes a connection just when it is used again.
    keepAliveTimeout: 1000,
    keepAliveMaxTimeout: 1000,
    headersTimeout: ANSWER_DEADLINE,
    bodyTimeout: ANSWER_DEADLINE,
  });
  const began = performance.now() + LEAD;
  const counted = began + warmUpSeconds * 1000;
  const end = counted + seconds * 1000;
  const recorder = new Recorder(counted);

  let due = began + nextArrival();
  const sendWhatIsDue = () => {
    for (let now = performance.now(); due <= now && due < end; now = performance.now()) {
      recorder.sent(due, now);
      const { path, method, body, ...expected } = nextRequest();
      const headers = body === undefined ? {} : { 'content-type': 'application/json' };
      pool.dispatch(
        { path, method, headers, body: body ?? null },
        new Exchange(`${method} ${path}`, expected, due, recorder),
      );
      due = began + nextArrival();
    }
  };

  let clock: Clock | undefined;
  try {
    await new Promise<void>((resolve, reject) => {
      clock = new Clock(() => {
        sendWhatIsDue();
        const isOver =
          due >= end && (recorder.outstanding === 0 || performance.now() > end + ANSWER_DEADLINE);
        if (isOver) resolve();
      }, reject);
    });
  } finally {
    await clock?.stop();
    await pool.destroy();
  }
  return recorder.result(rate, seconds);
}
