import { once } from 'node:events';
import { type IncomingMessage, request } from 'node:http';
import t, { type Test } from 'tap';
import { createSong, createTask, unique } from '../support/builders.ts';
import { acceptingKeys, authenticated, testKey } from '../support/credentials.ts';
import { onServer } from '../support/database.ts';
import { startService } from '../support/service.ts';
import { until } from '../support/until.ts';

const NDJSON = { headers: { accept: 'application/x-ndjson' } };
const linesOf = (text: string) => text.split('\n').filter((line) => line !== '');
const rowsOf = (text: string) => linesOf(text).map((line) => JSON.parse(line));

const shared = await startService(t);

/** Sends a request, and returns the response without its body. */
async function open(base: string, path: string): Promise<IncomingMessage> {
  const sent = request(`${base}${path}`, { agent: false });
  sent.end();
  const [response] = await once(sent, 'response');
  return response;
}

/** A service with this number of songs of 1.6 kB: more than the buffers of a connection take. */
async function withSongs(t: Test, count: number, environment: Record<string, string> = {}) {
  const service = await startService(t, { REQUEST_DEADLINE_MS: '60000', ...environment });
  // Without triggers: their events are not the subject.
  await service.app.pg.query(`
    TRUNCATE songs;
    SET session_replication_role = replica;
    INSERT INTO songs (song, artist, year) SELECT rpad(n::text, 200, '\u{1f3b8}'), repeat('\u{1f3b8}', 200), n FROM generate_series(1, ${count}) AS n;
    RESET session_replication_role`);
  const base = await service.app.listen({ port: 0, host: '127.0.0.1' });
  return { ...service, base };
}

t.test('all rows that match the filters are exported, in the order of the list', async (t) => {
  const { call } = shared;
  const artist = unique('Artist');
  const songs = [];
  for (const song of ['b', '', 'a,"b"\n', '=1+1'].filter((text) => text !== ''))
    songs.push((await createSong(call, { song, artist, year: song === 'b' ? null : 7 })).item);
  await createSong(call);

  const lines = await call('GET', `/songs/export?artist=${artist}&sort=-song`, NDJSON);
  t.same(rowsOf(lines.text), [songs[0], songs[1], songs[2]]);
  t.equal(lines.headers['content-disposition'], 'attachment; filename="songs.ndjson"');

  const csv = await call('GET', `/songs/export?artist=${artist}`);
  t.equal(csv.headers['content-type'], 'text/csv; charset=utf-8; header=present');
  t.equal(csv.headers['content-disposition'], 'attachment; filename="songs.csv"');
  const [b, a, formula] = songs;
  t.equal(
    csv.text,
    [
      'id,song,artist,year,createdAt',
      `${b.id},b,${artist},,${b.createdAt}`,
      `${a.id},"a,""b""\n",${artist},7,${a.createdAt}`,
      `${formula.id},'=1+1,${artist},7,${formula.createdAt}`,
      '',
    ].join('\r\n'),
  );
  t.equal((await call('GET', '/songs/export?artist=nobody')).text, 'id,song,artist,year,createdAt\r\n');
  t.equal((await call('GET', '/songs/export?artist=nobody', NDJSON)).text, '');
});

t.test('an empty text, a boolean and null differ in CSV', async (t) => {
  const { call } = shared;
  const { item } = await createTask(call, { title: 'x', description: '', done: true });
  const { text } = await call('GET', '/tasks/export?done=true');
  t.match(linesOf(text)[1], `${item.id},x,"",true,`);
});

t.test('parameters of pages are rejected; HEAD has no body', async (t) => {
  const { call } = shared;
  for (const query of ['limit=1', 'cursor=1', 'count=true', 'year=x'])
    t.equal((await call('GET', `/songs/export?${query}`)).status, 422, query);
  const head = await call('HEAD', '/songs/export');
  t.equal(head.status, 200);
  t.equal(head.text, '');
  t.equal((await call('GET', '/songs/export', { headers: { accept: 'application/json' } })).status, 406);
});

t.test('other methods of the path are 405, not a song with the id export', async (t) => {
  const { app, call } = shared;
  for (const method of ['PUT', 'PATCH', 'DELETE', 'POST']) {
    const { status, headers } = await call(method, '/songs/export');
    t.equal(status, 405, method);
    t.equal(headers.allow, 'GET, HEAD, OPTIONS');
  }
  const { status, headers } = await call('GET', '/songs/import');
  t.equal(status, 405);
  t.equal(headers.allow, 'OPTIONS, POST');
  t.equal((await app.inject({ method: 'DELETE', url: '/songs/%65xport' })).statusCode, 405);
});

t.test('callers export their own tasks', async (t) => {
  const keys = [testKey('ada', ['tasks:read', 'tasks:write']), testKey('bob', ['tasks:read', 'tasks:write'])];
  const chief = testKey('chief', ['tasks:read', 'tasks:all']);
  const { call } = await startService(t, acceptingKeys(...keys, chief));
  const [ada, bob, all] = [...keys, chief].map(({ key }) => authenticated(call, key));
  if (!ada || !bob || !all) throw new Error('There is no key');
  const { item } = await createTask(ada);
  const other = await createTask(bob);
  t.same(rowsOf((await ada('GET', '/tasks/export', NDJSON)).text), [item]);
  t.same(rowsOf((await all('GET', '/tasks/export', NDJSON)).text), [item, other.item]);
});

t.test('a large export is complete, and other requests are handled meanwhile', async (t) => {
  const { call, base, app } = await withSongs(t, 8_000);
  const response = await open(base, '/songs/export?sort=-year');
  const health = call('GET', '/songs?limit=1');
  await app.pg.query('DELETE FROM songs WHERE year = 8000');
  let text = '';
  for await (const chunk of response.setEncoding('utf8')) text += chunk;
  t.equal((await health).status, 200);
  const years = linesOf(text)
    .slice(1)
    .map((line) => Number(line.split(',')[3]));
  t.same(
    years,
    Array.from({ length: 8_000 }, (_, n) => 8_000 - n),
  );
});

t.test('a client that leaves frees its place and its connection', async (t) => {
  const { call, base, app } = await withSongs(t, 8_000, { EXPORTS_MAX: '1' });
  const response = await open(base, '/songs/export');
  await once(response, 'readable');
  t.equal((await call('GET', '/songs/export')).status, 503);
  response.destroy();
  await until(
    async () => (await call('GET', '/songs/export?year=1')).status === 200,
    'No export is possible',
  );
  t.equal(app.exportPool?.idleCount, onServer ? 1 : undefined);
});

t.test('a failure breaks the transfer', async (t) => {
  const { base, app } = await withSongs(t, 12_000);
  const response = await open(base, '/songs/export');
  await once(response, 'readable');
  const disconnect = `
    SELECT pg_terminate_backend(pid) FROM pg_stat_activity
    WHERE datname = current_database() AND query ~ '^FETCH' AND state <> 'idle'`;
  if (onServer)
    await until(async () => ((await app.pg.query(disconnect)).rowCount ?? 0) > 0, 'There is no export');
  else await app.pg.query('ALTER TABLE songs RENAME TO lost');
  let size = 0;
  await t.rejects(async () => {
    for await (const chunk of response) size += chunk.length;
  });
  t.ok(size > 0);
  if (!onServer) await app.pg.query('ALTER TABLE lost RENAME TO songs');
  const after = await open(base, '/songs/export?year=1');
  t.equal(after.statusCode, 200, 'later exports are possible');
  after.resume();
});
