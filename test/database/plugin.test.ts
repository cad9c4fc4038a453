import type { FastifyInstance } from 'fastify';
import pg from 'pg';
import t, { type Test } from 'tap';
import { createSong, createTask, newSong, newTask } from '../support/builders.ts';
import { atOnce, nextPage } from '../support/client.ts';
import { onServer, testDatabase } from '../support/database.ts';
import { refusingServer, unsteadyServer } from '../support/fake-server.ts';
import { startService } from '../support/service.ts';
import { unreliableServer } from '../support/unreliable-server.ts';
import { until } from '../support/until.ts';

t.test('a database outage causes 503 until it ends, and never ends the process', async (t) => {
  const server = await unreliableServer(t);
  const { call, log } = await startService(t, server.environment);
  const { url, item } = await createTask(call);
  const inFlight = atOnce(30, () => call('GET', url));
  await server.shut();
  for (const { status } of await inFlight) t.ok([200, 503].includes(status), `${status}`);

  for (const [method, path, json] of [
    ['GET', '/songs', undefined],
    ['POST', '/songs', newSong()],
    ['DELETE', url, undefined],
    ['GET', '/ready', undefined],
  ] as const) {
    const { status, headers, body } = await call(method, path, { json });
    t.equal(status, 503, path);
    t.equal(headers['retry-after'], '1');
    t.equal(body.code, 'unavailable');
    t.notMatch(body.message, /ECONN|postgres|127/);
  }
  t.equal((await call('GET', '/health')).status, 200);
  t.equal(
    (await call('POST', '/tasks', { json: { title: '' } })).status,
    422,
    'requests without the database succeed',
  );
  t.ok(log.some(({ msg }) => msg === 'A database connection broke'));

  await server.open();
  await until(async () => (await call('GET', '/ready')).status === 200, 'It does not recover');
  t.same((await call('GET', url)).body, item);
});

t.test('an unusable server is reported at startup, without secrets', async (t) => {
  const start = (port: number, database = 'setlist') =>
    startService(t, { DATABASE_URL: `postgres://me:hunter2@127.0.0.1:${port}/${database}` });
  const password = await refusingServer(t, '28P01');
  const name = await refusingServer(t, '3D000');
  const busy = await refusingServer(t, '53300');
  const unsteady = await unsteadyServer(t);
  for (const [started, message] of [
    [
      () => start(password),
      `DATABASE_URL is refused by the server at 127.0.0.1:${password}: wrong user name or password.`,
    ],
    [
      () => start(name, 'x'),
      `DATABASE_URL names the database "x", which does not exist at 127.0.0.1:${name}.`,
    ],
    [() => start(busy), `DATABASE_URL leads to the server at 127.0.0.1:${busy}, which fails (53300).`],
    [
      () => start(unsteady),
      /^DATABASE_URL points to 127\.0\.0\.1:\d+, where no PostgreSQL server can be reached/,
    ],
    [
      () => start(1),
      'DATABASE_URL points to 127.0.0.1:1, where no PostgreSQL server can be reached (ECONNREFUSED).',
    ],
  ] as const) {
    await t.rejects(started, { name: 'ConfigError', message });
  }
});

// The embedded PostgreSQL has one database, one role and no backend processes.
if (onServer) {
  /** A temporary database, its name, and a superuser's connection to it. */
  const serverDatabase = async (t: Test) => {
    const { DATABASE_URL = '' } = await testDatabase(t);
    const url = new URL(DATABASE_URL);
    const owner = new pg.Client(DATABASE_URL);
    await owner.connect();
    t.teardown(() => owner.end());
    return { url, name: url.pathname.slice(1), owner };
  };
  /** A temporary role without privileges. */
  const newRole = async (t: Test, { name, owner }: Awaited<ReturnType<typeof serverDatabase>>) => {
    const role = `role_of_${name}`;
    await owner.query(`CREATE ROLE ${role} LOGIN`);
    t.teardown(() => owner.query(`DROP OWNED BY ${role}; DROP ROLE ${role}`));
    return role;
  };

  t.test('defaults of the database and the role do not change responses', async (t) => {
    const { url, name, owner } = await serverDatabase(t);
    for (const setting of [
      "DateStyle = 'German'",
      "TimeZone = 'Asia/Kathmandu'",
      "default_transaction_isolation = 'serializable'",
      'standard_conforming_strings = off',
      'array_nulls = off',
      "client_encoding = 'LATIN1'",
    ]) {
      await owner.query(`ALTER DATABASE ${name} SET ${setting}`);
    }
    const { app, call } = await startService(t, { DATABASE_URL: url.href });
    await createSong(call);
    const { url: path, item } = await createSong(call, { song: 'Ünïcödé 🎵', artist: 'a\\b' });
    t.ok(Math.abs(Date.now() - Date.parse(item.createdAt)) < 300_000, item.createdAt);
    t.same((await call('GET', path)).body, item);
    t.equal((await call('GET', '/songs?q=%C3%9CN%C3%8F')).body.length, 1);
    const first = await call('GET', '/songs?sort=-createdAt&limit=1');
    t.same(first.body, [item]);
    t.equal((await call('GET', nextPage(first))).body.length, 1);
    const { rows } = await app.pg.query('SHOW transaction_isolation');
    t.same(rows, [{ transaction_isolation: 'read committed' }]);
  });

  t.test('settings of the URL apply unless the service controls them', async (t) => {
    const { url, owner } = await serverDatabase(t);
    await owner.query('CREATE SCHEMA app');
    url.searchParams.set('options', '-c search_path=app -c DateStyle=German');
    const { app, call } = await startService(t, { DATABASE_URL: url.href });
    await createSong(call);
    const { rows } = await app.pg.query("SELECT current_schema(), current_setting('DateStyle') AS style");
    t.match(rows, [{ current_schema: 'app', style: /^ISO/ }]);
  });

  t.test('a server can be reached over a Unix socket', async (t) => {
    const { url, name, owner } = await serverDatabase(t);
    const { rows } = await owner.query('SHOW unix_socket_directories');
    const folder = rows[0]?.unix_socket_directories.split(',')[0];
    const query = new URLSearchParams({ host: folder, port: url.port });
    const { call } = await startService(t, { DATABASE_URL: `postgres://${url.username}@/${name}?${query}` });
    t.equal((await call('GET', '/songs')).status, 200);
  });

  t.test('an unsuitable database is rejected at startup, in one sentence', async (t) => {
    for (const [statements, message] of [
      [
        (name: string) => `ALTER DATABASE ${name} SET default_transaction_read_only = on`,
        'DATABASE_URL names a database that is read-only: a standby, or one with default_transaction_read_only = on.',
      ],
      [
        () => 'CREATE TABLE songs (title text)',
        'DATABASE_URL names a schema of another application: there is a table "songs" that the service did not create.',
      ],
      [
        () => 'CREATE TABLE tasks (title text)',
        'DATABASE_URL names a schema of another application: there is a table "tasks" that the service did not create.',
      ],
      [
        () => 'CREATE TABLE schema_migrations (version varchar PRIMARY KEY)',
        'DATABASE_URL names a schema of another application: there is a table "schema_migrations" that the service did not create.',
      ],
      [
        (name: string) => `ALTER DATABASE ${name} SET search_path = missing`,
        'DATABASE_URL names a database without a schema for new tables: check the search_path.',
      ],
    ] as const) {
      const { url, name, owner } = await serverDatabase(t);
      await owner.query(statements(name));
      await t.rejects(startService(t, { DATABASE_URL: url.href }), { name: 'ConfigError', message });
    }
  });

  t.test('a database in another encoding is rejected at startup', async (t) => {
    const { url, name, owner } = await serverDatabase(t);
    for (const encoding of ['LATIN1', 'SQL_ASCII']) {
      const other = `${name}_${encoding}`.toLowerCase();
      await owner.query(`CREATE DATABASE ${other} ENCODING '${encoding}' LOCALE 'C' TEMPLATE template0`);
      t.teardown(() => owner.query(`DROP DATABASE ${other} WITH (FORCE)`));
      url.pathname = `/${other}`;
      await t.rejects(startService(t, { DATABASE_URL: url.href }), {
        name: 'ConfigError',
        message: `DATABASE_URL names a database in the encoding ${encoding}, but the service needs UTF8: CREATE DATABASE … ENCODING 'UTF8' TEMPLATE template0.`,
      });
    }
  });

  t.test('another role than the one of the service can run the migrations', async (t) => {
    const database = await serverDatabase(t);
    const { url, owner } = database;
    const role = await newRole(t, database);
    await owner.query('REVOKE CREATE ON SCHEMA public FROM PUBLIC');
    const asOwner = url.href;
    url.username = role;
    const starts = (variables: Record<string, string>) =>
      startService(t, { DATABASE_URL: url.href, ...variables });
    await t.rejects(starts({ MIGRATE: 'check' }), {
      name: 'ConfigError',
      message:
        /^DATABASE_URL names a database without the migrations 001\.songs\.sql, .*: run npm run migrate/,
    });
    const tables = await owner.query("SELECT FROM pg_class WHERE relname = 'songs'");
    t.equal(tables.rowCount, 0);
    await t.rejects(starts({ MIGRATION_DATABASE_URL: asOwner.replace(/:\d+\//, ':1/') }), {
      name: 'ConfigError',
      message: /^MIGRATION_DATABASE_URL points to .*ECONNREFUSED/,
    });
    for (const [privileges, objects] of [
      ['SELECT, INSERT, UPDATE, DELETE', 'TABLES'],
      ['USAGE', 'SEQUENCES'],
    ])
      await owner.query(`ALTER DEFAULT PRIVILEGES GRANT ${privileges} ON ${objects} TO ${role}`);
    await owner.query(`CREATE SCHEMA pgboss; GRANT USAGE ON SCHEMA pgboss TO ${role}`);
    const { call } = await starts({ MIGRATION_DATABASE_URL: asOwner });
    await t.resolves(createTask(call));
    await t.resolves(starts({ MIGRATE: 'check' }));
    await owner.query('DELETE FROM schema_migrations WHERE version = 11');
    await t.rejects(starts({ MIGRATE: 'check' }), { message: /without the migrations 011\.webhooks\.sql:/ });
    await t.resolves(starts({ MIGRATE: 'off' }));
    await owner.query(`REVOKE SELECT ON schema_migrations FROM ${role}`);
    await t.rejects(starts({ MIGRATE: 'check' }), {
      message: 'DATABASE_URL names a role without privileges on the table "schema_migrations".',
    });
  });

  t.test(
    'a role without privileges is rejected at startup; CREATE is not required after migrations',
    async (t) => {
      const database = await serverDatabase(t);
      const { url, owner } = database;
      const role = await newRole(t, database);
      await owner.query('REVOKE CREATE ON SCHEMA public FROM PUBLIC');
      const asOwner = url.href;
      url.username = role;
      const starts = () => startService(t, { DATABASE_URL: url.href });
      await t.rejects(starts(), {
        name: 'ConfigError',
        message: /^DATABASE_URL names a role that may not create the tables of the service: GRANT CREATE/,
      });
      await owner.query(`GRANT CREATE ON SCHEMA public TO ${role}`);
      const withoutQueues = /^DATABASE_URL names a role that may not create or use the schema pgboss: GRANT/;
      await t.rejects(starts(), { name: 'ConfigError', message: withoutQueues });
      await owner.query(`REVOKE CREATE ON SCHEMA public FROM ${role}`);
      await startService(t, { DATABASE_URL: asOwner });
      await t.rejects(starts(), { name: 'ConfigError', message: withoutQueues });
      await owner.query(`GRANT USAGE ON SCHEMA pgboss TO ${role}`);
      await owner.query(`GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA pgboss TO ${role}`);
      await owner.query(`GRANT SELECT ON ALL TABLES IN SCHEMA public TO ${role}`);
      await t.rejects(starts(), {
        name: 'ConfigError',
        message:
          /^DATABASE_URL names a role without the privilege (INSERT|UPDATE|DELETE) on the table "\w+"\.$/,
      });
      await owner.query(`GRANT INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO ${role}`);
      await t.rejects(starts(), {
        name: 'ConfigError',
        message:
          /^DATABASE_URL names a role without the privilege USAGE on the sequence "public\.\w+_id_seq"/,
      });
      await owner.query(`GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO ${role}`);
      const { call } = await starts();
      await t.resolves(createTask(call));
      const ran: string[] = [];
      const withQueue = async (app: FastifyInstance) => {
        const options = { retries: 0, retryDelaySeconds: 1, expireSeconds: 60 };
        const queue = app.defineQueue<object>('new', options, async ({ id }) => ran.push(id));
        app.addHook('onReady', () => void setImmediate(() => queue.send({})));
      };
      await startService(t, { DATABASE_URL: url.href }, { features: [withQueue] });
      await until(() => ran.length > 0, 'The role cannot create a queue');
    },
  );

  t.test('a login that the server rejects after startup is 503, logged with its reason', async (t) => {
    const database = await serverDatabase(t);
    const { url, name, owner } = database;
    const role = await newRole(t, database);
    await owner.query(
      `GRANT CREATE ON SCHEMA public TO ${role}; GRANT CREATE ON DATABASE ${name} TO ${role}`,
    );
    url.username = role;
    const { call, log } = await startService(t, { DATABASE_URL: url.href });
    const disconnect = `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = '${role}'`;
    for (const [refuse, allow, code] of [
      [`ALTER ROLE ${role} NOLOGIN`, `ALTER ROLE ${role} LOGIN`, '28000'],
      [`ALTER ROLE ${role} CONNECTION LIMIT 0`, `ALTER ROLE ${role} CONNECTION LIMIT -1`, '53300'],
      [
        `REVOKE CONNECT ON DATABASE ${name} FROM PUBLIC`,
        `GRANT CONNECT ON DATABASE ${name} TO PUBLIC`,
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

  t.test('killed backends fail only their own requests', async (t) => {
    const { app, call } = await startService(t);
    const created: string[] = [];
    const write = async () => {
      const { status, headers } = await call('POST', '/tasks', { json: newTask() });
      t.ok([201, 503].includes(status), `${status}`);
      if (status === 201) created.push(String(headers.location));
    };
    for (let round = 0; round < 5; round++) {
      const writes = atOnce(20, write);
      await app.pg
        .query(
          "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'setlist' AND datname = current_database()",
        )
        .catch(() => {});
      await writes;
    }
    t.equal((await call('GET', '/ready')).status, 200);
    for (const url of created) t.equal((await call('GET', url)).status, 200);
    t.ok(created.length > 0);
  });

  t.test('an exhausted pool is 503 and recovers', async (t) => {
    const { app, call } = await startService(t, { DB_POOL_MAX: '1' });
    const client = await app.pg.connect();
    t.equal((await call('GET', '/songs')).status, 503);
    client.release();
    t.equal((await call('GET', '/songs')).status, 200);
  });
}
