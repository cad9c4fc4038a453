import { randomUUID } from 'node:crypto';
import { STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';
import type { ErrorCode } from '../errors/catalogue.ts';
import { representError } from '../errors/representation.ts';
import { ServiceError } from '../errors/service-error.ts';

/** What Node's HTTP parser says of a request that it gives up on. */
const parserCodes: Readonly<Record<string, ErrorCode>> = {
  HPE_HEADER_OVERFLOW: 'headers_too_large',
  ERR_HTTP_REQUEST_TIMEOUT: 'request_timeout',
};

/**
 * Answers, on the bare socket, what is not HTTP or never arrived in full, in the shape of every other error, and
 * closes the connection.
 */
export function answerBrokenRequest(error: NodeJS.ErrnoException, socket: Socket): void {
  if (error.code === 'ECONNRESET' || !socket.writable) {
    socket.destroy();
    return;
  }
  const id = randomUUID();
  const failure = new ServiceError(parserCodes[error.code ?? ''] ?? 'malformed_request', { cause: error });
  const { contentType, body } = representError(failure, { id, originalUrl: '', accept: undefined });
  const payload = JSON.stringify(body);
  const head = [
    `HTTP/1.1 ${failure.statusCode} ${STATUS_CODES[failure.statusCode]}`,
    `content-type: ${contentType}`,
    `content-length: ${Buffer.byteLength(payload)}`,
    `date: ${new Date().toUTCString()}`,
    `x-request-id: ${id}`,
    'x-process-time: 0.0000',
    'x-content-type-options: nosniff',
    'connection: close',
  ];
  socket.end(`${head.join('\r\n')}\r\n\r\n${payload}`);
}
