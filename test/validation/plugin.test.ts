import t from 'tap';
import { createSong } from '../support/builders.ts';
import { testDatabase } from '../support/database.ts';
import { startService } from '../support/service.ts';

t.test('a response that violates its schema is a logged 500, unless validation is off', async (t) => {
  const database = await testDatabase(t);
  const { app, call, log } = await startService(t, database);
  const { id, url } = await createSong(call);
  await app.pg.query("ALTER TABLE songs DROP CONSTRAINT songs_song_check; UPDATE songs SET song = ''");
  const { status, body } = await call('GET', url);
  t.equal(status, 500);
  t.match(body, { error: 'InternalError', code: 'internal_error', message: 'Internal server error' });
  t.notOk(body.details);
  t.match(
    log.findLast(({ level }) => level === 50),
    { err: { message: /response\/song must NOT have fewer/ } },
  );
  const lists = await Promise.all([1, 2, 3].map(() => call('GET', '/songs')));
  t.same(
    lists.map(({ status }) => status),
    [500, 500, 500],
    'each caller of a shared list',
  );
  await app.close();

  const unchecked = await startService(t, { ...database, VALIDATE_RESPONSES: 'false' });
  t.match((await unchecked.app.inject(url)).json(), { id, song: '' });
});
