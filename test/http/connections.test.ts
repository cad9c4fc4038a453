import { once } from 'node:events';
import { connect } from 'node:net';
import Fastify from 'fastify';
import t from 'tap';
import { Connections } from '../../src/http/connections.ts';
import { checkResponse } from '../support/contract.ts';
import { rawExchange, rawExchanges } from '../support/raw-exchange.ts';
import { startWithoutDatabase } from '../support/service.ts';
import { until } from '../support/until.ts';

const { app, log } = await startWithoutDatabase(t, { MAX_CONNECTIONS: '5' });
await app.listen({ port: 0, host: '127.0.0.1' });
const port = Number(new URL(app.listeningOrigin).port);
const BODY =
  'POST /tasks HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: 100\r\n\r\n{';

const open = async () => {
  const socket = connect(port, '127.0.0.1');
  await once(socket, 'connect');
  return socket;
};
/** Waits until no connection of an earlier test is open. */
const closed = () =>
  until(
    () => new Promise((resolve) => app.server.getConnections((_error, count) => resolve(count === 0))),
    'Connections stay open',
  );

t.test('invalid HTTP gets an error in the common format, and a line in the log', async (t) => {
  for (const [bytes, status, code] of [
    ['nonsense\r\n\r\n', 400, 'malformed_request'],
    ['GET /songs HTTP/1.1\r\nhost: x\r\ncontent-length: x\r\n\r\n', 400, 'malformed_request'],
    [`${BODY.replace('content-length: 100', 'transfer-encoding: chunked')}ZZ\r\n`, 400, 'malformed_request'],
    ['BREW /songs HTTP/1.1\r\nhost: x\r\n\r\n', 400, 'malformed_request'],
    [`GET /songs HTTP/1.1\r\nhost: x\r\ncookie: ${'x'.repeat(20_000)}\r\n\r\n`, 431, 'headers_too_large'],
  ] as const) {
    const response = await rawExchange(port, bytes);
    t.equal(response.status, status, bytes.slice(0, 30));
    t.match(JSON.parse(response.text), { code });
    t.equal(response.headers.connection, 'close');
    checkResponse('GET', '/nowhere', response);
    t.match(log.at(-1), { msg: 'request', level: 30, status, reqId: response.headers['x-request-id'] });
  }
});

t.test('a request target is a path, or the URL of one', async (t) => {
  for (const [line, status] of [
    ['GET /health', 200],
    ['GET http://setlist/v1/health', 200],
    ['GET http://setlist?x=1', 302],
    ['GET /health#fragment', 200],
    ['GET health', 400],
    ['GET ftp://setlist/health', 400],
    ['OPTIONS *', 204],
    ['GET *', 400],
    ['CONNECT setlist:80', 501],
  ] as const) {
    const response = await rawExchange(port, `${line} HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n`);
    t.equal(response.status, status, line);
    if (line === 'OPTIONS *')
      t.equal(
        response.headers.allow,
        'DELETE, GET, HEAD, OPTIONS, PATCH, POST, PUT',
        'all methods of the service',
      );
  }
});

t.test('pipelined requests are handled one after the other', async (t) => {
  const request = 'GET /health HTTP/1.1\r\nhost: x\r\n\r\n';
  const last = request.replace('host: x', 'host: x\r\nconnection: close');
  const responses = await rawExchanges(port, request.repeat(100) + last);
  t.same(
    responses.map(({ status }) => status),
    Array(101).fill(200),
  );
});

t.test('a client that disconnects in the middle of its body is a warning, not an error', async (t) => {
  const before = log.length;
  const socket = await open();
  socket.write(BODY.replace('\r\n\r\n', '\r\nexpect: 100-continue\r\n\r\n'));
  t.match(String((await once(socket, 'data'))[0]), /^HTTP\/1.1 100 Continue/, 'the route waits for the body');
  socket.resetAndDestroy();
  await until(() => log.some(({ status }) => status === 499), 'The line is missing');
  const lines = log.slice(before);
  t.match(lines, [{ level: 40, msg: 'client disconnected', method: 'POST', url: '/tasks', status: 499 }]);
  t.equal(lines.length, 1);
  await closed();
});

t.test('connections above the limit are closed at once, and counted in the log', async (t) => {
  const sockets = await Promise.all(Array.from({ length: 5 }, open));
  const excess = await open();
  excess.on('error', () => {});
  await once(excess, 'close');
  await until(() => log.some(({ refused }) => refused === 1), 'The line is missing');
  t.match(
    log.findLast(({ refused }) => refused),
    { level: 40, msg: /MAX_CONNECTIONS/ },
  );
  sockets[0]?.destroy();
  await until(
    () =>
      new Promise((resolve) => app.server.getConnections((_error, connections) => resolve(connections < 5))),
    'The connection stays open',
  );
  t.equal(
    (await rawExchange(port, 'GET /health HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n')).status,
    200,
  );
  for (const socket of sockets) socket.destroy();
  await closed();
});

t.test('reading pauses if a client sends many requests and reads no responses', async (t) => {
  const socket = await open();
  socket.on('error', () => {});
  const request = 'GET /openapi.json HTTP/1.1\r\nhost: x\r\n\r\n';
  let isBlocked = false;
  socket.pause();
  // Far more than the buffers of two sockets, which are some megabytes each.
  for (let count = 0; count < 1000 && !isBlocked; count++) {
    isBlocked = !socket.write(request.repeat(1000)) && socket.writableLength > 8 * 1024 * 1024;
    await new Promise(setImmediate);
  }
  t.ok(isBlocked);
  const served = log.filter(({ url }) => url === '/openapi.json').length;
  t.ok(served < 1000, `${served} of many thousands were served`);
  t.equal((await app.inject('/health')).statusCode, 200);
  socket.destroy();
  await closed();
});

t.test('timeouts of requests are checked every second', async (t) => {
  t.match(app.server, {
    connectionsCheckingInterval: 1000,
    headersTimeout: 15_000,
    requestTimeout: 3_615_000,
    keepAliveTimeout: 72_000,
    timeout: 60_000,
  });
  const patient = await startWithoutDatabase(t, { REQUEST_DEADLINE_MS: '600000' });
  t.equal(patient.app.server.timeout, 630_000, 'a request gets its 503 before its connection is closed');
});

t.test('bytes after the last request of a connection have no effect', async (t) => {
  const malformed = BODY.replace('content-length: 100', 'content-length: 1');
  const before = log.length;
  const responses = await rawExchanges(port, `${malformed}GET /health HTTP/1.1\r\nhost: x\r\n\r\n`);
  t.same(
    responses.map(({ status }) => status),
    [400],
  );
  t.same(
    log.slice(before).map(({ url }) => url),
    ['/tasks'],
  );
});

t.test('a client that is still sending gets the error instead of a reset', async (t) => {
  const chunk = 'x'.repeat(5_000_000);
  const large = BODY.replace('content-length: 100', `content-length: ${chunk.length + 1}`);
  t.equal((await rawExchange(port, large + chunk)).status, 413);
  t.equal(
    (await rawExchange(port, `GET /health HTTP/1.1\r\nhost: x\r\ncookie: ${chunk}\r\n\r\n`)).status,
    431,
  );
});

t.test('a request with a response gets no second one if its body is invalid', async (t) => {
  const socket = await open();
  const chunks: Buffer[] = [];
  socket.on('data', (data) => chunks.push(data));
  socket.write('POST /nowhere HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\n');
  await once(socket, 'data');
  const closed = once(socket, 'close');
  socket.end('ZZ\r\n');
  await closed;
  t.equal(
    String(Buffer.concat(chunks))
      .match(/^HTTP\/1\.1 \d+/gm)
      ?.join(),
    'HTTP/1.1 404',
  );
});

t.test('repeated pauses of a connection do not increase its cost', async (t) => {
  const accepted = once(app.server, 'connection');
  const socket = await open();
  const [serverSide] = await accepted;
  const burst = 'GET /health HTTP/1.1\r\nhost: x\r\n\r\n'.repeat(40);
  let responses = 0;
  socket.on('data', (data) => {
    responses += String(data).split('HTTP/1.1 200').length - 1;
  });
  for (let round = 1; round <= 5; round++) {
    socket.write(burst);
    await until(() => responses === round * 40, 'Responses are missing');
  }
  const listeners = serverSide.listenerCount('resume');
  socket.write(burst);
  await until(() => responses === 240, 'Responses are missing');
  t.equal(serverSide.listenerCount('resume'), listeners);
  socket.destroy();
  await closed();
});

t.test('all connections can be closed, also one with a pending CONNECT', async (t) => {
  const socket = await open();
  socket.on('error', () => {});
  socket.pause();
  socket.write('GET /openapi.json HTTP/1.1\r\nhost: x\r\n\r\n'.repeat(200));
  socket.write('CONNECT x:1 HTTP/1.1\r\nhost: x:1\r\n\r\n');
  await once(app.server, 'connect');
  app.server.closeAllConnections();
  await t.resolves(closed());
  socket.destroy();
});

t.test('a stop waits until a slow client has its response', async (t) => {
  const size = 32 * 1024 * 1024;
  const connections = new Connections({
    bodyLimit: 1,
    maxConnections: 10,
    keepAliveTimeout: 600_000,
    requestDeadline: 5_000,
  });
  const slow = Fastify({ serverFactory: connections.createServer });
  slow.get('/', async () => Buffer.alloc(size));
  const responded = new Promise<void>((resolve) => {
    slow.addHook('onSend', async (_request, reply) => {
      setImmediate(() => {
        t.equal(reply.raw.writableEnded, true);
        resolve();
      });
    });
  });
  await slow.listen({ port: 0, host: '127.0.0.1' });
  const socket = connect(Number(new URL(slow.listeningOrigin).port), '127.0.0.1');
  socket.write('GET / HTTP/1.1\r\nhost: x\r\n\r\n');
  await responded;
  const ended = slow.close();
  let received = 0;
  socket.on('data', (data) => {
    received += data.length;
  });
  await once(socket, 'close');
  t.ok(received > size, `${received} bytes`);
  await ended;
});

t.test('unused connections do not delay a stop', async (t) => {
  const service = await startWithoutDatabase(t);
  Object.assign(service.app.server, { headersTimeout: 0, requestTimeout: 0 });
  await service.app.listen({ port: 0, host: '127.0.0.1' });
  const socket = connect(Number(new URL(service.app.listeningOrigin).port), '127.0.0.1');
  await once(service.app.server, 'connection');
  const ended = once(socket, 'close');
  await service.app.close();
  t.same(await ended, [false]);
});
