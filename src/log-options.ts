import type { FastifyServerOptions } from 'fastify';
import pino from 'pino';

/**
 * How the service logs to standard output: JSON lines for programs, pretty lines for people.
 *
 * Lines for programs are written in the background, those that come while one is being written together. What a
 * process that ends by itself has logged is written before it ends.
 *
 * @param level Pino's level, such as `info`.
 * @param forPeople Whether a person is reading, as on a terminal.
 */
export async function logOptions(level: string, forPeople: boolean): Promise<FastifyServerOptions['logger']> {
  if (!forPeople) return { level, stream: pino.destination({ sync: false }) };
  const { default: pretty } = await import('pino-pretty');
  return { level, stream: pretty({ ignore: 'pid,hostname', translateTime: 'SYS:HH:MM:ss' }) };
}
