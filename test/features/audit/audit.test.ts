import t from 'tap';
import { createSong, createTask } from '../../support/builders.ts';
import { atOnce, type Client } from '../../support/client.ts';
import { acceptingKeys, authenticated, bearer, testKey } from '../../support/credentials.ts';
import { startService } from '../../support/service.ts';
import { until } from '../../support/until.ts';

/** The audit entries, once there are this many. */
async function entries(call: Client, count: number, query = ''): Promise<Record<string, unknown>[]> {
  let found: Record<string, unknown>[] = [];
  await until(async () => {
    found = (await call('GET', `/audit?limit=100${query}`)).body as typeof found;
    return found.length >= count;
  }, `There are less than ${count} entries`);
  return found;
}

t.test('each change has an entry: who did what, and when', async (t) => {
  const key = testKey('ada', ['songs:read', 'songs:write', 'audit:read']);
  const reader = testKey('reader', ['songs:read']);
  const { app, call } = await startService(t, acceptingKeys(key, reader));
  const client = authenticated(call, key.key);
  const headers = (id: string) => ({ headers: { 'x-request-id': id } });
  const song = await createSong(client, {});
  await client('PATCH', song.url, { json: { year: 2001 }, ...headers('change') });
  await client('DELETE', song.url, headers('removal'));
  await app.pg.query("INSERT INTO tasks (title) VALUES ('By hand')");

  const found = await entries(client, 4);
  t.match(found, [
    { action: 'task.created', actor: null, requestId: null },
    { action: 'song.deleted', subject: song.url, actor: 'key:ada', requestId: 'removal' },
    { action: 'song.updated', subject: song.url, actor: 'key:ada', requestId: 'change' },
    { action: 'song.created', subject: song.url, actor: 'key:ada' },
  ]);
  t.match(found[3], { id: 1, occurredAt: song.item.createdAt });

  t.equal((await call('GET', '/audit')).status, 401);
  const refused = await call('GET', '/audit', { headers: bearer(reader.key) });
  t.equal(refused.status, 403);
  t.match(refused.headers['www-authenticate'], 'scope="audit:read"');
});

t.test('pages, newest first, by subject and by actor', async (t) => {
  const { call } = await startService(t, { MAX_TASKS: '0' });
  const songs = await atOnce(5, () => createSong(call));
  await createTask(call);
  const [song] = songs;
  await call('PATCH', song?.url ?? '', { json: { year: 2001 } });
  const all = await entries(call, 7);
  t.equal(all[0]?.action, 'song.updated');
  const ids = all.map(({ id }) => Number(id));
  t.same(
    ids,
    ids.toSorted((a, b) => b - a),
  );

  let url = '/audit?limit=3';
  const paged: unknown[] = [];
  for (let page = 0; page < 3; page++) {
    const { body, headers } = await call('GET', url);
    paged.push(...(body as unknown[]));
    const [, next] = /^<(.+)>; rel="next"$/.exec(String(headers.link ?? '')) ?? [];
    t.equal(next === undefined, page === 2);
    url = next ?? '';
  }
  t.same(paged, all);
  t.same(
    (await entries(call, 2, `&subject=${song?.url}`)).map(({ action }) => action),
    ['song.updated', 'song.created'],
  );
  t.same((await call('GET', '/audit?actor=key:ada')).body, [], 'authentication is off');
  for (const query of ['cursor=0', 'limit=101', 'action=x', 'actor=', 'actor=%00'])
    t.equal((await call('GET', `/audit?${query}`)).status, 422, query);
});

t.test('entries of statements with many changes, and of callers in one batch', async (t) => {
  const keys = ['ada', 'bob'].map((name) => testKey(name, ['songs:write', 'audit:read']));
  const { app, call } = await startService(t, acceptingKeys(...keys));
  const [ada, bob] = keys.map(({ key }) => authenticated(call, key)) as [Client, Client];
  await app.pg.query(
    "INSERT INTO songs (song, artist) SELECT 'Song ' || n, 'Many' FROM generate_series(1, 250) AS n",
  );
  const urls = await atOnce(20, async (n) => (await createSong(n % 2 === 0 ? ada : bob)).url);
  await entries(ada, 1, `&subject=${urls.at(-1)}`);

  const all: Record<string, unknown>[] = [];
  for (let cursor = 271; cursor > 1; cursor = Number(all.at(-1)?.id))
    all.push(...(await entries(ada, 1, `&cursor=${cursor}`)));
  t.same(
    all.map(({ id }) => id),
    Array.from({ length: 270 }, (_, index) => 270 - index),
  );
  for (const [name, isOdd] of [
    ['ada', 0],
    ['bob', 1],
  ] as const) {
    const own = await entries(bob, 10, `&actor=key:${name}`);
    t.same(own.map(({ subject }) => subject).toSorted(), urls.filter((_, n) => n % 2 === isOdd).toSorted());
    t.same((await entries(bob, 3, `&actor=key:${name}&cursor=${own[6]?.id}`)).length, 3);
    t.same((await entries(bob, 1, `&actor=key:${name}&subject=${own[3]?.subject}`)).length, 1);
  }
  for (const query of [
    'subject=/songs',
    'subject=/songs/0',
    'subject=/songs/99999999999',
    'subject=x',
    'actor=key:eve',
  ])
    t.same((await ada('GET', `/audit?${query}`)).body, [], query);
  t.same((await ada('GET', `/audit?cursor=${2 ** 31 - 1}&limit=1`)).body, all.slice(0, 1));
});
