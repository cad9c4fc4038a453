import t from 'tap';
import { failureLines } from '../../conformance/report.ts';

t.test('each failure is one line that names the peer, the check and what failed', async (t) => {
  const failure = { check: 'it starts', what: 'npm start exited with 1:\nits output', expected: '', got: '' };
  t.same(
    failureLines([
      { name: 'gin', failures: [] },
      { name: 'express', failures: [failure, { ...failure, check: 'it stops', what: 'the process' }] },
    ]),
    ['express: FAILED it starts: npm start exited with 1:', 'express: FAILED it stops: the process'],
  );
});
