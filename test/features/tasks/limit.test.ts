import { readFile } from 'node:fs/promises';
import t, { type Test } from 'tap';
import { song } from '../../../schemas/song.ts';
import { recount } from '../../../src/crud/row-limit.ts';
import { statementsOf } from '../../../src/crud/statements.ts';
import { createTask, newTask } from '../../support/builders.ts';
import { atOnce, statusesOf } from '../../support/client.ts';
import { onServer, testDatabase } from '../../support/database.ts';
import { startService } from '../../support/service.ts';
import { until } from '../../support/until.ts';
import { counted, type Instance, raceToLimit } from './race.ts';

const MAX_TASKS = 30;
const limit = { counter: 'task_totals', max: MAX_TASKS };

/** The instances of a database: two on a server; the embedded database has one. */
async function startInstances(t: Test): Promise<[Instance, ...Instance[]]> {
  const environment = { ...(await testDatabase(t)), MAX_TASKS: String(MAX_TASKS) };
  const first = await startService(t, environment);
  await first.app.pg.query('DELETE FROM tasks');
  return onServer ? [first, await startService(t, environment)] : [first];
}

t.test('the limit is exact while tasks are created, imported and deleted', async (t) => {
  await raceToLimit(t, await startInstances(t), MAX_TASKS);
});

t.test('the limit is exact without the triggers, which the next release drops', async (t) => {
  const instances = await startInstances(t);
  const decision = await readFile('docs/decisions/014-task-counter.md', 'utf8');
  const [, contract = ''] = /```sql\n(DROP TRIGGER[^`]+)```/.exec(decision) ?? [];
  await instances[0].app.pg.query(contract);
  const { rows } = await instances[0].app.pg.query(
    `SELECT tgname FROM pg_trigger WHERE tgrelid = 'tasks'::regclass AND tgname NOT LIKE 'tasks_recorded_%'
     UNION ALL SELECT proname FROM pg_proc WHERE proname IN ('count_created_tasks', 'setlist_is_counted')`,
  );
  t.same(rows, []);
  await raceToLimit(t, instances, MAX_TASKS);
});

t.test('a limit below the number of tasks refuses creates until there is room', async (t) => {
  const environment = await testDatabase(t);
  const { app, call } = await startService(t, { ...environment, MAX_TASKS: '0' });
  await app.pg.query('DELETE FROM tasks');
  const tasks = await atOnce(5, () => createTask(call));
  await app.close();
  const lower = await startService(t, { ...environment, MAX_TASKS: '3' });
  const create = () => lower.call('POST', '/tasks', { json: newTask() });
  for (const { url } of tasks.slice(0, 3)) {
    t.equal((await create()).status, 409);
    await lower.call('DELETE', url);
  }
  t.equal((await create()).status, 201);
  t.equal((await create()).status, 409);
});

t.test('a scheduled job corrects a wrong counter', async (t) => {
  const environment = { ...(await testDatabase(t)), MAX_TASKS: '3' };
  const { app, call, log } = await startService(t, environment, { queueTiming: { poll: 50 } });
  const runJob = () => app.pg.query("INSERT INTO pgboss.job (name) VALUES ('task-counter')");
  const isDone = async () =>
    (await app.pg.query("SELECT FROM pgboss.job WHERE name = 'task-counter' AND state = 'completed'")).rows
      .length;
  await app.pg.query('DELETE FROM tasks');
  await app.pg.query('ALTER TABLE tasks DISABLE TRIGGER USER');
  await app.pg.query("INSERT INTO tasks (title) SELECT 'unnoticed' FROM generate_series(1, 2)");
  t.same(await counted({ app }), { tasks: 2, total: 0 });
  await runJob();
  await until(async () => (await counted({ app })).total === 2, 'The counter is not corrected');
  t.same(statusesOf(await atOnce(2, () => call('POST', '/tasks', { json: newTask() }))).sort(), [201, 409]);
  await until(async () => (await isDone()) >= 1, 'The job does not end');
  await runJob();
  await until(async () => (await isDone()) >= 2, 'The second job does not end');
  const warnings = log.filter(({ msg }) => msg === 'The number of tasks was wrong and is corrected');
  t.match(warnings, [{ counted: 0, rows: 2 }]);
  t.equal(warnings.length, 1, 'only if it was wrong');
});

t.test('a correction counts concurrent creates and deletes exactly', async (t) => {
  const instances = await startInstances(t);
  const [{ app, call }] = instances;
  for (let round = 0; round < 20; round++) {
    const tasks = await atOnce(10, () => createTask(call));
    await app.pg.query('UPDATE task_totals SET total = total + $1', [(round % 5) - 2]);
    await Promise.all([
      ...instances.flatMap(({ app, call }, index) => [
        recount(app.pg.pool, 'tasks', limit),
        ...tasks.slice(5 * index, 5 * index + 5).map(({ url }) => call('DELETE', url)),
        ...Array.from({ length: 5 }, () => call('POST', '/tasks', { json: newTask() })),
      ]),
    ]);
    const { tasks: rows, total } = await counted({ app });
    t.equal(total, rows, `round ${round}`);
    await app.pg.query('DELETE FROM tasks');
  }
});

t.test('unique rows cannot have a limit', async (t) => {
  t.throws(
    () => statementsOf(song, limit),
    new TypeError('The rows of songs are unique and cannot have a limit'),
  );
});
