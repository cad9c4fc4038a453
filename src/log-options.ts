import type { FastifyServerOptions } from 'fastify';

/**
 * How the service logs to standard output: JSON lines for programs, pretty lines for people.
 *
 * @param level Pino's level, such as `info`.
 * @param forPeople Whether a person is reading, as on a terminal.
 */
export function logOptions(level: string, forPeople: boolean): FastifyServerOptions['logger'] {
  if (!forPeople) return { level };
  return {
    level,
    transport: { target: 'pino-pretty', options: { ignore: 'pid,hostname', translateTime: 'SYS:HH:MM:ss' } },
  };
}
