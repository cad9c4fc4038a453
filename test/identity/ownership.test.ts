import t from 'tap';
import { newTask, unique } from '../support/builders.ts';
import { atOnce, nextPage, readPages, statusesOf } from '../support/client.ts';
import { acceptingKeys, authenticated, testKey } from '../support/credentials.ts';
import type { LooseJson } from '../support/loose-json.ts';
import { startService } from '../support/service.ts';

const TASKS = ['tasks:read', 'tasks:write'];
const keys = [
  testKey('ada', TASKS),
  testKey('bob', TASKS),
  testKey('boss', [...TASKS, 'tasks:all']),
] as const;
const service = await startService(t, { ...acceptingKeys(...keys), MAX_TASKS: '0' });
const [ada, bob, boss] = keys.map(({ key }) => authenticated(service.call, key));
if (!ada || !bob || !boss) throw new Error('no clients');

const createTask = async (call: typeof ada) => (await call('POST', '/tasks', { json: newTask() })).body;
const idsOf = (rows: readonly LooseJson[]) => rows.map(({ id }) => id);

t.test('the task of another owner does not exist', async (t) => {
  const task = await createTask(ada);
  const url = `/tasks/${task.id}`;
  const etag = String((await ada('GET', url)).headers.etag);
  const json = newTask();
  const conditions: Record<string, string>[] = [
    {},
    { 'if-match': etag },
    { 'if-match': '"0a3f1c5e-9d2b-4c47-8f0e-6b1d2a7c9e35"' },
    { 'if-none-match': '*' },
  ];
  for (const headers of conditions) {
    for (const [method, body] of [['GET'], ['PUT', json], ['PATCH', { done: true }], ['DELETE']] as const) {
      const { status, body: error } = await bob(method, url, { ...(body && { json: body }), headers });
      t.equal(status, 404, `${method} ${JSON.stringify(headers)}`);
      t.equal(error.code, 'task_not_found');
    }
  }
  t.same((await ada('GET', url)).body, task, 'nothing changed');
  t.equal((await ada('PATCH', url, { json: { done: true }, headers: { 'if-match': etag } })).status, 200);
  t.equal((await boss('PATCH', url, { json: { done: false } })).status, 200, 'tasks:all may write it');
  t.equal((await boss('DELETE', url)).status, 204);
});

t.test('lists, searches and totals contain the tasks of the caller', async (t) => {
  const title = unique('Shared');
  const own: Record<string, number[]> = { ada: [], bob: [] };
  for (let n = 0; n < 12; n++) {
    const [name, call] = n % 3 === 0 ? (['bob', bob] as const) : (['ada', ada] as const);
    const { body } = await call('POST', '/tasks', { json: { title: `${title} ${n}`, done: n % 2 === 0 } });
    own[name]?.push(body.id);
  }
  for (const [name, call] of [
    ['ada', ada],
    ['bob', bob],
  ] as const) {
    for (const sort of ['id', 'title', 'createdAt', 'updatedAt']) {
      const query = `/tasks?q=${encodeURIComponent(title)}&sort=${sort}`;
      const rows = await readPages(call, `${query}&limit=2`);
      t.same(
        idsOf(rows).sort((a, b) => a - b),
        own[name],
        `${name} by ${sort}, on pages of two`,
      );
      const { headers } = await call('GET', `${query}&count=true`);
      t.equal(Number(headers['x-total-count']), own[name]?.length);
    }
    const rows = await readPages(call, '/tasks?limit=100&done=true');
    t.ok(idsOf(rows).every((id) => own[name]?.includes(id)));
  }
  const all = idsOf(await readPages(boss, `/tasks?q=${encodeURIComponent(title)}`));
  t.equal(all.length, 12, 'tasks:all sees the tasks of all owners');

  const page = await bob('GET', `/tasks?limit=1&q=${encodeURIComponent(title)}`);
  const stolen = (await ada('GET', nextPage(page))).body;
  t.ok(
    idsOf(stolen).every((id) => own.ada?.includes(id)),
    'a cursor of another caller shows nothing more',
  );
});

t.test('a task that was created without authentication is only visible with tasks:all', async (t) => {
  const { rows } = await service.app.pg.query("INSERT INTO tasks (title) VALUES ('Old') RETURNING id");
  const url = `/tasks/${rows[0].id}`;
  t.same(statusesOf([await ada('GET', url), await bob('GET', url), await boss('GET', url)]), [404, 404, 200]);
});

t.test('equal requests of two callers in one batch have different results', async (t) => {
  const task = await createTask(ada);
  const url = `/tasks/${task.id}`;
  const callers = [ada, bob, boss];
  // All are sent before the first statement ends: with one connection they wait for it, and are one batch.
  const reads = await atOnce(60, (n) => callers[n % 3]?.('GET', url) ?? Promise.reject());
  t.same(statusesOf(reads), Array(20).fill([200, 404, 200]).flat());
  const lists = await atOnce(
    60,
    (n) => callers[n % 3]?.('GET', '/tasks?limit=100&sort=-id&count=true') ?? Promise.reject(),
  );
  for (const [n, { body }] of lists.entries()) t.equal(idsOf(body).includes(task.id), n % 3 !== 1);
  t.not(lists[0]?.headers['x-total-count'], lists[1]?.headers['x-total-count']);
  const writes = await atOnce(
    30,
    (n) => callers[n % 3]?.('PATCH', url, { json: { done: n % 2 === 0 } }) ?? Promise.reject(),
  );
  t.same(statusesOf(writes), Array(10).fill([200, 404, 200]).flat());
  const { items = 0, shared = 0, batches = 0 } = service.app.batching.counts()['tasks.find'] ?? {};
  t.ok(items + shared > 5 * batches, `${items + shared} reads in ${batches} statements`);
});

t.test('a token and a key with the same id are different owners', async (t) => {
  const { rows } = await service.app.pg.query(
    "INSERT INTO tasks (title, owner) VALUES ('Token', 'token:ada') RETURNING id",
  );
  t.equal((await ada('GET', `/tasks/${rows[0].id}`)).status, 404);
});
