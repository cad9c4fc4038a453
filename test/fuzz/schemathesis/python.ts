import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { packageRoot } from '../../../src/package.ts';

const run = promisify(execFile);

/** The files of this folder that no compiler copies. */
export const SOURCES = join(packageRoot, 'test', 'fuzz', 'schemathesis');
const REQUIREMENTS = join(SOURCES, 'requirements.txt');

/** The pinned packages are those of these versions of Python. */
const PYTHON = { major: 3, minor: 11 };

/** Schemathesis cannot run on this machine; the message says why. */
export class UnavailableError extends Error {
  override readonly name = 'UnavailableError';
}

/**
 * Makes, once, the virtual environment with the pinned packages, and gives the path of Schemathesis in it.
 *
 * @throws {UnavailableError} when there is no fitting Python, or the packages cannot be installed.
 */
export async function installSchemathesis(): Promise<string> {
  const version = await pythonVersion();
  const key = createHash('sha256').update(version).update(readFileSync(REQUIREMENTS)).digest('hex');
  const folder = join(packageRoot, 'node_modules', '.cache', 'setlist', `schemathesis-${key.slice(0, 12)}`);
  const stamp = join(folder, '.installed');
  const binary = (name: string) => join(folder, 'bin', name);
  if (!existsSync(stamp)) {
    console.log(`Installing Schemathesis for ${version}…`);
    const install = async () => {
      await run('python3', ['-m', 'venv', '--clear', folder]);
      // Just what is pinned, and then that nothing is missing.
      await run(binary('pip'), ['install', '--quiet', '--no-deps', '--requirement', REQUIREMENTS]);
      await run(binary('pip'), ['check']);
    };
    await install().catch((cause) => {
      const reason = cause instanceof Error ? cause.message : String(cause);
      throw new UnavailableError(`Schemathesis cannot be installed here: ${reason}`, { cause });
    });
    writeFileSync(stamp, '');
  }
  return binary('schemathesis');
}

async function pythonVersion(): Promise<string> {
  const needed = `Python ${PYTHON.major}.${PYTHON.minor} or newer with its venv module`;
  const { stdout } = await run('python3', ['--version']).catch((cause) => {
    throw new UnavailableError(`Schemathesis cannot run here: there is no python3. It needs ${needed}.`, {
      cause,
    });
  });
  const [, major, minor] = /^Python (\d+)\.(\d+)/.exec(stdout) ?? [];
  if (Number(major) !== PYTHON.major || Number(minor) < PYTHON.minor) {
    throw new UnavailableError(
      `Schemathesis cannot run here: it needs ${needed}, but this is ${stdout.trim()}.`,
    );
  }
  return stdout.trim();
}
