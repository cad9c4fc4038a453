import type { FastifyServerOptions } from 'fastify';
import type { PrettyOptions } from 'pino-pretty';
import { logDestination } from './log-destination.ts';

/**
 * The log options of the service for standard output: JSON lines for programs, readable lines for people.
 *
 * @param level Pino's level, such as `info`.
 * @param forPeople Whether a person is reading, as on a terminal.
 */
export async function logOptions(level: string, forPeople: boolean): Promise<FastifyServerOptions['logger']> {
  return { level, stream: logDestination(forPeople ? await prettyLines() : undefined) };
}

/**
 * Creates a function that converts a JSON line to lines for people: one for a request, such as
 * `[14:03:28] INFO: GET /songs 200 1.2 ms`, and the stack below an error. Statistics for programs are omitted.
 *
 * @param options Options of pino-pretty, such as `colorize`.
 */
export async function prettyLines(options: PrettyOptions = {}): Promise<(line: string) => string> {
  const { prettyFactory } = await import('pino-pretty');
  const pretty = prettyFactory({
    ignore: 'pid,hostname,reqId,method,url,status,ms',
    translateTime: 'SYS:HH:MM:ss',
    singleLine: true,
    messageFormat: (log, messageKey, _label, { colors }) => {
      const { method, url, status, ms, [messageKey]: message } = log;
      if (typeof status !== 'number') return visible(message);
      const colour = colors[status < 300 ? 'green' : status < 400 ? 'cyan' : status < 500 ? 'yellow' : 'red'];
      // Bytes that are not HTTP have neither method nor target.
      const target = url === undefined ? '(broken request)' : `${method} ${visible(url)}`;
      const request = `${target} ${colour(String(status))} ${ms} ms`;
      return message === 'request' ? request : `${request} ${visible(message)}`;
    },
    ...options,
  });
  return (line) => (line.includes('"msg":"Batches"') ? '' : pretty(line));
}

/** The text without control characters, which a terminal would interpret. */
const visible = (text: unknown): string => String(text ?? '').replaceAll(/\p{Cc}/gu, '\u{FFFD}');
