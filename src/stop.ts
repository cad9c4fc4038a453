import { once } from 'node:events';
import { Server } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import type { FastifyInstance } from 'fastify';

/** How long a client with an idle connection has for one more request after the listener is closed. */
const LINGER = 1_000;
/** How long requests may wait for the database after the listener is closed; then they get their 503. */
const DATABASE_DEADLINE = 6_000;
/** How long requests in flight may take after the listener is closed. */
const REQUESTS_DEADLINE = 7_000;
/** How long the rest of the service may take to close after the last connection is. */
const CLOSE_DEADLINE = 3_000;

/**
 * Stops the service so that no request is lost (all times in milliseconds):
 *
 * 1. For `drain`, it still listens, but it is not ready and each response closes its connection: load balancers and
 *    clients turn to another instance.
 * 2. It closes the listener. For up to a second, idle connections may still send a request.
 * 3. It closes idle connections and waits for requests in flight. Those that still wait for the database 6 s after step
 *    2 get a 503; clients that do not finish their requests are cut off a second later.
 * 4. It closes the database, at most 3 s later; after that, nobody waits for a database that hangs.
 *
 * Never rejects: what fails is logged.
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
 * Stops the service without steps 1 and 2: idle connections are closed at once.
 *
 * @param elapsed How long ago the listener was closed.
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
  if (!isClosed) app.log.warn('Stopped without waiting for the database any longer');
}

/** Closes the listener only: `http.Server.close()` would also close idle connections, on which a request may be arriving. */
function closeListener(app: FastifyInstance): void {
  Server.prototype.close.call(app.server);
}
