import t from 'tap';
import { createSong } from '../support/builders.ts';
import { startService } from '../support/service.ts';

t.test('with LIST_CACHE_SECONDS, any cache may store lists, and nothing else', async (t) => {
  const { call } = await startService(t, { LIST_CACHE_SECONDS: '30' });
  const { id } = await createSong(call);
  const cached = async (url: string) => (await call('GET', url)).headers['cache-control'];
  t.equal(await cached('/songs'), 'public, max-age=30');
  t.equal(await cached('/v1/tasks?limit=1&count=true'), 'public, max-age=30');
  t.equal(await cached('/songs?x=1'), 'no-store', 'no error');
  t.equal(await cached(`/songs/${id}`), 'private, no-cache, no-transform');
  t.equal(await cached('/audit'), 'private, no-cache');
});
