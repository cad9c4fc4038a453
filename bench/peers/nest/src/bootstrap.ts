import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { AppModule } from './app.module.js';
import { ErrorFilter } from './error.filter.js';
import { createValidationPipe } from './validation.js';

/** Runs the server until the process is signalled to stop. */
export async function serveApp(host: string, port: number): Promise<void> {
  const adapter = new FastifyAdapter({ bodyLimit: 32_768, forceCloseConnections: 'idle' });
  const app = await NestFactory.create<NestFastifyApplication>(AppModule, adapter, {
    // Only Fastify's JSON parser: Nest would also accept forms, and Fastify plain text.
    bodyParser: false,
    logger: ['error', 'warn'],
  });
  adapter.getInstance().removeContentTypeParser('text/plain');
  app.useGlobalPipes(createValidationPipe());
  app.useGlobalFilters(new ErrorFilter());
  app.enableShutdownHooks();
  await app.listen(port, host);
}
