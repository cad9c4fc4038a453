import t from 'tap';
import { AbandonedError, QueueFullError } from '../../src/database/batcher.ts';
import { databaseFailure, isTransient } from '../../src/database/failures.ts';

const failure = (code: string | undefined, message = 'refused', constraint?: string) =>
  Object.assign(new Error(message), { code, constraint });

t.test('a violated constraint that is a client’s doing is its own error', async (t) => {
  const error = failure('23505', 'duplicate key', 'songs_song_artist_key');
  t.match(databaseFailure(error), { code: 'song_exists', statusCode: 409, cause: error });
});

t.test('a database that cannot answer now is unavailable', async (t) => {
  for (const code of [
    '08006',
    '57P01',
    '57014',
    '53300',
    '40P01',
    '40001',
    '25006',
    '55P03',
    'ECONNREFUSED',
    'ENOENT',
  ]) {
    t.match(
      databaseFailure(failure(code)),
      { code: 'unavailable', statusCode: 503, headers: { 'retry-after': '1' } },
      code,
    );
  }
  for (const message of [
    'Connection terminated unexpectedly',
    'timeout exceeded when trying to connect',
    'Query read timeout',
    'Client has encountered a connection error and is not queryable',
  ]) {
    t.ok(isTransient(failure(undefined, message)), message);
  }
});

t.test('a queue that is full, or a client who is gone, is unavailable', async (t) => {
  for (const error of [new QueueFullError(), new AbandonedError()]) {
    t.match(databaseFailure(error), { code: 'unavailable', statusCode: 503 });
  }
});

t.test('anything else is a fault of ours', async (t) => {
  for (const code of ['42P01', '23505', '22021', 'ERR_INVALID_ARG_TYPE', undefined]) {
    t.equal(databaseFailure(failure(code)), undefined, String(code));
  }
});
