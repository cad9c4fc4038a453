import type { FastifyServerOptions } from 'fastify';
import { logDestination } from './log-destination.ts';

/**
 * How the service logs to standard output: JSON lines for programs, pretty lines for people.
 *
 * @param level Pino's level, such as `info`.
 * @param forPeople Whether a person is reading, as on a terminal.
 */
export async function logOptions(level: string, forPeople: boolean): Promise<FastifyServerOptions['logger']> {
  if (!forPeople) return { level, stream: logDestination() };
  const { default: pretty } = await import('pino-pretty');
  return { level, stream: pretty({ ignore: 'pid,hostname', translateTime: 'SYS:HH:MM:ss' }) };
}
