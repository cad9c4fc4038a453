import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import { temporaryFolder } from '../../../test/support/database.ts';
import { until } from '../../../test/support/until.ts';
import type { Peer } from '../../lib/peer-manifest.ts';
import { missingPrograms, preparePeer, startPeer } from '../../lib/peer-process.ts';
import { isAlive } from '../../lib/processes.ts';

/** A server with a child process; both write their process ids to files. */
const program = (onTerm: string) => `
  import { spawn } from 'node:child_process';
  import { createServer } from 'node:http';
  import { writeFileSync } from 'node:fs';
  const child = spawn(process.execPath, ['-e', 'process.on("SIGTERM", () => {}); setInterval(() => {}, 1000)'], { stdio: 'inherit' });
  writeFileSync('seen.json', JSON.stringify({ pids: [process.pid, child.pid], env: process.env }));
  console.log('hello');
  process.on('SIGTERM', () => { ${onTerm} });
  createServer((request, response) => response.end('{"status":"ok"}')).listen(process.env.PORT, process.env.HOST);
`;

async function peer(t: Test, script: string, changes: Partial<Peer> = {}): Promise<Peer> {
  const folder = await temporaryFolder(t);
  await writeFile(join(folder, 'server.mjs'), script);
  return {
    name: 'fake',
    folder,
    title: 'Fake',
    language: 'JavaScript',
    lane: 'one query a request',
    toolchain: ['node'],
    prepare: [],
    start: [process.execPath, 'server.mjs'],
    environment: { OWN: 'setting' },
    sources: ['*.mjs'],
    ...changes,
  };
}

async function seen({ folder }: Peer): Promise<{ pids: number[]; env: Record<string, string> }> {
  return JSON.parse(await readFile(join(folder, 'seen.json'), 'utf8'));
}

const options = ({ folder }: Peer) => ({ databaseUrl: 'postgres://nowhere/', logFile: join(folder, 'log') });

t.test('a peer gets the environment of the contract, and nothing of the current environment', async (t) => {
  process.env.SECRET_OF_THE_TESTS = '1';
  const fake = await peer(t, program("child.kill('SIGKILL'); process.exit()"));
  const server = await startPeer(fake, { ...options(fake), workers: 3, poolMax: 7 });
  const { env, pids } = await seen(fake);
  t.match(env, {
    HOST: '127.0.0.1',
    PORT: new URL(server.base).port,
    DATABASE_URL: 'postgres://nowhere/',
    WORKERS: '3',
    POOL_MAX: '7',
    MAX_TASKS: '0',
    NODE_ENV: 'production',
    OWN: 'setting',
  });
  t.notOk('SECRET_OF_THE_TESTS' in env);
  t.equal(server.pid, pids[0]);
  t.ok(server.startUp > 0);
  t.same(await server.stop(), { inTime: true });
  t.same(pids.filter(isAlive), []);
  t.match(await readFile(options(fake).logFile, 'utf8'), 'hello');
});

t.test('a peer that does not exit with all its processes is killed and reported', async (t) => {
  for (const onTerm of ['process.exit()', '']) {
    const fake = await peer(t, program(onTerm));
    const server = await startPeer(fake, { ...options(fake), stopDeadline: 1_000 });
    const { pids } = await seen(fake);
    t.same(await server.stop(), { inTime: false });
    t.same(pids.filter(isAlive), []);
  }
});

t.test('a peer that exits before SIGTERM is reported', async (t) => {
  const fake = await peer(t, program(''));
  const server = await startPeer(fake, options(fake));
  const { pids } = await seen(fake);
  for (const pid of pids) process.kill(pid, 'SIGKILL');
  await until(() => !isAlive(server.pid), 'The server still runs');
  t.same(await server.stop(), { inTime: false });
});

t.test('the error of a failed start contains the output', async (t) => {
  const fake = await peer(t, "console.error('no such table'); process.exit(3);");
  await t.rejects(startPeer(fake, options(fake)), { message: /exited with 3:\nno such table$/ });
  const absent = await peer(t, '', { start: ['setlist-no-such-program'] });
  await t.rejects(startPeer(absent, options(absent)), { message: /ENOENT/ });
});

t.test('an interruption aborts a start', async (t) => {
  const fake = await peer(t, 'setInterval(() => {}, 1000);');
  const controller = new AbortController();
  const started = startPeer(fake, { ...options(fake), signal: controller.signal });
  setTimeout(() => controller.abort(new Error('enough')), 200);
  await t.rejects(started, { message: 'enough' });
});

t.test('an interruption aborts a preparation, with all its processes', async (t) => {
  const fake = await peer(t, program('process.exit()'), { prepare: [[process.execPath, 'server.mjs']] });
  const controller = new AbortController();
  const log = join(fake.folder, 'prepare.log');
  const prepared = preparePeer(fake, log, controller.signal);
  const rejected = t.rejects(prepared, { message: 'enough' });
  await until(
    async () => (await readFile(log, 'utf8').catch(() => '')).includes('hello'),
    'It does not start',
  );
  controller.abort(new Error('enough'));
  await rejected;
  const { pids } = await seen(fake);
  t.same(pids.filter(isAlive), []);
});

t.test('the preparation runs in order, in the folder, and stops at the first failure', async (t) => {
  const step = (script: string) => [process.execPath, '-e', script];
  const fake = await peer(t, '', {
    prepare: [
      step("require('fs').writeFileSync('one', '1')"),
      step("require('fs').readFileSync('one'); console.log('built so far'); process.exit(4)"),
      step("require('fs').writeFileSync('three', '3')"),
    ],
  });
  const log = join(fake.folder, 'prepare.log');
  await t.rejects(preparePeer(fake, log), { message: /^fake: .* exited with 4:\n[\s\S]*built so far$/ });
  await t.rejects(readFile(join(fake.folder, 'three')), { code: 'ENOENT' });
});

t.test('missing programs are named', async (t) => {
  t.same(missingPrograms({ toolchain: ['node', 'setlist-no-such-program'] }), ['setlist-no-such-program']);
  t.same(missingPrograms({ toolchain: ['node'] }), []);
});
