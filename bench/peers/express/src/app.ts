import { once } from 'node:events';
import { createServer } from 'node:http';
import { promisify } from 'node:util';
import express from 'express';
import { createPool } from './database.ts';
import { handleError, notFound, requireJson } from './error-handler.ts';
import { songsRouter } from './songs.ts';
import { tasksRouter } from './tasks.ts';

/** Starts the server, and returns a function that stops it. */
export async function serveApp({
  host,
  port,
  poolMax,
}: {
  host: string;
  port: number;
  poolMax: number;
}): Promise<() => Promise<void>> {
  const pool = createPool(poolMax);
  const app = express();
  app.disable('x-powered-by');
  app.disable('etag');
  app.use(requireJson);
  // Accepts any JSON value: an invalid one fails validation instead of parsing.
  app.use(express.json({ strict: false, limit: '32kb' }));
  app.get('/health', (_request, response) => {
    response.json({ status: 'ok' });
  });
  app.use('/songs', songsRouter(pool));
  app.use('/tasks', tasksRouter(pool));
  app.use(notFound);
  app.use(handleError);

  const server = createServer(app).listen(port, host);
  await once(server, 'listening');
  return async () => {
    await promisify(server.close.bind(server))();
    await pool.end();
  };
}
