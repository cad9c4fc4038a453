// Compiles on each change and restarts the service. On a signal, and when the parent process (such as npm) exits, it
// ends both and all their child processes.
import { spawn } from 'node:child_process';

/** The interval of checks for the parent process, and the time for the children to exit, in milliseconds. */
const PARENT_INTERVAL = 500;
const END_DEADLINE = 15_000;

// Process groups: the compiler and Node's watcher start processes that do not exit with them.
const start = (/** @type {string[]} */ ...parameters) =>
  spawn(process.execPath, parameters, { stdio: ['ignore', 'inherit', 'inherit'], detached: true });
const children = [
  start('node_modules/typescript/bin/tsc', '-p', 'tsconfig.build.json', '--watch', '--preserveWatchOutput'),
  start('--watch', '--watch-preserve-output', 'dist/src/server.js'),
];
let isEnding = false;

for (const child of children) {
  child.once('exit', (code) => {
    process.exitCode ??= code ?? 0;
    end();
  });
}
for (const signal of /** @type {const} */ (['SIGINT', 'SIGTERM', 'SIGHUP'])) process.on(signal, end);

const parent = process.ppid;
setInterval(() => process.ppid !== parent && end(), PARENT_INTERVAL).unref();

function end() {
  if (isEnding) return;
  isEnding = true;
  signalGroups('SIGTERM');
  setTimeout(() => signalGroups('SIGKILL'), END_DEADLINE).unref();
}

function signalGroups(/** @type {NodeJS.Signals} */ signal) {
  for (const { pid } of children) {
    try {
      if (pid) process.kill(-pid, signal);
    } catch {
      // The group no longer exists.
    }
  }
}
