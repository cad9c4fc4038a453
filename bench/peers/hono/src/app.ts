import { once } from 'node:events';
import { promisify } from 'node:util';
import { serve } from '@hono/node-server';
import { Hono } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import { HTTPException } from 'hono/http-exception';
import { createPool } from './database.ts';
import { errorBody, HttpError } from './errors.ts';
import { requireJson } from './media-type.ts';
import { songs } from './songs.ts';
import { tasks } from './tasks.ts';

function handleError(error: Error): Response {
  const isKnown = error instanceof HttpError || error instanceof HTTPException;
  if (!isKnown) console.error(error);
  const status = isKnown ? error.status : 500;
  const details = error instanceof HttpError ? error.details : undefined;
  return Response.json(errorBody(status, isKnown ? error.message : 'Internal server error', details), {
    status,
  });
}

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
  const tooLarge = () => {
    throw new HttpError(413, 'The request body is too large');
  };
  const app = new Hono()
    .onError(handleError)
    .notFound((context) => context.json(errorBody(404, 'Not found'), 404))
    .get('/health', (context) => context.json({ status: 'ok' }))
    .on(['POST', 'PUT'], '*', requireJson, bodyLimit({ maxSize: 32_768, onError: tooLarge }))
    .route('/songs', songs(pool))
    .route('/tasks', tasks(pool));

  const server = serve({ fetch: app.fetch, hostname: host, port });
  await once(server, 'listening');
  return async () => {
    await promisify(server.close.bind(server))();
    await pool.end();
  };
}
