// The release before counts tasks with triggers, this one in its statements. Both may run at the same time on one database, also in
// one session: of a pooler, or of the embedded database.
import type { FastifyInstance } from 'fastify';
import t, { type Test } from 'tap';
import { task } from '../../../schemas/task.ts';
import { fingerprintOf } from '../../../src/crud/idempotent-create.ts';
import { repositoryOf } from '../../../src/crud/repository.ts';
import { statementsOf } from '../../../src/crud/statements.ts';
import { type Queryable, transaction } from '../../../src/database/pooled-database.ts';
import { taskLimit } from '../../../src/features/tasks/index.ts';
import { newTask, unique } from '../../support/builders.ts';
import { onServer, testDatabase } from '../../support/database.ts';
import { startService } from '../../support/service.ts';
import { previousStatements } from './previous-release.ts';
import { counted, watched } from './race.ts';

const MAX = 25;
const limit = { counter: 'task_totals', max: MAX };
const releases = {
  current: statementsOf(task, taskLimit(MAX)),
  previous: previousStatements(limit),
  unlimited: statementsOf(task, taskLimit(0)),
};

const environment = await testDatabase(t);
const { app } = await startService(t, environment);
const other = onServer ? (await startService(t, environment)).app : app;

t.beforeEach(() => app.pg.query('DELETE FROM tasks'));

const rows = (count: number) => Array.from({ length: count }, () => ({ item: newTask() }));
const anyVersion = { required: undefined, excluded: undefined };

function repository(main: Queryable, release: keyof typeof releases) {
  return repositoryOf(task, { main, lists: main }, releases[release]);
}

/** Idempotent creates; the names of their keys. */
const keyed = (count: number) =>
  rows(count).map((row) => ({
    ...row,
    key: unique('key').replaceAll(' ', '-'),
    keyOwner: '',
    fingerprint: fingerprintOf(task, row.item),
  }));

const isWritten = ({ status }: { status: string }) => status === 'written';

/** Runs batches of creates, repeated creates, imports and deletes of one release, and returns the number of tasks that they add. */
async function changeTasks(
  t: Test,
  { database, pg }: FastifyInstance,
  release: keyof typeof releases,
): Promise<number> {
  const { createMany, createIdempotentMany, deleteMany } = repository(database, release);
  let added = 0;
  const importRows = (count: number) =>
    transaction(pg.pool, async (client) => {
      const outcomes = await repository(client, release).createMany(rows(count));
      await client.query({ text: 'SELECT FROM jobs' });
      return outcomes;
    });
  const failToImport = (count: number) =>
    transaction(pg.pool, async (client) => {
      await repository(client, release).createMany(rows(count));
      await client.query({ text: 'SELECT 1 / 0' });
    }).then(
      () => t.fail('It does not fail'),
      () => {},
    );
  for (let round = 1; round <= 12; round++) {
    for (const outcomes of [await createMany(rows(round)), await importRows(round)]) {
      const count = outcomes.filter(isWritten).length;
      if (!outcomes.slice(0, count).every(isWritten)) t.fail('Not the first ones are created');
      added += count;
    }
    await failToImport(round);
    const creates = keyed(3);
    for (const outcomes of [await createIdempotentMany(creates), await createIdempotentMany(creates)])
      added += outcomes.filter(
        ({ outcome, isReplayed }) => !isReplayed && outcome?.status === 'written',
      ).length;
    const { rows: found } = await database.query<{ id: number }>({
      text: 'SELECT id FROM tasks ORDER BY random() LIMIT 9',
    });
    added -= (await deleteMany(found.map(({ id }) => ({ id, ...anyVersion })))).filter(isWritten).length;
  }
  return added;
}

t.test('the limit is exact while both releases run', async (t) => {
  const parts = (['current', 'previous'] as const).flatMap((release) => [
    changeTasks(t, app, release),
    changeTasks(t, other, release),
  ]);
  const work = Promise.all(parts);
  await watched(t, { app }, { max: MAX, work });
  const added = (await work).reduce((sum, part) => sum + part, 0);
  t.same(await counted({ app }), { tasks: added, total: added });
  for (const release of ['previous', 'current'] as const) {
    const outcomes = await repository(other.database, release).createMany(rows(MAX + 1));
    const { tasks, total } = await counted({ app });
    t.same([tasks, total], [MAX, MAX], `${release}: the rest of the room is used`);
    t.equal(outcomes.at(-1)?.status, 'conflict');
    const { rows: found } = await app.pg.query<{ id: number }>('SELECT id FROM tasks LIMIT 4');
    await repository(app.database, release).deleteMany(found.map(({ id }) => ({ id, ...anyVersion })));
    t.same(await counted({ app }), { tasks: MAX - 4, total: MAX - 4 }, release);
  }
});

t.test('statements that do not count are counted after one that does, in its transaction', async (t) => {
  await transaction(app.pg.pool, async (client) => {
    const { createMany, deleteMany } = repository(client, 'current');
    const [first] = await createMany(rows(2));
    await client.query({ text: "INSERT INTO tasks (title) VALUES ('other'), ('program')" });
    await client.query({ text: "DELETE FROM tasks WHERE title = 'other'" });
    await client.query({ text: 'SAVEPOINT before_failure' });
    await createMany(rows(3));
    await client.query({ text: 'ROLLBACK TO before_failure' });
    await client.query({ text: "INSERT INTO tasks (title) VALUES ('after failure')" });
    if (first?.status === 'written') await deleteMany([{ id: first.row.id, ...anyVersion }]);
    await repository(client, 'previous').createMany(rows(1));
  });
  t.same(await counted({ app }), { tasks: 4, total: 4 });
});

t.test('changes of other programs, and of instances without a limit, are counted', async (t) => {
  await repository(app.database, 'unlimited').createMany(rows(MAX + 2));
  t.same(await counted({ app }), { tasks: MAX + 2, total: MAX + 2 });
  const [refused] = await repository(app.database, 'current').createMany(rows(1));
  t.same(refused, { status: 'conflict' });
  const { rows: found } = await app.pg.query<{ id: number }>('SELECT id FROM tasks LIMIT 5');
  await repository(app.database, 'unlimited').deleteMany(found.map(({ id }) => ({ id, ...anyVersion })));
  t.same(await counted({ app }), { tasks: MAX - 3, total: MAX - 3 });
  await app.pg.query('TRUNCATE tasks');
  t.same(await counted({ app }), { tasks: 0, total: 0 });
});
