import t from 'tap';
import { type Report, reportProblems, type Stage } from './report.ts';

const first: Stage = { phases: ['examples', 'fuzzing'], reachesAll: true };
const scenarios: Stage = { phases: ['stateful'], reachesAll: false };

const clean: Report = {
  stop_reason: 'completed',
  complete: true,
  operations: { total: 2, tested: 2, errored: 0, skipped: 0 },
  phases: {
    examples: { status: 'success' },
    fuzzing: { status: 'success' },
    stateful: { status: 'success' },
  },
  test_cases: { generated: 10, with_failures: 0, errored: 0 },
  failures: [],
  errors: [],
  warnings: { missing_test_data: [], validation_mismatch: [] },
};

t.test('a clean run has no problems', async (t) => {
  t.same(reportProblems(first, clean, 0, 200), []);
  t.same(reportProblems(scenarios, clean, 200, 200), []);
});

t.test('each deviation from a clean run is a problem', async (t) => {
  for (const [stage, part, message] of [
    [
      first,
      { failures: [{ title: 'Server error', operations: ['GET /songs'] }] },
      /Server error: GET \/songs/,
    ],
    [first, { errors: [{ message: 'x' }] }, /an error/],
    [first, { warnings: { missing_test_data: ['GET /songs'] } }, /a warning, missing_test_data/],
    [first, { operations: { ...clean.operations, tested: 1 } }, /only 1 of 2 operations/],
    [first, { phases: { ...clean.phases, fuzzing: { status: 'skip' } } }, /fuzzing ended with skip/],
    [first, { phases: { examples: { status: 'success' } } }, /fuzzing ended with undefined/],
    [first, { complete: false, stop_reason: 'interrupted' }, /stopped early: interrupted/],
    [scenarios, {}, /only 30 scenarios instead of 200/],
  ] as const) {
    const problems = reportProblems(stage, { ...clean, ...part } as Report, 30, 200);
    t.equal(problems.length, 1);
    t.match(problems[0], message);
  }
});
