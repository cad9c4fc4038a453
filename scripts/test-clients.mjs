// Generates a client from openapi.json with each generator, compiles it, and runs a round trip to the built service.
// Then it tests the example and the commands of the README. --only kubb,readme runs only these.
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { clients, root } from './clients/catalogue.mjs';
import { runCommand } from './clients/commands.mjs';
import { install, pathWithNewNode } from './clients/installation.mjs';
import { runReadmeCommands } from './clients/readme.mjs';
import { startService } from './clients/service.mjs';

/** @typedef {{ name: string, ok: boolean, ms: number }} Result */

const README = 'readme';
const known = [...clients.map(({ name }) => name), README];
const { only } = parseArgs({ options: { only: { type: 'string' } } }).values;
const chosen = only?.split(',') ?? known;
const unknown = chosen.filter((name) => !known.includes(name));
if (unknown.length > 0) {
  console.error(`Unknown clients: ${unknown.join(', ')}. Known clients: ${known.join(', ')}.`);
  process.exit(1);
}

execFileSync(process.execPath, [join(root, 'scripts', 'build.mjs'), '--if-stale'], {
  cwd: root,
  stdio: 'inherit',
});

/** @type {Result[]} */
const results = [];
/** @type {string[][]} */
const table = [['generator', 'version', 'language', 'result', 'seconds: each step']];

for (const client of clients) {
  if (!chosen.includes(client.name)) continue;
  console.log(`\n${client.name} ${client.version}, ${client.language}`);
  report(client, await tryClient(client));
}
if (chosen.includes(README)) {
  console.log('\nThe commands of the README');
  const steps = await runReadmeCommands();
  for (const step of steps) say(step);
  report({ name: README, version: '', language: '' }, steps);
}

const widths = (table[0] ?? []).map((_, column) => Math.max(...table.map((row) => row[column]?.length ?? 0)));
console.log(
  `\n${table.map((row) => row.map((cell, i) => cell.padEnd(widths[i] ?? 0)).join('  ')).join('\n')}`,
);
const failed = results.filter(({ ok }) => !ok).length;
console.log(`\n# ${results.length - failed} passed, ${failed} failed`);
process.exitCode = failed === 0 && results.length > 0 ? 0 : 1;

/**
 * Runs the steps of one client, up to the first that fails.
 *
 * @param {import('./clients/catalogue.mjs').Client} client
 * @returns {Promise<Result[]>}
 */
async function tryClient(client) {
  for (const command of client.toolchain) {
    const { ok, output, ms } = await runCommand(command, { cwd: client.folder });
    if (!ok)
      return [say({ name: 'toolchain', ok, ms, output: `\`${command.join(' ')}\` failed: ${output}` })];
  }
  const start = performance.now();
  const [service, installed] = await Promise.allSettled([startService(), install(client)]);
  const setUp = { name: 'set up', ms: performance.now() - start };
  try {
    if (installed.status === 'rejected')
      return [say({ ...setUp, ok: false, output: String(installed.reason) })];
    if (service.status === 'rejected') return [say({ ...setUp, ok: false, output: String(service.reason) })];
    return await runSteps(client, service.value);
  } finally {
    if (service.status === 'fulfilled') await service.value.stop();
  }
}

/** @returns {Promise<Result[]>} */
async function runSteps(
  /** @type {import('./clients/catalogue.mjs').Client} */ client,
  /** @type {{ url: string, credential: string }} */ { url, credential },
) {
  const done = [];
  for (const { name, command, timeout, onNewNode } of client.steps) {
    const env = { ...client.environment, SETLIST_URL: url, SETLIST_CREDENTIAL: credential };
    const outcome = await (onNewNode ? pathWithNewNode() : Promise.resolve(undefined)).then(
      (PATH) => runCommand(command, { cwd: client.folder, timeout, env: { ...env, ...(PATH && { PATH }) } }),
      (reason) => ({ ok: false, ms: 0, output: String(reason) }),
    );
    done.push(say({ name, ...outcome }));
    if (!outcome.ok) break;
  }
  return done;
}

/** Prints the outcome of a step, and the end of the output if the step failed. */
function say(/** @type {Result & { output: string }} */ step) {
  console.log(`  ${step.ok ? 'ok    ' : 'FAILED'} ${step.name} (${seconds(step.ms)} s)`);
  if (!step.ok)
    console.log(step.output.trimEnd().split('\n').slice(-60).join('\n').replaceAll(/^/gm, '    '));
  return step;
}

function report(
  /** @type {{ name: string, version: string, language: string }} */ { name, version, language },
  /** @type {Result[]} */ steps,
) {
  results.push(...steps);
  const failure = steps.find(({ ok }) => !ok);
  const times = steps.map((step) => `${step.name} ${seconds(step.ms)}`).join(', ');
  table.push([name, version, language, failure ? `FAILED: ${failure.name}` : 'passed', times]);
}

function seconds(/** @type {number} */ ms) {
  return (ms / 1000).toFixed(1);
}
