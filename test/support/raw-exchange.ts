import { once } from 'node:events';
import { connect } from 'node:net';
import type { HttpResponse } from './contract.ts';

/** Sends raw bytes, and returns the first response after the connection is closed. */
export async function rawExchange(port: number, bytes: string): Promise<HttpResponse> {
  const [first = { status: 0, headers: {}, text: '' }] = await rawExchanges(port, bytes);
  return first;
}

/**
 * Sends raw bytes on one connection, and returns all responses after the connection is closed.
 *
 * @param options.halfClose Whether to close the client's half of the connection after the bytes.
 */
export async function rawExchanges(
  port: number,
  bytes: string | Buffer,
  { halfClose = false }: { halfClose?: boolean } = {},
): Promise<HttpResponse[]> {
  const socket = connect({ port, host: '127.0.0.1', allowHalfOpen: true });
  const chunks: Buffer[] = [];
  socket.on('data', (chunk) => chunks.push(chunk));
  socket.on('end', () => socket.end());
  socket.on('error', () => {});
  if (halfClose) socket.end(bytes);
  else socket.write(bytes);
  await once(socket, 'close');
  return parseResponses(Buffer.concat(chunks));
}

function parseResponses(bytes: Buffer): HttpResponse[] {
  const responses: HttpResponse[] = [];
  let rest = bytes;
  while (rest.length > 0) {
    const end = rest.indexOf('\r\n\r\n');
    const [start = '', ...lines] = rest.subarray(0, end).toString('latin1').split('\r\n');
    const headers: Record<string, string> = {};
    for (const line of lines) {
      const colon = line.indexOf(':');
      headers[line.slice(0, colon).toLowerCase()] = line.slice(colon + 1).trim();
    }
    const length = Number(headers['content-length'] ?? 0);
    const text = rest.subarray(end + 4, end + 4 + length).toString();
    responses.push({ status: Number(start.split(' ')[1]), headers, text });
    rest = rest.subarray(end + 4 + length);
  }
  return responses;
}
