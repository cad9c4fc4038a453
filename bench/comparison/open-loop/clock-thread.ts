// Wakes the sending thread several times per millisecond: timers of the event loop have a resolution of one millisecond,
// and a busy loop would use a processor of the server under test. It sends no message before the last one is handled.
import { parentPort, workerData } from 'node:worker_threads';

const PERIOD = 0.25;

const { state, stopped, pending }: { state: Int32Array; stopped: number; pending: number } = workerData;
while (Atomics.wait(state, stopped, 0, PERIOD) === 'timed-out') {
  if (Atomics.exchange(state, pending, 1) === 0) parentPort?.postMessage(undefined);
}
