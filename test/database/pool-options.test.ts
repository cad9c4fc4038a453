import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import pg from 'pg';
import t from 'tap';
import { isoTimestamp, sessionOptions } from '../../src/database/pool-options.ts';
import { until } from '../support/until.ts';

t.test('timestamps are RFC 3339 in UTC with milliseconds, for every rendering of PostgreSQL', async (t) => {
  t.equal(isoTimestamp('2026-11-20 07:28:35.123+00'), '2026-11-20T07:28:35.123Z');
  t.equal(isoTimestamp('2026-11-20 07:28:35.12+00'), '2026-11-20T07:28:35.120Z');
  t.equal(isoTimestamp('2026-11-20 07:28:35+00'), '2026-11-20T07:28:35.000Z');
  t.equal(
    isoTimestamp('2026-11-20 13:58:35.1+05:30'),
    '2026-11-20T08:28:35.100Z',
    'of a session in another zone',
  );
  t.equal(
    isoTimestamp('2026-11-20 07:28:35.123456+00'),
    '2026-11-20T07:28:35.123Z',
    'of a column that is finer',
  );
});

const CONNECTIONS = '/proc/net/tcp';
const KEEP_ALIVE = /^\s*\d+: \S+:(\S+) \S+ 01 \S+ 02:(\S+)/gm;

t.test(
  'the kernel probes a silent connection after ten seconds',
  { skip: !existsSync(CONNECTIONS) && 'only Linux shows its timers' },
  async (t) => {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    const limits = { statementTimeout: 1_000, connectTimeout: 0 };
    const client = new pg.Client(sessionOptions({ host: '127.0.0.1', port, ssl: false }, limits));
    client.on('error', () => {});
    const failed = t.rejects(client.connect());
    const [socket] = (await once(server, 'connection')) as [Socket];
    // In hundredths of a second.
    const timer = () => {
      const timers = readFileSync(CONNECTIONS, 'utf8').matchAll(KEEP_ALIVE);
      const own = [...timers].find(([, local = '']) => Number.parseInt(local, 16) === socket.remotePort);
      return own && Number.parseInt(own[2] ?? '', 16);
    };
    await until(() => timer() !== undefined, 'The connection has no timer');
    t.ok(Number(timer()) <= 1_000, String(timer()));
    socket.destroy();
    server.close();
    await failed;
  },
);
