import { createConnection } from 'node:net';
import { join } from 'node:path';
import { PGlite } from '@electric-sql/pglite';
import pg from 'pg';
import t from 'tap';
import { startParams } from '../../../src/database/embedded/files.ts';
import { Session } from '../../../src/database/embedded/session.ts';
import { SessionServer } from '../../../src/database/embedded/session-server.ts';
import { temporaryFolder } from '../../support/database.ts';
import { until } from '../../support/until.ts';

const database = await PGlite.create({ startParams: startParams(false) });
const session = new Session(database);
const server = new SessionServer(session);
const host = await temporaryFolder(t);
const path = join(host, '.s.PGSQL.5432');
await server.listen(path);
t.teardown(async () => {
  server.close();
  await database.close();
});

async function connect(): Promise<pg.Client> {
  const client = new pg.Client({ host, user: 'postgres', database: 'postgres' });
  client.on('error', () => {});
  await client.connect();
  return client;
}

const numbersOf = async (client: pg.Client) => (await client.query('SELECT 1 AS n')).rows;

t.test('a new client replaces the previous one and gets a reset session', async (t) => {
  const first = await connect();
  const ended = new Promise((resolve) => first.once('end', resolve));
  await first.query('CREATE TABLE kept (n integer)');
  await first.query({ name: 'prepared', text: 'SELECT 1 AS n' });
  await first.query("SET application_name = 'first'");
  await first.query('BEGIN');
  await first.query('INSERT INTO kept VALUES (1)');
  const second = await connect();
  await ended;
  t.same((await second.query({ name: 'prepared', text: 'SELECT 2 AS n' })).rows, [{ n: 2 }]);
  t.same((await second.query('SELECT * FROM kept')).rows, [], 'its transaction was rolled back');
  t.notSame((await second.query('SHOW application_name')).rows, [{ application_name: 'first' }]);
  await second.end();
});

t.test('a client that disconnects in a failed transaction leaves a session at rest', async (t) => {
  const first = await connect();
  await first.query('BEGIN');
  await t.rejects(first.query('SELECT 1/0'));
  t.notOk(session.atRest);
  await first.end();
  await until(() => session.atRest, 'The transaction is still open');
  const second = await connect();
  t.same(await numbersOf(second), [{ n: 1 }]);
  await second.end();
});

t.test('a client that disconnects in the middle of an exchange leaves a session at rest', async (t) => {
  const first = await connect();
  const { connection } = first as unknown as { connection: { stream: NodeJS.WritableStream } };
  const parse = Buffer.from('P....\0SELECT nothing FROM nowhere\0\0\0', 'latin1');
  parse.writeInt32BE(parse.length - 1, 1);
  const executed = session.executed;
  connection.stream.write(parse);
  await until(() => session.executed > executed, 'The message is not executed');
  t.notOk(session.atRest, 'PostgreSQL ignores all messages until Sync');
  const second = await connect();
  t.same(await numbersOf(second), [{ n: 1 }]);
  await second.end();
});

t.test('requests for encryption are declined, cancel requests have no effect', async (t) => {
  const client = await connect();
  for (const [code, response] of [
    [80_877_103, 'N'],
    [80_877_104, 'N'],
    [80_877_102, ''],
  ] as const) {
    const request = Buffer.alloc(code === 80_877_102 ? 16 : 8);
    request.writeInt32BE(request.length, 0);
    request.writeInt32BE(code, 4);
    const socket = createConnection(path);
    let received = '';
    socket.on('data', (chunk) => {
      received += chunk;
      socket.end();
    });
    // In pieces, as a network may deliver it.
    socket.write(request.subarray(0, 3));
    socket.write(request.subarray(3, 6));
    socket.write(request.subarray(6));
    await new Promise((resolve) => socket.once('close', resolve));
    t.equal(received, response);
  }
  t.same(await numbersOf(client), [{ n: 1 }], 'the client is still connected');
  await client.end();
});

t.test('many messages at once, in any pieces, are executed in order', async (t) => {
  const client = await connect();
  const results = await Promise.all(
    Array.from({ length: 50 }, (_, index) =>
      client.query('SELECT length($1) AS n', ['x'.repeat(index * 5000)]),
    ),
  );
  t.same(
    results.map(({ rows }) => rows[0].n),
    Array.from({ length: 50 }, (_, index) => index * 5000),
  );
  await client.end();
});

t.test('a missing response means that PostgreSQL has failed', async (t) => {
  // PGlite hides failures that end PostgreSQL, for example COPY from a client.
  const broken = new Session({ execProtocolRawStream: async () => {} } as unknown as PGlite);
  t.throws(() => broken.query('SELECT 1'), { message: 'PostgreSQL has failed' });
  t.throws(() => session.query('SELECT 1/0'), { message: 'division by zero' });
  t.same(session.query('SELECT 1, NULL'), [['1', null]]);
});
