import { spawn } from 'node:child_process';
import { once } from 'node:events';
import t from 'tap';
import { parsePss, pssOfTree } from '../../comparison/proportional-memory.ts';

const rollup = `55d0c0a00000-7ffc1d7fe000 ---p 00000000 00:00 0                          [rollup]
Rss:               61440 kB
Pss:               40961 kB
Pss_Dirty:         30000 kB
Pss_Anon:          29000 kB
Shared_Clean:      20000 kB
SwapPss:               7 kB
`;

t.test('the proportional set size is read, and no field with a similar name', async (t) => {
  t.equal(parsePss(rollup), 40_961 * 1024);
  t.throws(() => parsePss(rollup.replace(/^Pss:.*\n/m, '')), /Not the smaps_rollup/);
});

t.test('the memory of a process includes its descendants', async (t) => {
  const held = 64 * 2 ** 20;
  const grandchild = `const held = Buffer.alloc(${held}, 1); process.stdout.write('ready'); setInterval(() => held.length, 1e6);`;
  const child = `require('child_process').spawn(process.execPath, ['-e', ${JSON.stringify(grandchild)}], { stdio: 'inherit' });`;
  const root = spawn(process.execPath, ['-e', child], {
    stdio: ['ignore', 'pipe', 'inherit'],
    detached: true,
  });
  t.teardown(() => process.kill(-Number(root.pid), 'SIGKILL'));
  await once(root.stdout, 'data');
  const seen = pssOfTree(Number(root.pid));
  t.ok(seen > held && seen < held + 400 * 2 ** 20, `${seen}`);
});

t.test('an exited process has no memory', async (t) => {
  const ended = spawn(process.execPath, ['-e', '']);
  await once(ended, 'exit');
  t.equal(pssOfTree(Number(ended.pid)), 0);
});
