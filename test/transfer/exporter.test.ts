import t from 'tap';
import { DatabaseUnavailable } from '../../src/database/failures.ts';
import { type ExportSource, readRows, started } from '../../src/transfer/exporter.ts';

/** A pool with one client, which records its statements; `FETCH` returns these groups, or fails. */
function poolOf(groups: readonly (readonly object[] | Error)[]) {
  const sent: string[] = [];
  const released: unknown[] = [];
  const rest = [...groups];
  const client = {
    async query(statement: string | { text: string }) {
      const text = typeof statement === 'string' ? statement : statement.text;
      sent.push(text);
      if (!text.startsWith('FETCH')) return { rows: [] };
      const rows = rest.shift() ?? [];
      if (rows instanceof Error) throw rows;
      return { rows };
    },
    release: (isBroken: unknown) => released.push(isBroken),
  };
  const source = {
    pool: { connect: async () => client },
    all: () => ({ text: 'SELECT 1', values: [] }),
  } as unknown as ExportSource;
  return { source, sent, released };
}

const group = (size: number) => Array.from({ length: size }, (_, id) => ({ id }));

t.test('a snapshot is read with a cursor until its end', async (t) => {
  const { source, sent, released } = poolOf([group(1_000), group(1_000), group(3)]);
  let count = 0;
  for await (const rows of await started(readRows(source, {}))) count += rows.length;
  t.equal(count, 2_003);
  t.match(sent, [
    /^BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY$/,
    /^SET LOCAL/,
    /^DECLARE export/,
    /^FETCH/,
    /^FETCH/,
    /^FETCH/,
    /^ROLLBACK$/,
  ]);
  t.same(released, [false]);
});

t.test('an export without rows is empty', async (t) => {
  const { source, released } = poolOf([]);
  for await (const _ of await started(readRows(source, {}))) t.fail('there is a row');
  t.same(released, [false]);
});

t.test('a reader that returns early frees the connection', async (t) => {
  const { source, sent, released } = poolOf([group(1_000), group(1_000)]);
  for await (const rows of await started(readRows(source, {}))) {
    t.equal(rows.length, 1_000);
    break;
  }
  t.equal(sent.at(-1), 'ROLLBACK');
  t.same(released, [false]);
});

t.test('a failure is an error, and its connection is not used again', async (t) => {
  const broken = Object.assign(new Error('Connection terminated unexpectedly'));
  const { source, released } = poolOf([group(1_000), broken]);
  const groups = await started(readRows(source, {}));
  await t.rejects(async () => {
    for await (const rows of groups) t.equal(rows.length, 1_000);
  }, DatabaseUnavailable);
  t.same(released, [true]);
});

t.test('without a connection, the export fails before its first row', async (t) => {
  const pool = { connect: () => Promise.reject(new Error('connect ECONNREFUSED')) };
  const source = { ...poolOf([]).source, pool } as unknown as ExportSource;
  await t.rejects(started(readRows(source, {})), DatabaseUnavailable);
});
