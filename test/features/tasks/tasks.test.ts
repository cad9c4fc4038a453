import t from 'tap';
import { startService } from '../../support/service.ts';

const { call, app } = await startService(t, { MAX_TASKS: '50' });

t.test('tasks are created, read, replaced, updated and deleted', async (t) => {
  t.same((await call('GET', '/tasks')).body, [], 'a new database holds none');

  const created = await call('POST', '/tasks', { json: { title: 'Book the venue' } });
  t.equal(created.status, 201);
  t.match(created.body, { id: 1, title: 'Book the venue', description: '', done: false });
  t.equal(created.body.createdAt, created.body.updatedAt);
  t.equal(created.headers.location, '/tasks/1');

  const read = await call('GET', '/tasks/1');
  t.same(read.body, created.body);
  t.equal(read.headers.etag, created.headers.etag);
  t.equal(
    (await call('GET', '/tasks/1', { headers: { 'if-none-match': String(read.headers.etag) } })).status,
    304,
  );

  const updated = await call('PATCH', '/tasks/1', { json: { done: true, description: 'In May' } });
  t.match(updated.body, { title: 'Book the venue', description: 'In May', done: true });
  t.ok(updated.body.updatedAt >= created.body.updatedAt);
  t.equal(updated.body.createdAt, created.body.createdAt);
  t.match((await call('PATCH', '/tasks/1', { json: { title: 'Book it' } })).body, {
    title: 'Book it',
    done: true,
  });

  const replaced = await call('PUT', '/tasks/1', { json: { title: 'Cancel it' } });
  t.match(
    replaced.body,
    { title: 'Cancel it', description: '', done: false },
    'what is left out gets its default',
  );

  const stale = { 'if-match': String(read.headers.etag) };
  for (const [method, json] of [['PUT', { title: 'x' }], ['PATCH', {}], ['DELETE']] as const) {
    t.equal((await call(method, '/tasks/1', { json, headers: stale })).status, 412, method);
  }
  t.equal(
    (await call('DELETE', '/tasks/1', { headers: { 'if-match': String(replaced.headers.etag) } })).status,
    204,
  );
  for (const [method, json] of [['GET'], ['PUT', { title: 'x' }], ['PATCH', {}], ['DELETE']] as const) {
    const { status, body } = await call(method, '/tasks/1', { json });
    t.equal(status, 404, method);
    t.match(body, { code: 'task_not_found', message: 'Task not found' });
  }
});

t.test('no response holds the internal note', async (t) => {
  const created = await call('POST', '/tasks', { json: { title: 'Secret' } });
  const url = String(created.headers.location);
  await app.pg.query("UPDATE tasks SET internal_note = 'for our eyes only' WHERE title = 'Secret'");
  const responses = [
    created,
    await call('GET', url),
    await call('GET', '/tasks'),
    await call('PUT', url, { json: { title: 'Secret' } }),
    await call('PATCH', url, { json: { done: true } }),
  ];
  for (const { text } of responses) t.notMatch(text, /note|eyes/);
  const { rows } = await app.pg.query("SELECT internal_note FROM tasks WHERE title = 'Secret'");
  t.same(rows, [{ internal_note: 'for our eyes only' }], 'and no write touches it');
});

t.test('tasks are filtered, searched, sorted and counted', async (t) => {
  await app.pg.query('TRUNCATE tasks');
  for (const [title, done] of [
    ['b', true],
    ['A', false],
    ['c', true],
  ]) {
    await call('POST', '/tasks', { json: { title, done, description: `Näch ${title}` } });
  }
  const titles = async (query: string) =>
    (await call('GET', `/tasks?${query}`)).body.map((task: { title: string }) => task.title).join('');
  t.equal(await titles('done=true'), 'bc');
  t.equal(await titles('done=false'), 'A');
  t.equal(await titles(`q=${encodeURIComponent('NÄCH B')}`), 'b');
  t.equal(await titles('sort=title'), 'Abc');
  t.equal(await titles('sort=-title'), 'cbA');
  t.equal(await titles('sort=-createdAt'), 'cAb');
  await call(
    'PATCH',
    (await call('GET', '/tasks?q=b&limit=1')).body.map((task: { id: number }) => `/tasks/${task.id}`)[0],
    {
      json: { done: false },
    },
  );
  t.equal(await titles('sort=updatedAt&limit=2'), 'Ac');
  const counted = await call('GET', '/tasks?count=true&limit=1&done=true');
  t.equal(counted.headers['x-total-count'], '1');
});

t.test('200 clients who race leave exactly as many tasks as there may be', async (t) => {
  await app.pg.query('TRUNCATE tasks');
  const responses = await Promise.all(
    Array.from({ length: 200 }, (_, index) => call('POST', '/tasks', { json: { title: `Task ${index}` } })),
  );
  t.equal(responses.filter(({ status }) => status === 201).length, 50);
  const refused = responses.filter(({ status }) => status === 409);
  t.equal(refused.length, 150);
  t.match(refused[0]?.body, { error: 'ConflictError', code: 'task_limit_reached' });
  const { rows } = await app.pg.query(
    'SELECT count(*)::integer AS tasks, (SELECT total FROM task_totals) FROM tasks',
  );
  t.same(rows, [{ tasks: 50, total: 50 }]);

  const [first] = (await call('GET', '/tasks?limit=1')).body;
  t.equal((await call('DELETE', `/tasks/${first.id}`)).status, 204);
  t.equal((await call('DELETE', `/tasks/${first.id}`)).status, 404, 'which frees no second place');
  t.equal((await call('POST', '/tasks', { json: { title: 'In its place' } })).status, 201);
  t.equal((await call('POST', '/tasks', { json: { title: 'One more' } })).status, 409);
});
