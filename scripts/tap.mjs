import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** tap compiles its plugins to node_modules once after each installation. */
const BUILT = 'node_modules/.cache/setlist/tap-built';

/** The length of the end of an output with failures. */
const MAX_OUTPUT = 10_000;

/** Compiles the plugins of tap, unless it was done. */
export function buildTap() {
  if (existsSync(BUILT)) return;
  execFileSync('npx', ['--no', 'tap', 'build'], { stdio: 'inherit' });
  mkdirSync(dirname(BUILT), { recursive: true });
  writeFileSync(BUILT, '');
}

/**
 * Runs acceptance tests against a running service.
 *
 * @param {string} base Its URL.
 * @param {string} [folder] Of another release, whose own tests run; by default, the compiled tests of this one.
 * @returns {Promise<{ passed: number, output: string | undefined }>} The number of checks that passed, and the end of the output if one
 *   failed.
 */
export async function runAcceptance(base, folder) {
  const [program, ...args] = folder === undefined ? compiledTests() : ['npm', 'run', 'test:acceptance'];
  const child = spawn(program, args, {
    env: { ...process.env, ACCEPTANCE_URL: base },
    stdio: ['ignore', 'pipe', 'pipe'],
    ...(folder !== undefined && { cwd: folder }),
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (chunk) => {
      output += chunk;
    });
  const [code] = await once(child, 'close');
  const passed = Number(/^# \{ total: \d+, pass: (\d+)/m.exec(output)?.[1] ?? 0);
  return { passed, output: code === 0 && passed > 0 ? undefined : output.slice(-MAX_OUTPUT) };
}

/** @returns {[program: string, ...args: string[]]} */
function compiledTests() {
  const folder = join('dist', 'test', 'acceptance');
  const files = readdirSync(folder).filter((name) => name.endsWith('.test.js'));
  const tap = join('node_modules', 'tap', 'dist', 'esm', 'run.mjs');
  return [process.execPath, tap, '--disable-coverage', ...files.map((name) => join(folder, name))];
}
