import fastifyPostgres from '@fastify/postgres';
import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox';
import Fastify from 'fastify';
import { Type } from 'typebox';
import { handleError, handleNotFound } from './errors.ts';
import { songRoutes } from './songs.ts';
import { taskRoutes } from './tasks.ts';
import { compileValidator } from './validation.ts';

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
  const app = Fastify({
    logger: { level: 'warn' },
    bodyLimit: 32_768,
    forceCloseConnections: 'idle',
  }).withTypeProvider<TypeBoxTypeProvider>();
  app.setValidatorCompiler(compileValidator);
  app.setErrorHandler(handleError);
  app.setNotFoundHandler(handleNotFound);
  app.removeContentTypeParser('text/plain');
  await app.register(fastifyPostgres, { connectionString: process.env.DATABASE_URL, max: poolMax });
  app.pg.pool.on('error', (error) => app.log.warn(error, 'Idle connection lost'));

  app.get(
    '/health',
    { schema: { response: { 200: Type.Object({ status: Type.Literal('ok') }) } } },
    async () => ({ status: 'ok' as const }),
  );
  await app.register(songRoutes, { prefix: '/songs' });
  await app.register(taskRoutes, { prefix: '/tasks' });

  await app.listen({ host, port });
  return () => app.close();
}
