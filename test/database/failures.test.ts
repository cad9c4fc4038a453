import { DatabaseError } from 'pg';
import t from 'tap';
import { connectFailure, isRolledBack, queryFailure } from '../../src/database/failures.ts';

/** What the driver throws when the server reports an error. */
const reported = (code: string, constraint?: string) =>
  Object.assign(new DatabaseError('refused', 0, 'error'), { code, constraint });

const failed = (message: string, code?: string) => Object.assign(new Error(message), code && { code });

t.test('a violated unique constraint has its own kind, with the name of the constraint', async (t) => {
  const cause = reported('23505', 'songs_song_artist_key');
  t.match(queryFailure(cause), { name: 'UniqueViolation', constraint: 'songs_song_artist_key', cause });
});

t.test('a table without ids left has its own kind', async (t) => {
  const cause = reported('2200H');
  t.match(queryFailure(cause), { name: 'IdsExhausted', cause });
});

t.test('a transient failure of a statement is DatabaseUnavailable with its code', async (t) => {
  for (const code of ['08006', '57P01', '57014', '53300', '40P01', '40001', '25006', '55P03']) {
    const cause = reported(code);
    t.match(queryFailure(cause), { name: 'DatabaseUnavailable', code, cause }, code);
  }
  for (const code of ['ECONNRESET', 'EPIPE', 'ETIMEDOUT', 'EPROTO']) {
    t.match(queryFailure(failed('write failed', code)), { name: 'DatabaseUnavailable', code }, code);
  }
  for (const message of [
    'Connection terminated unexpectedly',
    'Query read timeout',
    'Client has encountered a connection error and is not queryable',
  ]) {
    t.match(queryFailure(failed(message)), { name: 'DatabaseUnavailable', code: undefined }, message);
  }
});

t.test('any other failure of a statement is a bug and is returned unchanged', async (t) => {
  for (const error of [reported('42P01'), reported('22021'), failed('no', 'ERR_INVALID_ARG_TYPE'), 'text']) {
    t.equal(queryFailure(error), error, String(error));
  }
});

t.test('any failure to connect is DatabaseUnavailable', async (t) => {
  for (const code of ['28P01', '28000', '3D000', '42501', '55000', '57P03', '53300', 'CERT_HAS_EXPIRED']) {
    t.match(connectFailure(reported(code)), { name: 'DatabaseUnavailable', code }, code);
  }
});

t.test('only a statement that the server reports as failed may run twice', async (t) => {
  for (const error of [
    reported('22P05'),
    reported('23505'),
    reported('2200H'),
    reported('40P01'),
    reported('40001'),
  ]) {
    t.ok(isRolledBack(queryFailure(error)), error.code);
  }
  for (const error of [
    reported('57P01'),
    reported('57014'),
    failed('reset', 'ECONNRESET'),
    failed('a bug'),
  ]) {
    t.notOk(isRolledBack(queryFailure(error)), error.message);
  }
});
