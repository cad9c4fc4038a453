import t from 'tap';
import { createTask, newTask } from '../../support/builders.ts';
import { atOnce, statusesOf } from '../../support/client.ts';
import { startService } from '../../support/service.ts';

const MAX_TASKS = 50;
const { call, app } = await startService(t, { MAX_TASKS: String(MAX_TASKS) });

t.beforeEach(() => app.pg.query('TRUNCATE tasks'));

t.test('a created task has its defaults, a path and two equal times', async (t) => {
  const { title } = newTask();
  const { status, headers, body } = await call('POST', '/tasks', { json: { title } });
  t.equal(status, 201);
  t.match(body, { id: Number, title, description: '', done: false });
  t.equal(body.createdAt, body.updatedAt);
  t.equal(headers.location, `/tasks/${body.id}`);
});

t.test('a task is read in the version that was created', async (t) => {
  const { url, etag, item } = await createTask(call);
  const { body, headers } = await call('GET', url);
  t.same(body, item);
  t.equal(headers.etag, etag);
  t.equal((await call('GET', url, { headers: { 'if-none-match': etag } })).status, 304);
});

t.test('an update changes the fields that it contains, and the time of the last write', async (t) => {
  const { url, item } = await createTask(call, { description: 'In May' });
  const { body } = await call('PATCH', url, { json: { done: true } });
  t.same(body, { ...item, done: true, updatedAt: body.updatedAt });
  t.ok(body.updatedAt >= item.updatedAt);
});

t.test('a replacement sets what the body leaves out to its default', async (t) => {
  const { url } = await createTask(call, { description: 'In May', done: true });
  const { title } = newTask();
  t.match((await call('PUT', url, { json: { title } })).body, { title, description: '', done: false });
});

t.test('a write bound to an earlier version is 412', async (t) => {
  const { url, etag } = await createTask(call);
  await call('PATCH', url, { json: { done: true } });
  for (const [method, json] of [['PUT', newTask()], ['PATCH', {}], ['DELETE']] as const) {
    t.equal((await call(method, url, { json, headers: { 'if-match': etag } })).status, 412, method);
  }
});

t.test('a deleted task is not found by any operation', async (t) => {
  const { url, etag } = await createTask(call);
  t.equal((await call('DELETE', url, { headers: { 'if-match': etag } })).status, 204);
  for (const [method, json] of [['GET'], ['PUT', newTask()], ['PATCH', {}], ['DELETE']] as const) {
    const { status, body } = await call(method, url, { json });
    t.equal(status, 404, method);
    t.match(body, { code: 'task_not_found', message: 'Task not found' });
  }
});

t.test('no response holds the internal note, and no write changes it', async (t) => {
  const json = newTask();
  const created = await call('POST', '/tasks', { json });
  const url = String(created.headers.location);
  await app.pg.query("UPDATE tasks SET internal_note = 'for our eyes only'");
  for (const { text } of [
    created,
    await call('GET', url),
    await call('GET', '/tasks'),
    await call('PUT', url, { json }),
    await call('PATCH', url, { json: { done: true } }),
  ]) {
    t.notMatch(text, /note|eyes/);
  }
  const { rows } = await app.pg.query('SELECT internal_note FROM tasks');
  t.same(rows, [{ internal_note: 'for our eyes only' }]);
});

t.test('tasks are filtered, searched, sorted and counted', async (t) => {
  await createTask(call, { title: 'b', done: true, description: 'Näch b' });
  await createTask(call, { title: 'A', description: 'Näch A' });
  await createTask(call, { title: 'c', done: true, description: 'Näch c' });
  for (const [query, expected] of [
    ['done=true', 'bc'],
    ['done=false', 'A'],
    [`q=${encodeURIComponent('NÄCH B')}`, 'b'],
    ['sort=title', 'Abc'],
    ['sort=-title', 'cbA'],
    ['sort=-createdAt', 'cAb'],
  ] as const) {
    const { body } = await call('GET', `/tasks?${query}`);
    t.equal(body.map(({ title }: { title: string }) => title).join(''), expected, query);
  }
  t.equal((await call('GET', '/tasks?count=true&limit=1&done=true')).headers['x-total-count'], '2');
});

t.test('tasks can be sorted by the time of their last write', async (t) => {
  const first = await createTask(call);
  const second = await createTask(call);
  await app.pg.query("UPDATE tasks SET updated_at = updated_at - interval '1 hour'");
  await call('PATCH', first.url, { json: { done: true } });
  const { body } = await call('GET', '/tasks?sort=updatedAt');
  t.same(
    body.map(({ id }: { id: number }) => id),
    [second.id, first.id],
  );
});

t.test('concurrent creates never exceed the limit, and reach it exactly', async (t) => {
  const responses = await atOnce(200, () => call('POST', '/tasks', { json: newTask() }));
  const refused = responses.filter(({ status }) => status !== 201);
  t.same(new Set(statusesOf(refused)), new Set([409]));
  t.equal(refused.length, 200 - MAX_TASKS);
  t.match(refused[0]?.body, { error: 'ConflictError', code: 'task_limit_reached' });
  const { rows } = await app.pg.query(
    'SELECT count(*)::integer AS tasks, (SELECT total FROM task_totals) FROM tasks',
  );
  t.same(rows, [{ tasks: MAX_TASKS, total: MAX_TASKS }]);
});

t.test('a deleted task makes room for exactly one', async (t) => {
  const tasks = await atOnce(MAX_TASKS, () => createTask(call));
  const deletions = await atOnce(2, () => call('DELETE', String(tasks[0]?.url)));
  t.same(statusesOf(deletions).sort(), [204, 404]);
  const creates = await atOnce(2, () => call('POST', '/tasks', { json: newTask() }));
  t.same(statusesOf(creates).sort(), [201, 409]);
});
