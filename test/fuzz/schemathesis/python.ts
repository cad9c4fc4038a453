import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { packageRoot } from '../../../src/package.ts';

const run = promisify(execFile);

/** The source files that the compiler does not copy. */
export const SOURCES = join(packageRoot, 'test', 'fuzz', 'schemathesis');
const REQUIREMENTS = join(SOURCES, 'requirements.txt');

/** The oldest version of Python that the pinned packages support. */
const PYTHON = { major: 3, minor: 11 };

/** Schemathesis cannot run on this machine; the message contains the reason. */
export class UnavailableError extends Error {
  override readonly name = 'UnavailableError';
}

/**
 * Creates the virtual environment with the pinned packages, unless it exists, and returns the path of Schemathesis.
 *
 * @throws {UnavailableError} if Python is missing or too old, or the packages cannot be installed.
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
      // Installs only the pinned packages, then checks that none is missing.
      await run(binary('pip'), ['install', '--quiet', '--no-deps', '--requirement', REQUIREMENTS]);
      await run(binary('pip'), ['check']);
    };
    await install().catch((cause) => {
      const reason = cause instanceof Error ? cause.message : String(cause);
      throw new UnavailableError(`Schemathesis cannot be installed: ${reason}`, { cause });
    });
    writeFileSync(stamp, '');
  }
  return binary('schemathesis');
}

async function pythonVersion(): Promise<string> {
  const needed = `Python ${PYTHON.major}.${PYTHON.minor} or newer with its venv module`;
  const { stdout } = await run('python3', ['--version']).catch((cause) => {
    throw new UnavailableError(`Schemathesis cannot run: python3 is not installed. It needs ${needed}.`, {
      cause,
    });
  });
  const [, major, minor] = /^Python (\d+)\.(\d+)/.exec(stdout) ?? [];
  if (Number(major) !== PYTHON.major || Number(minor) < PYTHON.minor) {
    throw new UnavailableError(`Schemathesis cannot run: it needs ${needed}, but this is ${stdout.trim()}.`);
  }
  return stdout.trim();
}
