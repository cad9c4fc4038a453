import t from 'tap';
import { newDatabase } from '../../support/database.ts';
import { startService } from '../../support/service.ts';

t.test('a new database has three songs', async (t) => {
  const { call } = await startService(t, await newDatabase(t));
  const { status, body } = await call('GET', '/songs');
  t.equal(status, 200);
  t.match(body, [
    { id: 1, song: 'Square Hammer', artist: 'Ghost', year: 2016 },
    { id: 2, song: 'Euclid', artist: 'Sleep Token', year: 2023 },
    { id: 3, song: 'Pink Pony Club', artist: 'Chappell Roan', year: 2023 },
  ]);
  t.equal(body.length, 3);
});
