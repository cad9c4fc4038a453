import t from 'tap';
import { checks } from '../../conformance/checks/index.ts';
import { runChecks } from '../../conformance/run.ts';
import { answerFaults } from './answer-faults.ts';
import { startFront } from './front.ts';
import { requestFaults } from './request-faults.ts';

const front = await startFront(t);

t.test('the checks have names of their own', async (t) => {
  const names = checks.map(({ name }) => name);
  t.equal(new Set(names).size, names.length);
});

t.test('a service without a fault passes all of them, and keeps no row of theirs', async (t) => {
  const before = await front.tables.totals();
  const { passed, failures } = await runChecks(checks, front.base, front.tables);
  t.same(failures, []);
  t.equal(passed, checks.length + 1);
  t.same(await front.tables.totals(), before);
});

for (const { name, behaviour, caughtBy } of [...requestFaults, ...answerFaults]) {
  t.test(`the gate catches ${name}`, async (t) => {
    front.behave(behaviour());
    // Stray rows show after the checks, whichever these are.
    const wanted = checks.filter(({ name }) => name === caughtBy || name.endsWith('adds no row: a number'));
    const { failures, failed } = await runChecks(wanted, front.base, front.tables);
    front.behave(({ forward }) => forward());
    const caught = failures.find(({ check }) => check === caughtBy);
    t.ok(caught, `failed: ${failures.map(({ check }) => check).join('; ')}`);
    t.equal(failed, failures.length);
    t.not(caught?.got, caught?.expected, 'what was expected differs from what came');
  });
}

t.test('a sample leaves out the count of all rows: others may write meanwhile', async (t) => {
  front.behave(async ({ forward, query }) => {
    await query("INSERT INTO tasks (title) VALUES ('someone else''s')");
    return forward();
  });
  const [check] = checks.filter(({ name }) => name === 'GET /health answers 200');
  const sampled = await runChecks(check ? [check] : [], front.base, front.tables, { sample: 1 });
  t.same([sampled.passed, sampled.failed], [1, 0]);
  const alone = await runChecks(check ? [check] : [], front.base, front.tables);
  t.same([alone.passed, alone.failed], [1, 1]);
});

t.test('a peer that is not there fails each check', async (t) => {
  const some = checks.slice(0, 2);
  const { passed, failures } = await runChecks(some, 'http://127.0.0.1:1', front.tables);
  t.equal(passed, 1, 'it left no row behind');
  t.same(
    failures.map(({ check }) => check),
    some.map(({ name }) => name),
  );
  t.match(failures[0]?.what, /GET \/health: .*ECONNREFUSED/);
});
