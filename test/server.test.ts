import { once } from 'node:events';
import { createServer } from 'node:http';
import { connect, type Socket } from 'node:net';
import { join } from 'node:path';
import t from 'tap';
import { temporaryFolder, testDatabase } from './support/database.ts';
import { failToStart, type ServiceProcess, startProcess } from './support/process.ts';
import { until } from './support/until.ts';

/** Opens a request whose body comes later, and waits until it is being served. */
async function openRequest(base: string, body: string): Promise<{ socket: Socket; answer: Promise<string> }> {
  const { port } = new URL(base);
  const socket = connect(Number(port), '127.0.0.1');
  let text = '';
  socket.setEncoding('utf8');
  socket.on('data', (chunk) => (text += chunk));
  socket.on('error', () => {});
  const answer = once(socket, 'close').then(() => text);
  const head = [
    'POST /tasks HTTP/1.1',
    'host: x',
    'content-type: application/json',
    `content-length: ${body.length}`,
    'expect: 100-continue',
  ];
  socket.write(`${head.join('\r\n')}\r\n\r\n`);
  await until(() => text === 'HTTP/1.1 100 Continue\r\n\r\n', 'The request is not served');
  text = '';
  return { socket, answer };
}

/** Waits until a service has heard a signal. */
function stopping({ output }: ServiceProcess): Promise<void> {
  return until(() => output().includes('"msg":"Stopping"'), 'The signal is not heard');
}

t.test('the start tells where the service and its docs are', async (t) => {
  const service = await startProcess(t, await testDatabase(t));
  t.match(service.output(), `Setlist listens on ${service.base}`);
  const last = `Interactive docs on ${service.base}/docs`;
  await until(() => service.output().includes(last), `There is no line "${last}"`);
  for (const line of service.output().trim().split('\n'))
    t.type(JSON.parse(line).msg, 'string', 'the log is JSON, line by line');
  t.equal(await service.end('SIGINT'), 0);
});

t.test('a stop waits for requests in flight', async (t) => {
  const service = await startProcess(t, await testDatabase(t));
  const body = '{"title":"Finished"}';
  const { socket, answer } = await openRequest(service.base, body);
  const start = performance.now();
  const ended = service.end('SIGTERM');
  await stopping(service);
  socket.write(body);
  t.match(await answer, /^HTTP\/1\.1 201 Created/);
  t.equal(await ended, 0);
  t.ok(performance.now() - start < 7_000, 'and for nothing else');
});

t.test('a stop does not wait for clients that never finish', async (t) => {
  const service = await startProcess(t, await testDatabase(t));
  await openRequest(service.base, '{"title":"Never finished"}');
  t.equal(await service.end('SIGTERM'), 0);
});

t.test('a second signal ends it at once', async (t) => {
  const service = await startProcess(t, await testDatabase(t));
  await openRequest(service.base, '{"title":"Never finished"}');
  const start = performance.now();
  const ended = service.end('SIGTERM');
  await stopping(service);
  service.process.kill('SIGTERM');
  t.not(await ended, 0);
  t.ok(performance.now() - start < 7_000);
});

t.test('what makes it impossible to start is one sentence and exit code 1', async (t) => {
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
      { DATABASE_URL: 'postgres://me:hunter2@127.0.0.1:1/x' },
      'DATABASE_URL points to 127.0.0.1:1, where no PostgreSQL server can be reached (ECONNREFUSED).',
    ],
    [
      { DATA_DIR: `${file}/data` },
      `DATA_DIR ${file}/data cannot be used: a part of its path is a file (ENOTDIR).`,
    ],
    [{ DATA_DIR, ...database, PORT: port }, `PORT ${port} on 127.0.0.1 is taken by another process.`],
    [
      { DATA_DIR, ...database, HOST: '192.0.2.1' },
      'HOST 192.0.2.1 and PORT 3000 cannot be listened on (EADDRNOTAVAIL).',
    ],
  ] as [Record<string, string>, string][]) {
    const { code, output } = await failToStart(t, { LOG_LEVEL: 'silent', ...environment });
    t.equal(output, `${sentence}\n`);
    t.equal(code, 1);
  }
});

t.test('an error that nobody expected ends it, told in the log', async (t) => {
  const service = await startProcess(t, {
    ...(await testDatabase(t)),
    NODE_OPTIONS: "--import=data:text/javascript,process.once('SIGUSR2',()=>{throw(surprise)})",
  });
  t.equal(await service.end('SIGUSR2'), 1);
  t.match(service.output(), /"level":60.*"message":"surprise is not defined"/);
});
