// Wakes the thread that sends, several times a millisecond: timers of the event loop know whole milliseconds only,
// and a loop that never sleeps would take a processor from the server under test. Says nothing while its last word
// has not been heard.
import { parentPort, workerData } from 'node:worker_threads';

const PERIOD = 0.25;

const { state, stopped, pending }: { state: Int32Array; stopped: number; pending: number } = workerData;
while (Atomics.wait(state, stopped, 0, PERIOD) === 'timed-out') {
  if (Atomics.exchange(state, pending, 1) === 0) parentPort?.postMessage(undefined);
}
