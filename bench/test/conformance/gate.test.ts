import t from 'tap';
import { checks } from '../../conformance/checks/index.ts';
import { runChecks } from '../../conformance/run.ts';
import { startFront } from './front.ts';
import { requestFaults } from './request-faults.ts';
import { responseFaults } from './response-faults.ts';

const front = await startFront(t);

t.test('the checks have unique names', async (t) => {
  const names = checks.map(({ name }) => name);
  t.equal(new Set(names).size, names.length);
});

t.test('a service without a fault passes all checks, and keeps none of their rows', async (t) => {
  const before = await front.tables.totals();
  const { passed, failures } = await runChecks(checks, front.base, front.tables);
  t.same(failures, []);
  t.equal(passed, checks.length + 1);
  t.same(await front.tables.totals(), before);
});

for (const { name, behaviour, caughtBy } of [...requestFaults, ...responseFaults]) {
  t.test(`the gate catches ${name}`, async (t) => {
    front.behave(behaviour());
    // Stray rows are found after any checks.
    const wanted = checks.filter(({ name }) => name === caughtBy || name.endsWith('adds no row: a number'));
    const { failures, failed } = await runChecks(wanted, front.base, front.tables);
    front.behave(({ forward }) => forward());
    const caught = failures.find(({ check }) => check === caughtBy);
    t.ok(caught, `failed: ${failures.map(({ check }) => check).join('; ')}`);
    t.equal(failed, failures.length);
    t.not(caught?.got, caught?.expected, 'the expected value differs from the actual one');
  });
}

t.test('a sample skips the count of all rows, because others may write', async (t) => {
  front.behave(async ({ forward, query }) => {
    await query("INSERT INTO tasks (title) VALUES ('someone else''s')");
    return forward();
  });
  const [check] = checks.filter(({ name }) => name === 'GET /health returns 200');
  const sampled = await runChecks(check ? [check] : [], front.base, front.tables, { sample: 1 });
  t.same([sampled.passed, sampled.failed], [1, 0]);
  const alone = await runChecks(check ? [check] : [], front.base, front.tables);
  t.same([alone.passed, alone.failed], [1, 1]);
});

t.test('an unreachable peer fails each check', async (t) => {
  const some = checks.slice(0, 2);
  const { passed, failures } = await runChecks(some, 'http://127.0.0.1:1', front.tables);
  t.equal(passed, 1, 'it created no row');
  t.same(
    failures.map(({ check }) => check),
    some.map(({ name }) => name),
  );
  t.match(failures[0]?.what, /GET \/health: .*ECONNREFUSED/);
});
