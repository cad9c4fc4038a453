import { type ChildProcess, spawn } from 'node:child_process';
import { mkdir, readdir, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import t, { type Test } from 'tap';
import { temporaryFolder } from '../support/database.ts';
import { until } from '../support/until.ts';

/** Leaves its process id in the folder. */
const STAND_IN = `
  const { writeFileSync } = require('node:fs');
  writeFileSync('pids/' + process.pid, '');
  setInterval(() => {}, 1_000);`;

/** Starts the script below a shell, or in its place, in a folder whose compiler and service only stand in for the real ones. */
async function startDev(
  t: Test,
  command: string,
): Promise<{ shell: ChildProcess; pids(): Promise<number[]> }> {
  const folder = await temporaryFolder(t);
  const service = join(folder, 'dist', 'src');
  const compiler = join(folder, 'node_modules', 'typescript', 'bin');
  for (const path of [service, compiler, join(folder, 'pids')]) await mkdir(path, { recursive: true });
  await writeFile(join(service, 'server.js'), STAND_IN);
  await writeFile(join(compiler, 'native.js'), STAND_IN);
  // As TypeScript does: what compiles is a process of its own, which does not end with the one that started it.
  await writeFile(
    join(compiler, 'tsc'),
    `require('node:child_process').execFileSync(process.execPath, [require('node:path').join(__dirname, 'native.js')]);`,
  );
  const shell = spawn('sh', ['-c', command, process.execPath, resolve('scripts/dev.mjs')], {
    cwd: folder,
    stdio: 'ignore',
    detached: true,
  });
  const pids = async () => (await readdir(join(folder, 'pids'))).map(Number);
  t.teardown(async () => {
    for (const pid of [shell.pid ?? 0, ...(await pids())].filter(isRunning)) process.kill(pid, 'SIGKILL');
  });
  await until(async () => (await pids()).length === 2, 'The compiler and the service do not start');
  return { shell, pids };
}

function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

const BELOW = '"$0" "$1"; exit';
const IN_ITS_PLACE = 'exec "$0" "$1"';

for (const [how, command, end] of [
  ['Ctrl-C ends everything', BELOW, ({ pid = 0 }: ChildProcess) => process.kill(-pid, 'SIGINT')],
  ['SIGTERM ends everything', IN_ITS_PLACE, (script: ChildProcess) => script.kill('SIGTERM')],
  ['everything ends with its parent', BELOW, (shell: ChildProcess) => shell.kill('SIGKILL')],
] as const) {
  t.test(how, async (t) => {
    const { shell, pids } = await startDev(t, command);
    const started = await pids();
    end(shell);
    await until(() => !started.some(isRunning), 'Something still runs');
    t.equal((await pids()).length, 2);
  });
}
