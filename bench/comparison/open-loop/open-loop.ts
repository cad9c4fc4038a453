import { Pool } from 'undici';
import { randomNumbers } from '../../lib/statistics.ts';
import { requestSource } from '../scenario-requests.ts';
import { poissonArrivals } from './arrivals.ts';
import { Clock } from './clock.ts';
import { Exchange } from './exchange.ts';
import { CONNECTIONS, type OpenLoad, type OpenResult, RESPONSE_DEADLINE } from './open-load.ts';
import { Recorder } from './recorder.ts';

/** The time for opening connections before the first request, in milliseconds. */
const LEAD = 50;

/**
 * Sends requests on schedule, independent of the server, and measures latency from the scheduled time: it includes the
 * wait for a stalled server (no coordinated omission).
 */
export async function runOpenLoop(load: OpenLoad): Promise<OpenResult> {
  const { base, scenario, loaded, phase, rate, seconds, warmUpSeconds, seed } = load;
  const random = randomNumbers(seed);
  const nextArrival = poissonArrivals(rate, random);
  const nextRequest = requestSource(scenario, loaded, phase, random);
  const pool = new Pool(base, {
    connections: CONNECTIONS,
    pipelining: 1,
    // Shorter than the timeout of any server: no server closes a connection that is being reused.
    keepAliveTimeout: 1000,
    keepAliveMaxTimeout: 1000,
    headersTimeout: RESPONSE_DEADLINE,
    bodyTimeout: RESPONSE_DEADLINE,
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
          due >= end && (recorder.outstanding === 0 || performance.now() > end + RESPONSE_DEADLINE);
        if (isOver) resolve();
      }, reject);
    });
  } finally {
    await clock?.stop();
    await pool.destroy();
  }
  return recorder.result(rate, seconds);
}
