import t from 'tap';
import { connectionProblem, problemOf } from '../../src/database/server-check.ts';

const usable = { version: 130_000, encoding: 'UTF8', hasIcu: true, isReadOnly: false, ignored: [] };

t.test('an unsuitable server is described in one sentence', async (t) => {
  t.equal(problemOf(usable), undefined);
  for (const [fault, problem] of [
    [{ version: 120_022 }, /^names a server of PostgreSQL 12, but the service needs 13 or newer\.$/],
    [{ encoding: 'LATIN1' }, /^names a database in the encoding LATIN1, but the service needs UTF8: /],
    [{ hasIcu: false }, /^names a server without the collation "und-x-icu"/],
    [{ isReadOnly: true }, /^names a database that is read-only: /],
    [
      { ignored: ['DateStyle', 'default_transaction_isolation'] },
      /: run ALTER ROLE … SET DateStyle = 'ISO'; ALTER ROLE … SET default_transaction_isolation = 'read committed'; then RECONNECT in PgBouncer\.$/,
    ],
  ] as const) {
    t.match(
      problemOf({ ...usable, ...fault, ignored: [...('ignored' in fault ? fault.ignored : [])] }),
      problem,
    );
  }
});

t.test('a failed connection is described in one sentence, without text of the server', async (t) => {
  const address = { host: 'db', port: 5432, database: 'x' };
  for (const [code, message, problem] of [
    ['28P01', '', 'is refused by the server at db:5432: wrong user name or password.'],
    [
      '28000',
      'no pg_hba.conf entry for host',
      'is refused by the server at db:5432 (28000): the role is not allowed to log in from this host, to this database, or without TLS (sslmode=verify-full).',
    ],
    ['3D000', '', 'names the database "x", which does not exist at db:5432.'],
    ['42501', '', 'names the database "x" at db:5432, to which the role is not allowed to connect.'],
    [
      '08P01',
      'unsupported startup parameter: statement_timeout',
      'leads to PgBouncer at db:5432, which refuses settings of the session: set ignore_startup_parameters = statement_timeout, idle_in_transaction_session_timeout, default_transaction_isolation, array_nulls and max_prepared_statements = 200.',
    ],
    ['08P01', 'broken', 'points to db:5432, where no PostgreSQL server can be reached (08P01).'],
    [
      undefined,
      'SASL: SCRAM-SERVER-FIRST-MESSAGE: client password must be a string',
      'is refused by the server at db:5432: it asks for a password, and there is none or the exchange failed.',
    ],
    [
      undefined,
      'The server does not support SSL connections',
      'asks for TLS, which the server at db:5432 does not support.',
    ],
    [
      'DEPTH_ZERO_SELF_SIGNED_CERT',
      'self-signed',
      'asks for TLS, but the certificate of the server at db:5432 is not accepted (DEPTH_ZERO_SELF_SIGNED_CERT).',
    ],
    ['ENOTFOUND', '', 'points to db:5432, where no PostgreSQL server can be reached (ENOTFOUND).'],
    [
      undefined,
      'timeout expired',
      'points to db:5432, where no PostgreSQL server can be reached (no response).',
    ],
    [
      undefined,
      'Connection terminated unexpectedly',
      'points to db:5432, where no PostgreSQL server can be reached (connection closed).',
    ],
  ] as const) {
    t.equal(connectionProblem(Object.assign(new Error(message), code && { code }), address), problem);
  }
  t.match(
    connectionProblem(new Error('x'), { host: '/run/pg', port: 5433 }),
    /^points to \/run\/pg\/\.s\.PGSQL\.5433,/,
  );
});
