import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync } from 'node:fs';
import { delimiter, join, resolve } from 'node:path';
import { UsageError } from './command.ts';

const CACHE = 'node_modules/.cache/setlist';

/**
 * The version that `--node` selects.
 *
 * @param text As in `26`, `22.12` or `20.19.5`.
 * @throws {UsageError} if it is none.
 */
export function nodeVersion(text: string): string {
  if (/^\d{1,3}(\.\d{1,3}){0,2}$/.test(text)) return text;
  throw new UsageError(`--node must be a version such as 26 or 22.12, not "${text}".`);
}

/** Whether this process runs on a version, or on a release of it. */
export const runsOn = (version: string, running = process.versions.node): boolean =>
  running === version || running.startsWith(`${version}.`);

/**
 * Runs the current command again on another version of Node.js, with that version first in the `PATH`, and exits with its
 * code. Returns if this process already runs on it.
 *
 * @param version As in `26`; undefined for the running one. It is installed from the package registry.
 * @throws if the registry does not have it for this platform.
 */
export async function switchNode(version: string | undefined): Promise<void> {
  if (version === undefined || runsOn(version)) return;
  const bin = install(version);
  const child = spawn(join(bin, 'node'), [...process.execArgv, ...process.argv.slice(1)], {
    stdio: 'inherit',
    env: { ...process.env, PATH: `${bin}${delimiter}${process.env.PATH}` },
  });
  // A terminal sends Ctrl-C to both processes.
  process.on('SIGINT', () => {}).on('SIGTERM', (signal) => child.kill(signal));
  const [code]: unknown[] = await once(child, 'exit');
  process.exit(typeof code === 'number' ? code : 1);
}

function install(version: string): string {
  const name = `node-${process.platform}-${process.arch}`;
  const folder = resolve(CACHE, `node-${version}`);
  mkdirSync(folder, { recursive: true });
  const command = [
    'install',
    '--no-save',
    '--no-audit',
    '--no-fund',
    '--prefix',
    folder,
    `${name}@${version}`,
  ];
  execFileSync('npm', command, { stdio: ['ignore', 2, 2] });
  return join(folder, 'node_modules', name, 'bin');
}
