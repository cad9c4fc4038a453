import { once } from 'node:events';
import { Server } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import type { FastifyInstance } from 'fastify';

/** The time for last requests on idle connections after the listener is closed. */
const LINGER = 1_000;
/** The time that requests may wait for the database after the listener is closed; then they get a 503. */
const DATABASE_DEADLINE = 6_000;
/** The time for requests in flight after the listener is closed. */
const REQUESTS_DEADLINE = 7_000;
/** The time for the rest of the service to close after the last connection. */
const CLOSE_DEADLINE = 3_000;

/**
 * Stops the service without losing requests (all times in milliseconds):
 *
 * 1. For `drain`, it still listens, but it is not ready and each response closes its connection: load balancers and
 *    clients switch to another instance.
 * 2. It closes the listener. For up to a second, idle connections may send a last request.
 * 3. It closes idle connections and waits for requests in flight. Requests that still wait for the database 6 s after
 *    step 2 get a 503; clients with incomplete requests are disconnected a second later.
 * 4. It closes the database, for at most 3 s: a hanging database does not prevent shutdown.
 *
 * Never rejects: errors are logged.
 */
export async function stopGracefully(app: FastifyInstance, drain: number): Promise<void> {
  app.lifecycle.isStopping = true;
  await delay(drain);
  const disconnected = once(app.server, 'close');
  closeListener(app);
  await Promise.race([disconnected, delay(LINGER)]);
  await stopAtOnce(app, LINGER);
}

/**
 * Stops the service without steps 1 and 2: idle connections are closed immediately.
 *
 * @param elapsed The time since the listener was closed.
 */
export async function stopAtOnce(app: FastifyInstance, elapsed = 0): Promise<void> {
  const timers = [
    setTimeout(() => app.batching.expireAll(), DATABASE_DEADLINE - elapsed),
    setTimeout(() => app.server.closeAllConnections(), REQUESTS_DEADLINE - elapsed),
  ];
  const disconnected = once(app.server, 'close');
  const closed = app.close().catch((error: unknown) => {
    app.log.error({ err: error }, 'The service did not close properly');
  });
  await Promise.race([closed, disconnected]);
  for (const timer of timers) clearTimeout(timer);
  const isClosed = await Promise.race([closed.then(() => true), delay(CLOSE_DEADLINE, false)]);
  if (!isClosed) app.log.warn('Stopped without waiting for the database');
}

/** Closes the listener only: `http.Server.close()` would also close idle connections, on which a request may be arriving. */
function closeListener(app: FastifyInstance): void {
  Server.prototype.close.call(app.server);
}

/** The signals for a graceful shutdown; SIGHUP is sent when the terminal is closed. */
const STOP_SIGNALS = ['SIGTERM', 'SIGINT', 'SIGHUP'] as const;
/** The time in milliseconds in which a second signal is ignored: npm forwards each Ctrl-C a second time. */
const ECHO = 1_000;

/**
 * Resolves with the first signal for shutdown. Call it before anything else: process 1, as in a container, does not
 * receive signals without a handler.
 *
 * @param onSecond Called for each signal a second or more after the first one.
 */
export function stopSignal(onSecond: (signal: NodeJS.Signals) => void): Promise<NodeJS.Signals> {
  return new Promise((resolve) => {
    let first: number | undefined;
    for (const signal of STOP_SIGNALS) {
      process.on(signal, () => {
        first ??= performance.now();
        if (performance.now() - first < ECHO) resolve(signal);
        else onSecond(signal);
      });
    }
  });
}
