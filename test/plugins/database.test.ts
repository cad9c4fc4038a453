import pg from 'pg';
import t from 'tap';
import { onServer, testDatabase } from '../support/database.ts';
import { refusingServer } from '../support/fake-server.ts';
import { startService } from '../support/service.ts';
import { unreliableServer } from '../support/unreliable-server.ts';
import { until } from '../support/until.ts';

t.test('a database that goes away is 503 until it is back, and never the end of the process', async (t) => {
  const server = await unreliableServer(t);
  const { call, log } = await startService(t, server.environment);
  t.equal((await call('POST', '/tasks', { json: { title: 'Before' } })).status, 201);
  const inFlight = Array.from({ length: 30 }, (_, id) => call('GET', `/songs/${(id % 3) + 1}`));
  await server.shut();
  for (const { status } of await Promise.all(inFlight)) t.ok([200, 503].includes(status), `${status}`);

  for (const [method, url, json] of [
    ['GET', '/songs', undefined],
    ['POST', '/songs', { song: 'a', artist: 'b' }],
    ['DELETE', '/tasks/1', undefined],
    ['GET', '/ready', undefined],
  ] as const) {
    const { status, headers, body } = await call(method, url, { json });
    t.equal(status, 503, url);
    t.equal(headers['retry-after'], '1');
    t.equal(body.code, 'unavailable');
    t.notMatch(body.message, /ECONN|postgres|127/);
  }
  t.equal((await call('GET', '/health')).status, 200);
  t.equal(
    (await call('POST', '/tasks', { json: { title: '' } })).status,
    422,
    'what needs no database works',
  );
  t.ok(log.some(({ msg }) => msg === 'A database connection broke'));

  await server.open();
  await until(async () => (await call('GET', '/ready')).status === 200, 'It does not recover');
  t.match((await call('GET', '/tasks')).body, [{ title: 'Before' }]);
});

t.test('a server that cannot be used is told at the start, without secrets', async (t) => {
  const start = (port: number, database = 'setlist') =>
    startService(t, { DATABASE_URL: `postgres://me:hunter2@127.0.0.1:${port}/${database}` });
  const password = await refusingServer(t, '28P01');
  const name = await refusingServer(t, '3D000');
  const busy = await refusingServer(t, '53300');
  for (const [started, message] of [
    [
      () => start(password),
      `DATABASE_URL is refused by the server at 127.0.0.1:${password}: wrong user name or password.`,
    ],
    [
      () => start(name, 'x'),
      `DATABASE_URL names the database "x", which does not exist at 127.0.0.1:${name}.`,
    ],
    [
      () => start(busy),
      `DATABASE_URL points to 127.0.0.1:${busy}, where no PostgreSQL server can be reached (53300).`,
    ],
    [
      () => start(1),
      'DATABASE_URL points to 127.0.0.1:1, where no PostgreSQL server can be reached (ECONNREFUSED).',
    ],
  ] as const) {
    await t.rejects(started, { name: 'ConfigError', message });
  }
});

// The embedded database has no backends that could be killed, and no logins.
if (onServer) {
  t.test('a login that the server refuses after the start is 503, logged with its reason', async (t) => {
    const { DATABASE_URL = '' } = await testDatabase(t);
    const url = new URL(DATABASE_URL);
    const database = url.pathname.slice(1);
    const role = `role_of_${database}`;
    const owner = new pg.Client(DATABASE_URL);
    await owner.connect();
    t.teardown(async () => {
      await owner.query(`DROP OWNED BY ${role}; DROP ROLE ${role}`);
      await owner.end();
    });
    await owner.query(`CREATE ROLE ${role} LOGIN; GRANT CREATE ON SCHEMA public TO ${role}`);
    url.username = role;
    const { call, log } = await startService(t, { DATABASE_URL: url.href });
    const disconnect = `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = '${role}'`;
    for (const [refuse, allow, code] of [
      [`ALTER ROLE ${role} NOLOGIN`, `ALTER ROLE ${role} LOGIN`, '28000'],
      [`ALTER ROLE ${role} CONNECTION LIMIT 0`, `ALTER ROLE ${role} CONNECTION LIMIT -1`, '53300'],
      [
        `REVOKE CONNECT ON DATABASE ${database} FROM PUBLIC`,
        `GRANT CONNECT ON DATABASE ${database} TO PUBLIC`,
        '42501',
      ],
    ] as const) {
      t.equal((await call('GET', '/songs')).status, 200, `before ${code}`);
      await owner.query(refuse);
      await owner.query(disconnect);
      await until(async () => (await call('GET', '/songs')).status !== 200, 'It still connects');
      const { status, headers } = await call('GET', '/songs');
      t.equal(status, 503, code);
      t.equal(headers['retry-after'], '1');
      t.match(
        log.findLast(({ level }) => level === 50),
        { err: { code } },
      );
      await owner.query(allow);
    }
    t.equal((await call('GET', '/songs')).status, 200);
  });

  t.test('killed backends cost their requests at most', async (t) => {
    const { app, call } = await startService(t);
    const ids: number[] = [];
    const write = async (index: number) => {
      const { status, body } = await call('POST', '/tasks', { json: { title: `Task ${index}` } });
      t.ok([201, 503].includes(status), `${status}`);
      if (status === 201) ids.push(body.id);
    };
    for (let round = 0; round < 5; round++) {
      const writes = Array.from({ length: 20 }, (_, index) => write(round * 20 + index));
      await app.pg
        .query(
          "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'setlist' AND datname = current_database()",
        )
        .catch(() => {});
      await Promise.all(writes);
    }
    t.equal((await call('GET', '/ready')).status, 200);
    for (const id of ids) t.equal((await call('GET', `/tasks/${id}`)).status, 200);
    t.ok(ids.length > 0);
  });

  t.test('an exhausted pool is 503, and serves again', async (t) => {
    const { app, call } = await startService(t, { DB_POOL_MAX: '1' });
    const client = await app.pg.connect();
    t.equal((await call('GET', '/songs')).status, 503);
    client.release();
    t.equal((await call('GET', '/songs')).status, 200);
  });
}
