import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** tap compiles its plugins to node_modules once after each installation. */
const BUILT = 'node_modules/.cache/setlist/tap-built';

/** Compiles the plugins of tap, unless it was done. */
export function buildTap() {
  if (existsSync(BUILT)) return;
  execFileSync('npx', ['--no', 'tap', 'build'], { stdio: 'inherit' });
  mkdirSync(dirname(BUILT), { recursive: true });
  writeFileSync(BUILT, '');
}

/**
 * Runs the compiled acceptance tests against a running service.
 *
 * @param {string} base Its URL.
 * @returns {Promise<{ passed: number, output: string | undefined }>} The number of checks that passed, and the output if one failed.
 */
export async function runAcceptance(base) {
  const folder = join('dist', 'test', 'acceptance');
  const files = readdirSync(folder).filter((name) => name.endsWith('.test.js'));
  const tap = join('node_modules', 'tap', 'dist', 'esm', 'run.mjs');
  const args = [tap, '--disable-coverage', '--reporter=tap', ...files.map((name) => join(folder, name))];
  const child = spawn(process.execPath, args, {
    env: { ...process.env, ACCEPTANCE_URL: base },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (chunk) => {
      output += chunk;
    });
  const [code] = await once(child, 'close');
  const passed = Number(/^# \{ total: \d+, pass: (\d+)/m.exec(output)?.[1] ?? 0);
  return { passed, output: code === 0 && passed > 0 ? undefined : output };
}
