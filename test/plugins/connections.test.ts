import { once } from 'node:events';
import { connect } from 'node:net';
import t from 'tap';
import { checkAnswer } from '../support/contract.ts';
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

t.test('what is not HTTP gets an error like every other, and a line in the log', async (t) => {
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
    checkAnswer('GET', '/nowhere', response);
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
      t.equal(response.headers.allow, 'DELETE, GET, HEAD, OPTIONS, PATCH, POST, PUT', 'all of the service');
  }
});

t.test('requests that came at once are handled one after the other', async (t) => {
  const request = 'GET /health HTTP/1.1\r\nhost: x\r\n\r\n';
  const last = request.replace('host: x', 'host: x\r\nconnection: close');
  const responses = await rawExchanges(port, request.repeat(100) + last);
  t.same(
    responses.map(({ status }) => status),
    Array(101).fill(200),
  );
});

t.test('a client that disconnects in the middle of its body is a warning, and no error', async (t) => {
  const before = log.length;
  const socket = await open();
  socket.write(BODY.replace('\r\n\r\n', '\r\nexpect: 100-continue\r\n\r\n'));
  t.match(String((await once(socket, 'data'))[0]), /^HTTP\/1.1 100 Continue/, 'the route waits for the body');
  socket.resetAndDestroy();
  await until(() => log.some(({ status }) => status === 499), 'There is no line');
  const lines = log.slice(before);
  t.match(lines, [{ level: 40, msg: 'client disconnected', method: 'POST', url: '/tasks', status: 499 }]);
  t.equal(lines.length, 1);
  await closed();
});

t.test('connections above the bound are closed at once, and counted in the log', async (t) => {
  const sockets = await Promise.all(Array.from({ length: 5 }, open));
  const excess = await open();
  excess.on('error', () => {});
  await once(excess, 'close');
  await until(() => log.some(({ refused }) => refused === 1), 'There is no line');
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

t.test('a client that sends much at once and reads nothing is read no further', async (t) => {
  const socket = await open();
  socket.on('error', () => {});
  const request = 'GET /openapi.json HTTP/1.1\r\nhost: x\r\n\r\n';
  let isBlocked = false;
  socket.pause();
  // Far more than the buffers of two sockets hold: some megabytes each.
  for (let count = 0; count < 1000 && !isBlocked; count++) {
    isBlocked = !socket.write(request.repeat(1000)) && socket.writableLength > 8 * 1024 * 1024;
    await new Promise(setImmediate);
  }
  t.ok(isBlocked);
  const answered = log.filter(({ url }) => url === '/openapi.json').length;
  t.ok(answered < 1000, `${answered} of many thousands were answered`);
  t.equal((await app.inject('/health')).statusCode, 200);
  socket.destroy();
  await closed();
});

t.test('timeouts of requests are looked at every second', async (t) => {
  t.match(app.server, {
    connectionsCheckingInterval: 1000,
    headersTimeout: 15_000,
    requestTimeout: 30_000,
    keepAliveTimeout: 72_000,
  });
});

t.test('connections on which nothing was sent do not hold up a stop', async (t) => {
  const service = await startWithoutDatabase(t);
  Object.assign(service.app.server, { headersTimeout: 0, requestTimeout: 0 });
  await service.app.listen({ port: 0, host: '127.0.0.1' });
  const socket = connect(Number(new URL(service.app.listeningOrigin).port), '127.0.0.1');
  await once(service.app.server, 'connection');
  const ended = once(socket, 'close');
  await service.app.close();
  t.same(await ended, [false]);
});
