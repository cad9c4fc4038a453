import { type ChildProcess, spawn } from 'node:child_process';
import { mkdir, readdir, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import t, { type Test } from 'tap';
import { temporaryFolder } from '../support/database.ts';
import { until } from '../support/until.ts';

/** A process that writes its id to the folder. */
const STAND_IN = `
  const { writeFileSync } = require('node:fs');
  writeFileSync('pids/' + process.pid, '');
  setInterval(() => {}, 1_000);`;

/** Starts the script as a child of a shell, or in its place, in a folder with a fake compiler and service. */
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
  // Like TypeScript: the compiler is a child process that does not exit with its parent.
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

const AS_CHILD = '"$0" "$1"; exit';
const IN_ITS_PLACE = 'exec "$0" "$1"';

for (const [how, command, end] of [
  ['Ctrl-C stops all processes', AS_CHILD, ({ pid = 0 }: ChildProcess) => process.kill(-pid, 'SIGINT')],
  ['SIGTERM stops all processes', IN_ITS_PLACE, (script: ChildProcess) => script.kill('SIGTERM')],
  ['all processes exit with their parent', AS_CHILD, (shell: ChildProcess) => shell.kill('SIGKILL')],
] as const) {
  t.test(how, async (t) => {
    const { shell, pids } = await startDev(t, command);
    const started = await pids();
    end(shell);
    await until(() => !started.some(isRunning), 'A process still runs');
    t.equal((await pids()).length, 2);
  });
}
