import { messages, PGlite } from '@electric-sql/pglite';
import t from 'tap';
import { startParams } from '../../../src/database/embedded/files.ts';
import { Maintenance } from '../../../src/database/embedded/maintenance.ts';
import { Session } from '../../../src/database/embedded/session.ts';

const SECOND = 1_000;

const database = await PGlite.create({ startParams: startParams(false) });
t.teardown(() => database.close());
const session = new Session(database);

/** Runs a statement like a client. */
function execute(sql: string): void {
  const message = Buffer.from(`Q....${sql}\0`);
  message.writeInt32BE(message.length - 1, 1);
  session.execute(message);
}

const logSize = () =>
  Number(session.query('SELECT pg_current_wal_insert_lsn() - redo_lsn FROM pg_control_checkpoint()')[0]?.[0]);

function tableStatistics(name: string) {
  session.query('SELECT pg_stat_force_next_flush()');
  const [row = []] = session.query(
    `SELECT vacuum_count, analyze_count, pg_relation_size(relid) FROM pg_stat_user_tables WHERE relname = '${name}'`,
  );
  const [vacuums, analyzes, size] = row.map(Number);
  return { vacuums, analyzes, size: size ?? 0 };
}

/** Maintenance that starts on a database that needs none. */
function maintained() {
  let announced = 0;
  const maintenance = new Maintenance(session, () => void announced++);
  for (let now = 0; now < 60; now++) maintenance.tick(now * SECOND);
  announced = 0;
  return { maintenance, announced: () => announced };
}

t.test('a quiet session is vacuumed and analysed, and its files stop growing', async (t) => {
  execute('CREATE TABLE hot (id integer PRIMARY KEY, n integer)');
  execute('INSERT INTO hot SELECT n, 0 FROM generate_series(1, 1000) AS n');
  const { maintenance } = maintained();
  const sizes: number[] = [];
  for (let round = 1; round <= 5; round++) {
    for (let turn = 0; turn < 5; turn++) execute('UPDATE hot SET n = n + 1');
    maintenance.tick((100 * round + 1) * SECOND);
    for (let second = 2; second < 30; second++) maintenance.tick((100 * round + second) * SECOND);
    sizes.push(tableStatistics('hot').size);
  }
  t.equal(sizes.at(-1), sizes[1], `the sizes are ${sizes}`);
  const { vacuums = 0, analyzes = 0 } = tableStatistics('hot');
  t.ok(vacuums >= 5 && analyzes >= 5, `${vacuums} vacuums, ${analyzes} analyses`);
});

t.test('a table that only grows is analysed', async (t) => {
  execute('CREATE TABLE growing (id integer)');
  execute('INSERT INTO growing SELECT generate_series(1, 900)');
  const { analyzes = 0 } = tableStatistics('growing');
  t.equal(analyzes, 0);
  maintained();
  t.match(tableStatistics('growing'), { analyzes: 1, vacuums: 0 });
});

t.test('a busy session is not interrupted for a minute', async (t) => {
  execute('CREATE TABLE busy (id integer PRIMARY KEY, n integer)');
  execute('INSERT INTO busy SELECT n, 0 FROM generate_series(1, 1000) AS n');
  const { maintenance } = maintained();
  const { vacuums: before = 0 } = tableStatistics('busy');
  const seen: number[] = [];
  for (let second = 60; second < 140; second++) {
    execute('UPDATE busy SET n = n + 1');
    maintenance.tick(second * SECOND);
    seen.push((tableStatistics('busy').vacuums ?? 0) - before);
  }
  t.equal(seen[50], 0, 'not yet');
  t.ok((seen.at(-1) ?? 0) > 0, 'not forever');
});

t.test('the size of the write-ahead log is limited, also while the session is busy', async (t) => {
  execute('CREATE TABLE wide (n integer, text text)');
  const { maintenance, announced } = maintained();
  let largest = 0;
  for (let second = 100; second < 130; second++) {
    execute("INSERT INTO wide SELECT n, repeat('x', 1000) FROM generate_series(1, 4000) AS n");
    maintenance.tick(second * SECOND);
    largest = Math.max(largest, logSize());
  }
  t.ok(largest < 96 * 2 ** 20, `${largest} bytes`);
  t.ok(announced() > 0);
  execute("INSERT INTO wide SELECT n, repeat('x', 1000) FROM generate_series(1, 20000) AS n");
  for (let second = 300; second < 330; second++) maintenance.tick(second * SECOND);
  t.ok(logSize() < 16 * 2 ** 20, 'the log of a quiet session is short');
});

t.test('maintenance does not run during a transaction', async (t) => {
  execute('INSERT INTO growing SELECT generate_series(1, 5000)');
  execute('BEGIN');
  const { maintenance, announced } = maintained();
  t.equal(announced(), 0);
  execute('ROLLBACK');
  maintenance.tick(1000 * SECOND);
  maintenance.tick(1001 * SECOND);
  t.ok(announced() > 0);
});

t.test('a failed task is retried after a minute', async (t) => {
  const { maintenance } = maintained();
  execute('SELECT 1');
  maintenance.tick(100 * SECOND);
  const failure = new messages.DatabaseError('No space left on device', 0, 'error');
  const query = t.capture(session, 'query', () => {
    throw failure;
  });
  t.equal(maintenance.tick(111 * SECOND), failure);
  maintenance.tick(112 * SECOND);
  maintenance.tick(170 * SECOND);
  t.equal(query().length, 1);
  t.equal(maintenance.tick(172 * SECOND), failure);
});

t.test('any other failure ends the thread', async (t) => {
  const { maintenance } = maintained();
  execute('SELECT 1');
  maintenance.tick(100 * SECOND);
  t.capture(session, 'query', () => {
    throw new TypeError('unexpected');
  });
  t.throws(() => maintenance.tick(111 * SECOND), { message: 'unexpected' });
});
