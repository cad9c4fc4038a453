// Compiles on each change and starts the service anew.
import { spawn } from 'node:child_process';

const [node, flags] = [process.execPath, { stdio: /** @type {const} */ ('inherit') }];
const compiler = spawn(
  node,
  ['node_modules/typescript/bin/tsc', '-p', 'tsconfig.build.json', '--watch', '--preserveWatchOutput'],
  flags,
);
const service = spawn(node, ['--watch', '--watch-preserve-output', 'dist/src/server.js'], flags);
for (const child of [compiler, service]) {
  child.once('exit', (code) => {
    compiler.kill();
    service.kill();
    process.exitCode = code ?? 0;
  });
}
for (const signal of /** @type {const} */ (['SIGINT', 'SIGTERM'])) {
  process.once(signal, () => {
    compiler.kill();
    service.kill();
  });
}
