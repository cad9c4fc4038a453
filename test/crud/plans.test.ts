import type { QueryResultRow } from 'pg';
import t from 'tap';
import { song } from '../../schemas/song.ts';
import { task } from '../../schemas/task.ts';
import { batched } from '../../src/crud/batched.ts';
import { repositoryOf } from '../../src/crud/repository.ts';
import { statementsOf } from '../../src/crud/statements.ts';
import { Batching } from '../../src/database/batching/batching.ts';
import type { PooledDatabase, Queryable, Statement } from '../../src/database/pooled-database.ts';
import { StoredEvents } from '../../src/events/stored-events.ts';
import { taskLimit } from '../../src/features/tasks/index.ts';
import { MISSING_ID, newSong, newTask } from '../support/builders.ts';
import { startService } from '../support/service.ts';

// Without the timeout of the driver: the test creates many rows.
const { app } = await startService(t, { REQUEST_DEADLINE_MS: '120000' });
const client = await app.pg.pool.connect();
t.teardown(() => client.release(true));

/** The statements of the repositories, prepared and run once on the connection, and named by their order. */
const prepared: Statement[] = [];
const preparing: Queryable = {
  async query<Row extends QueryResultRow>(statement: Statement) {
    prepared.push(statement);
    return client.query<Row>({ ...statement, name: `p${prepared.length - 1}` });
  },
};
const databases = { main: preparing, lists: preparing };
const batching = new Batching({ enabled: false, connections: 1, listConnections: 1 });
const songRepository = repositoryOf(song, databases);
const taskRepository = repositoryOf(task, databases, statementsOf(task, taskLimit(1_000_000)));
const songs = batched(song, songRepository, batching);
const tasks = batched(task, taskRepository, batching);
const events = new StoredEvents({ listDatabase: preparing as PooledDatabase, batching }, []);

const literal = (value: unknown): string => {
  if (value === null || value === undefined) return 'NULL';
  return `'${Array.isArray(value) ? `{${value.map(element).join()}}` : value}'`;
};
const element = (item: unknown): unknown =>
  Buffer.isBuffer(item) ? `"\\\\x${item.toString('hex')}"` : (item ?? 'NULL');

/** The current plan of a prepared statement. */
async function plan({ values = [] }: Statement, index: number): Promise<string> {
  const list = values.length === 0 ? '' : `(${values.map(literal).join()})`;
  const { rows } = await client.query(`EXPLAIN EXECUTE p${index} ${list}`);
  return rows.map((row) => row['QUERY PLAN']).join('\n');
}

t.test(
  'statements that were planned on a nearly empty table use its indexes once it has grown',
  async (t) => {
    await client.query('SET statement_timeout = 0');
    await client.query('SET plan_cache_mode = force_generic_plan');
    for (const table of ['songs', 'tasks', 'idempotency_keys', 'change_sets'])
      await client.query(`ALTER TABLE ${table} SET (autovacuum_enabled = off)`);

    const keyed = { key: 'first', keyOwner: '', fingerprint: Buffer.alloc(32) };
    const one = { id: MISSING_ID, required: undefined, excluded: undefined };
    await songs.create({ item: newSong() });
    await songs.createIdempotent({ ...keyed, item: newSong() });
    await songs.find(one);
    await songs.update({ ...one, patch: { year: 2015 } });
    await songs.delete(one);
    await tasks.create({ item: newTask() });
    await tasks.createIdempotent({ ...keyed, key: 'second', item: newTask() });
    await tasks.find(one);
    await tasks.update({ ...one, patch: { done: true } });
    await tasks.delete(one);
    for (const sort of [
      'id',
      '-id',
      'song',
      '-song',
      'artist',
      '-artist',
      'year',
      '-year',
      'createdAt',
    ] as const) {
      for (const cursor of [undefined, '3.UGluaw.UGluaw.2000.1795158515123']) {
        for (const filter of [{}, { song: 'Euclid' }, { artist: 'Ghost' }, { year: 2016 }]) {
          const query = { ...filter, sort, limit: 20, ...(cursor && { cursor }) };
          await songs.list(query);
          for (const limit of [20, 100]) await songRepository.listMany([query, { ...query, limit }]);
        }
      }
    }
    for (const sort of ['id', '-id', 'title', '-createdAt', 'updatedAt'] as const) {
      for (const cursor of [undefined, '3.UGluaw.1795158515123.1795158515123']) {
        for (const filter of [{}, { done: false }]) {
          const query = { ...filter, sort, limit: 20, ...(cursor && { cursor }) };
          await tasks.list(query);
          for (const limit of [20, 100]) await taskRepository.listMany([query, { ...query, limit }]);
        }
      }
    }
    for (const filter of [{ song: 'Euclid' }, { artist: 'Ghost' }, { year: 2016 }])
      await songs.count({ ...filter, limit: 20 });
    await events.head(undefined);
    await events.after('3-00000000');

    for (let last = 10_000; last <= 100_000; last += 10_000) {
      await client.query(
        `INSERT INTO songs (song, artist, year)
       SELECT 'Song ' || n, 'Artist ' || n % 1000, 1900 + n % 120 FROM generate_series($1::integer - 9999, $1) AS n`,
        [last],
      );
      await client.query(
        "INSERT INTO tasks (title) SELECT 'Task ' || n FROM generate_series($1::integer - 9999, $1) AS n",
        [last],
      );
      await client.query(
        `INSERT INTO idempotency_keys (owner, key, fingerprint)
       SELECT '', n, decode(repeat('00', 32), 'hex') FROM generate_series($1::integer - 9999, $1) AS n`,
        [last],
      );
    }

    await client.query('SELECT setlist_number_changes(1000000)');

    const checkPlans = async (isChecked: (statement: Statement) => boolean) => {
      for (const [index, statement] of prepared.entries()) {
        if (!isChecked(statement)) continue;
        const used = await plan(statement, index);
        t.notMatch(
          used,
          /Seq Scan on (songs|tasks|idempotency_keys|change_sets)\b/,
          `${statement.text.trim()}\n${used}`,
        );
        t.notMatch(used, /^JIT:/m, `${statement.text.trim()}\n${used}`);
      }
    };
    // Several lists in one statement depend on it that connections discard their plans every few seconds.
    await checkPlans(({ text }) => !text.includes('longest AS MATERIALIZED'));
    for (const statistics of ['without', 'with']) {
      await client.query(
        statistics === 'with' ? 'ANALYZE songs, tasks, idempotency_keys, change_sets' : 'DISCARD PLANS',
      );
      for (const mode of ['force_generic_plan', 'force_custom_plan']) {
        await client.query(`SET plan_cache_mode = ${mode}`);
        await checkPlans(() => true);
      }
    }
  },
);
