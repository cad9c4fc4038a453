import t from 'tap';
import { nodeVersion, runsOn } from '../../lib/node-version.ts';

t.test('versions have one to three numbers', async (t) => {
  for (const text of ['26', '22.12', '20.19.5']) t.equal(nodeVersion(text), text);
  for (const text of ['', 'v26', 'latest', '26.', '1.2.3.4', '26 --force'])
    t.throws(() => nodeVersion(text), { name: 'UsageError', message: /--node must be a version/ }, text);
});

t.test('a release belongs to its version, and to no other with the same beginning', async (t) => {
  t.ok(runsOn('20', '20.19.5'));
  t.ok(runsOn('20.19', '20.19.5'));
  t.ok(runsOn('20.19.5', '20.19.5'));
  t.notOk(runsOn('2', '20.19.5'));
  t.notOk(runsOn('20.1', '20.19.5'));
});
