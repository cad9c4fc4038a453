import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { Agent, createServer, get } from 'node:http';
import { connect, createServer as createTcpServer, type Socket } from 'node:net';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import t from 'tap';
import { MISSING_ID } from './support/builders.ts';
import { temporaryFolder, testDatabase } from './support/database.ts';
import { failToStart, launch, type ServiceProcess, startProcess } from './support/process.ts';
import { unreliableServer } from './support/unreliable-server.ts';
import { until } from './support/until.ts';

/** Sends the headers of a request, and waits until it is handled; the body follows later. */
async function openRequest(
  base: string,
  body: string,
): Promise<{ socket: Socket; response: Promise<string> }> {
  const { port } = new URL(base);
  const socket = connect(Number(port), '127.0.0.1');
  let text = '';
  socket.setEncoding('utf8');
  socket.on('data', (chunk) => (text += chunk));
  socket.on('error', () => {});
  const response = once(socket, 'close').then(() => text);
  const head = [
    'POST /tasks HTTP/1.1',
    'host: x',
    'content-type: application/json',
    `content-length: ${body.length}`,
    'expect: 100-continue',
  ];
  socket.write(`${head.join('\r\n')}\r\n\r\n`);
  await until(() => text === 'HTTP/1.1 100 Continue\r\n\r\n', 'The request is not handled');
  text = '';
  return { socket, response };
}

interface Outcome {
  status: number | undefined;
  /** The header of the response, or the error of the request. */
  connection: string | undefined;
}

/** Sends a request on a keep-alive connection. */
function ask(base: string, path: string, agent = new Agent({ keepAlive: true })): Promise<Outcome> {
  return new Promise((resolve) => {
    const request = get(base + path, { agent }, ({ statusCode: status, headers: { connection } }) =>
      resolve({ status, connection }),
    );
    request.once('response', (response) => response.resume());
    request.once('error', (error) => resolve({ status: undefined, connection: String(error) }));
  });
}

/** Sends requests on one connection, with short pauses, until the service closes it. */
function keepAliveClient(base: string): { responses(): number; ended: Promise<Outcome> } {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  let responses = 0;
  const run = async () => {
    while (true) {
      const outcome = await ask(base, '/health', agent);
      if (outcome.connection !== 'keep-alive') return outcome;
      responses++;
      await delay(Math.random() * 10);
    }
  };
  return { responses: () => responses, ended: run() };
}

/** Waits until a service has received a signal. */
function stopping({ output }: ServiceProcess): Promise<void> {
  return until(() => output().includes('"msg":"Stopping"'), 'The signal is not received');
}

t.test('startup logs the addresses of the service and its docs', async (t) => {
  const service = await startProcess(t, await testDatabase(t));
  t.match(service.output(), `Setlist listens on ${service.base}`);
  const last = `Interactive docs on ${service.base}/docs`;
  await until(() => service.output().includes(last), `The line "${last}" is missing`);
  for (const line of service.output().trim().split('\n'))
    t.type(JSON.parse(line).msg, 'string', 'the log is JSON, line by line');
  t.equal(await service.end('SIGINT'), 0);
});

const SOMAXCONN = '/proc/sys/net/core/somaxconn';
t.test(
  'connections wait for a busy process, up to MAX_CONNECTIONS',
  {
    skip:
      (!existsSync(SOMAXCONN) || Number(readFileSync(SOMAXCONN, 'utf8')) < 1_000) &&
      'the kernel has a lower limit',
  },
  async (t) => {
    const service = await startProcess(t, { ...(await testDatabase(t)), MAX_CONNECTIONS: '1000' });
    const { port } = new URL(service.base);
    service.process.kill('SIGSTOP');
    t.teardown(() => service.process.kill('SIGCONT'));
    let connected = 0;
    const sockets = Array.from({ length: 900 }, () => connect(Number(port), '127.0.0.1', () => connected++));
    t.teardown(() => {
      for (const socket of sockets) socket.destroy();
    });
    await until(() => connected === sockets.length, 'The kernel drops connections');
  },
);

t.test('shutdown waits for requests in flight', async (t) => {
  const service = await startProcess(t, await testDatabase(t));
  const body = '{"title":"Finished"}';
  const { socket, response } = await openRequest(service.base, body);
  const start = performance.now();
  const ended = service.end('SIGTERM');
  await stopping(service);
  socket.write(body);
  t.match(await response, /^HTTP\/1\.1 201 Created/);
  t.equal(await ended, 0);
  t.ok(performance.now() - start < 7_000, 'it waits for nothing else');
});

t.test('shutdown does not wait for clients that never complete', async (t) => {
  const service = await startProcess(t, await testDatabase(t));
  await openRequest(service.base, '{"title":"Never finished"}');
  t.equal(await service.end('SIGTERM'), 0);
});

t.test('the same signal twice, as from a terminal and from npm, is one shutdown', async (t) => {
  const service = await startProcess(t, await testDatabase(t));
  const body = '{"title":"Finished"}';
  const { socket, response } = await openRequest(service.base, body);
  const ended = service.end('SIGINT');
  await stopping(service);
  service.process.kill('SIGINT');
  socket.write(body);
  t.match(await response, /^HTTP\/1\.1 201 Created/);
  t.equal(await ended, 0);
});

t.test('a signal a second later ends the process immediately', async (t) => {
  const service = await startProcess(t, { ...(await testDatabase(t)), DRAIN_SECONDS: '3600' });
  const ended = service.end('SIGHUP');
  await stopping(service);
  const repeating = setInterval(() => service.process.kill('SIGTERM'), 100);
  t.equal(await ended, 1);
  clearInterval(repeating);
  t.match(service.output(), /"level":50.*"msg":"Received SIGTERM again: exiting immediately"/);
});

t.test('a signal ends startup during the wait for the database', async (t) => {
  const silent = createTcpServer();
  await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
  t.teardown(() => silent.close());
  const address = silent.address();
  const port = typeof address === 'object' ? address?.port : 0;
  const child = launch(t, { DATABASE_URL: `postgres://me@127.0.0.1:${port}/x` });
  const [connection] = await once(silent, 'connection');
  t.equal(await child.end('SIGTERM'), 0);
  connection.destroy();
  t.equal(child.output(), '');
});

t.test('during the drain, new connections are served, but the service is not ready', async (t) => {
  const service = await startProcess(t, { ...(await testDatabase(t)), DRAIN_SECONDS: '3600' });
  t.same(await ask(service.base, '/ready'), { status: 200, connection: 'keep-alive' });
  service.process.kill('SIGTERM');
  await stopping(service);
  const ready = await service.call('GET', '/ready');
  t.equal(ready.status, 503);
  t.match(ready.body, { details: [{ loc: ['service'], msg: 'The service is stopping' }] });
  for (const [path, status] of [
    ['/ready', 503],
    ['/songs', 200],
    ['/nowhere', 404],
    ['/songs/%FF', 400],
    ['/docs', 200],
  ] as const) {
    t.same(await ask(service.base, path), { status, connection: 'close' }, path);
  }
});

t.test('the service stops after the drain', async (t) => {
  const service = await startProcess(t, { ...(await testDatabase(t)), DRAIN_SECONDS: '1' });
  t.equal(await service.end('SIGTERM'), 0);
});

t.test('no request on a keep-alive connection is lost during shutdown', async (t) => {
  const service = await startProcess(t, await testDatabase(t));
  const clients = Array.from({ length: 64 }, () => keepAliveClient(service.base));
  await until(() => clients.every(({ responses }) => responses() > 1), 'The clients have no responses');
  const ended = service.end('SIGTERM');
  const ends = await Promise.all(clients.map((client) => client.ended));
  for (const end of ends) t.same(end, { status: 200, connection: 'close' });
  t.equal(await ended, 0);
});

t.test(
  'a stop sends responses to requests that wait for a hanging database, and does not wait for it',
  async (t) => {
    const database = await unreliableServer(t);
    const service = await startProcess(t, { ...database.environment, REQUEST_DEADLINE_MS: '600000' });
    t.equal((await ask(service.base, '/songs')).status, 200);
    database.freeze();
    const waiting = Array.from({ length: 20 }, (_, id) => ask(service.base, `/songs/${MISSING_ID - id}`));
    t.equal((await ask(service.base, '/ready')).status, 503);
    const ended = service.end('SIGTERM');
    for (const response of await Promise.all(waiting)) t.same(response, { status: 503, connection: 'close' });
    t.equal(await ended, 0);
    t.match(service.output(), 'Stopped without waiting for the database');
  },
);

t.test('an error that prevents startup is one sentence and exit code 1', async (t) => {
  const { DATA_DIR = await temporaryFolder(t), ...database } = await testDatabase(t);
  const taken = createServer();
  await new Promise<void>((resolve) => taken.listen(0, '127.0.0.1', resolve));
  t.teardown(() => taken.close());
  const address = taken.address();
  const port = String(typeof address === 'object' ? address?.port : '');
  const file = join(process.cwd(), 'package.json');
  for (const [environment, sentence] of [
    [{ MAX_TASKS: 'abc' }, 'MAX_TASKS must be a whole number from 0 to 2147483647, but is "abc".'],
    [
      { DATABASE_URL: 'pg:hunter2' },
      'DATABASE_URL must be a URL of the form postgres://user:password@host:port/database.',
    ],
    [
      { DATABASE_URL: 'postgres://me:1#hunter2@127.0.0.1:1/x' },
      'DATABASE_URL contains a character that must be percent-encoded: in user name and password, write # as %23, / as %2F, ? as %3F and @ as %40.',
    ],
    [
      { DATABASE_URL: 'postgres://me@127.0.0.1:1/x?sslrootcert=/missing.pem' },
      'DATABASE_URL names /missing.pem as sslrootcert, which cannot be read (ENOENT).',
    ],
    [
      { DATABASE_URL: 'postgres://me:hunter2@127.0.0.1:1/x' },
      'DATABASE_URL points to 127.0.0.1:1, where no PostgreSQL server can be reached (ECONNREFUSED).',
    ],
    [
      { DATA_DIR: `${file}/data` },
      `DATA_DIR ${file}/data cannot be used: a part of its path is a file (ENOTDIR).`,
    ],
    [{ DATA_DIR, ...database, PORT: port }, `PORT ${port} on 127.0.0.1 is in use by another process.`],
    [
      { DATA_DIR, ...database, METRICS_PORT: port },
      `METRICS_PORT ${port} on 127.0.0.1 is in use by another process.`,
    ],
    [
      { DATA_DIR, ...database, METRICS_PORT: port, METRICS_HOST: '192.0.2.1' },
      `METRICS_HOST 192.0.2.1 and METRICS_PORT ${port} cannot be listened on (EADDRNOTAVAIL).`,
    ],
    [
      { DATA_DIR, ...database, HOST: '192.0.2.1', AUTH: 'off' },
      'HOST 192.0.2.1 and PORT 3000 cannot be listened on (EADDRNOTAVAIL).',
    ],
  ] as [Record<string, string>, string][]) {
    const { code, output } = await failToStart(t, { LOG_LEVEL: 'silent', ...environment });
    t.equal(output, `${sentence}\n`);
    t.equal(code, 1);
  }
});

t.test('a variable that is likely a misspelled setting causes a warning without its value', async (t) => {
  const service = await startProcess(t, { ...(await testDatabase(t)), CORS_ORIGIN: 'hunter2' });
  t.match(service.output(), '"level":40', 'it is logged');
  t.match(service.output(), 'CORS_ORIGIN is not a setting; did you mean CORS_ORIGINS?');
  t.notMatch(service.output(), 'hunter2');
  t.equal(await service.end('SIGTERM'), 0);
});

t.test('metrics have a port of their own', async (t) => {
  const server = await startProcess(t, { ...(await testDatabase(t)), METRICS_PORT: '0' });
  await server.call('GET', '/health');
  const [, url = ''] = /Metrics on (http:[^"\s]+)/.exec(server.output()) ?? [];
  t.match(await (await fetch(url)).text(), 'route="/health"');
  t.equal(await server.end('SIGTERM'), 0);
});

t.test('an unexpected error ends the process and is logged', async (t) => {
  const service = await startProcess(t, {
    ...(await testDatabase(t)),
    NODE_OPTIONS: "--import=data:text/javascript,process.on('SIGUSR2',()=>{throw(surprise)})",
  });
  t.equal(await service.end('SIGUSR2'), 1);
  t.match(service.output(), /"level":60.*"message":"surprise is not defined"/);
});

t.test('an error during shutdown does not end the process, a second one does', async (t) => {
  const service = await startProcess(t, {
    ...(await testDatabase(t)),
    DRAIN_SECONDS: '3600',
    NODE_OPTIONS: "--import=data:text/javascript,process.on('SIGUSR2',async()=>{throw(surprise)})",
  });
  service.process.kill('SIGTERM');
  await stopping(service);
  service.process.kill('SIGUSR2');
  await until(() => service.output().includes('surprise'), 'The error is not logged');
  t.equal((await service.call('GET', '/health')).status, 200);
  t.equal(await service.end('SIGUSR2'), 1);
});
