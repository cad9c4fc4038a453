import { once } from 'node:events';
import { createServer, type IncomingMessage, request } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { FastifyRequest } from 'fastify';
import t from 'tap';
import { ImportBody } from '../../src/transfer/import-body.ts';

const server = createServer().listen(0, '127.0.0.1');
await once(server, 'listening');
t.teardown(() => {
  server.close();
  server.closeAllConnections();
});
const { port } = server.address() as AddressInfo;

/** A request with the beginning of a body. */
async function received() {
  const sent = request({ port, method: 'POST' });
  sent.on('error', () => {});
  const [[stream]] = await Promise.all([once(server, 'request'), sent.write('song,artist\n')]);
  const incoming: IncomingMessage = stream;
  const body = new ImportBody(
    { body: { stream: incoming, format: 'csv' }, headers: incoming.headers } as FastifyRequest,
    1_000,
  );
  return { sent, incoming, body };
}

t.test('a client that disconnects before the body is read', async (t) => {
  const { sent, incoming, body } = await received();
  sent.destroy();
  await new Promise((resolve) => incoming.once('close', resolve));
  await t.rejects(body.bytes().next(), { code: 'malformed_request' });
});

t.test('a client that disconnects while the body is read', async (t) => {
  const { sent, body } = await received();
  const bytes = body.bytes();
  await bytes.next();
  const next = bytes.next();
  sent.destroy();
  await t.rejects(next, { code: 'malformed_request' });
});

t.test('a signal ends a wait for the client, whose further bytes are discarded', async (t) => {
  const { sent, incoming, body } = await received();
  const controller = new AbortController();
  const bytes = body.bytes(controller.signal);
  await bytes.next();
  const next = bytes.next();
  controller.abort();
  await t.rejects(next, { name: 'AbortError' });
  sent.end('a,b\n');
  await once(incoming, 'end');
});
