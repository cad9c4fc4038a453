import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import t from 'tap';
import { ConfigError } from '../../src/config-error.ts';
import { readServerUrl } from '../../src/database/server-url.ts';
import { temporaryFolder } from '../support/database.ts';

t.test('a URL is converted to a connection', async (t) => {
  for (const [url, connection] of [
    ['postgres://me@db/x', { user: 'me', password: '', host: 'db', database: 'x' }],
    [
      'postgresql://me:p%23%40%2F%3F%25@db:6432/x',
      { user: 'me', password: 'p#@/?%', host: 'db', port: 6432 },
    ],
    ['postgres://me:p@ss@db/x', { user: 'me', password: 'p@ss', host: 'db' }],
    ['postgres://me:a b@db/x', { password: 'a b' }],
    ['postgres://me@/x?host=/run/postgresql', { user: 'me', host: '/run/postgresql', database: 'x' }],
    [
      'postgres:///x?host=/run/postgresql&user=me&port=5433',
      { user: 'me', host: '/run/postgresql', port: 5433 },
    ],
    ['postgres://me@%2Frun%2Fpostgresql/x', { user: 'me', host: '/run/postgresql', database: 'x' }],
    ['postgres://[::1]:5433/x', { host: '::1', port: 5433 }],
    ['postgres://db/x?options=-c%20search_path%3Dapp', { options: '-c search_path=app' }],
    ['postgres://db/x?application_name=blue', { application_name: 'blue' }],
    ['postgres://db/x?sslmode=disable', { ssl: false }],
    ['postgres://db/x?ssl=false', { ssl: false }],
    ['postgres://db/x?ssl=true', { ssl: true }],
    ['postgres://db/x?ssl=no-verify', { ssl: { rejectUnauthorized: false } }],
    ['postgres://db/x?sslmode=verify-full', { ssl: {} }],
  ] as const) {
    t.match(readServerUrl(url), connection, url);
  }
  t.notOk('ssl' in readServerUrl('postgres://db/x'), 'the environment of PostgreSQL decides');
});

t.test('a malformed URL is rejected without repeating any part of it', async (t) => {
  for (const [url, problem] of [
    ['hunter2', /of the form postgres:/],
    ['postgres:hunter2', /of the form postgres:/],
    ['mysql://root:hunter2@db/x', /of the form postgres:/],
    ['postgres://me:hunter2@db:port/x', /of the form postgres:/],
    ['postgres://me:hunter2@db/x?port=port', /of the form postgres:/],
    ['postgres://me:hunter2%00@db/x', /of the form postgres:/],
    ['postgres://me:hunter2#hunter2@db/x', /write # as %23/],
    ['postgres://me:#hunter2@db/x', /write # as %23/],
    ['postgres://me:1#hunter2@db/x', /write # as %23/],
    ['postgres://me:@hunter2#@db/x', /write # as %23/],
    ['postgres://me:1/hunter2@db/x', /\/ as %2F/],
    ['postgres://me:1?hunter2@db/x', /\? as %3F/],
    ['postgres://me:1?hunter2=hunter2@db/x', /\? as %3F/],
    ['postgres://me:hunter2%@db/x', /write % itself as %25/],
    ['postgres://me:hunter2%zz@db/x', /write % itself as %25/],
    ['postgres://me:hunter2%ff@db/x', /write % itself as %25/],
    ['postgres://me@db/x?ssl=hunter2', /ssl that is none of true, false and no-verify/],
    ['postgres://me@db/x?hunter2=1', /has a parameter that is not supported/],
  ] as const) {
    try {
      readServerUrl(url);
      t.fail(url);
    } catch (error) {
      t.ok(error instanceof ConfigError, url);
      t.match(error, { message: problem, cause: undefined }, url);
      t.notMatch(JSON.stringify(error) + Object(error).stack, 'hunter2', url);
    }
  }
});

t.test('a URL does not override settings of the service', async (t) => {
  for (const parameter of [
    'query_timeout=1',
    'statement_timeout=1',
    'lock_timeout=1',
    'idle_in_transaction_session_timeout=1',
    'client_encoding=LATIN1',
    'max=1',
    'connectionTimeoutMillis=1',
    'replication=true',
  ]) {
    t.throws(
      () => readServerUrl(`postgres://db/x?${parameter}`),
      new ConfigError(
        'DATABASE_URL',
        'has a parameter that is not supported; supported are application_name, host, options, password, port, ssl, sslcert, sslkey, sslrootcert, sslmode, sslnegotiation, uselibpqcompat, user.',
      ),
      parameter,
    );
  }
});

t.test('an unusable certificate is reported with the name of its file', async (t) => {
  const folder = await temporaryFolder(t);
  await mkdir(join(folder, 'folder'));
  await writeFile(join(folder, 'empty.pem'), '-----BEGIN CERTIFICATE-----\n');
  for (const [parameter, file, problem] of [
    ['sslrootcert', 'missing.pem', 'names {} as sslrootcert, which cannot be read (ENOENT).'],
    ['sslcert', 'folder', 'names {} as sslcert, which cannot be read (EISDIR).'],
    ['sslkey', 'folder', 'names {} as sslkey, which cannot be read (EISDIR).'],
    [
      'sslcert',
      'empty.pem',
      'names a file as sslcert, sslkey, sslrootcert that contains no certificate or key in PEM.',
    ],
  ] as const) {
    const path = join(folder, file);
    t.throws(
      () => readServerUrl(`postgres://db/x?${parameter}=${encodeURIComponent(path)}`),
      new ConfigError('DATABASE_URL', problem.replace('{}', path)),
    );
  }
});
