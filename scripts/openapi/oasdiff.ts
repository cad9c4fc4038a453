import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { packageRoot } from '../../src/package.ts';

const VERSION = 'v1.33.0';
const FOLDER = join(packageRoot, 'node_modules', '.cache', 'setlist', `oasdiff-${VERSION}`);

/** A request without a credential was valid before; by default, oasdiff only informs about it. */
const SEVERITIES = join(packageRoot, 'scripts', 'openapi', 'oasdiff-severities.txt');

/** A change that breaks clients, as oasdiff reports it. */
export interface BreakingChange {
  /** The rule, as in `request-property-became-required`. */
  id: string;
  text: string;
  operation: string;
  path: string;
}

/**
 * Builds oasdiff from its Go module, unless it is built.
 *
 * @throws if Go is not installed, or the module cannot be downloaded.
 */
export function installOasdiff(folder = FOLDER, environment = process.env): void {
  if (existsSync(join(folder, 'oasdiff'))) return;
  if (spawnSync('go', ['version'], { env: environment }).error) {
    throw new Error('Go (https://go.dev/dl) is not installed: nothing was compared.');
  }
  console.error(`Building oasdiff ${VERSION}…`);
  execFileSync('go', ['install', `github.com/oasdiff/oasdiff@${VERSION}`], {
    env: { ...environment, GOBIN: folder, GOFLAGS: '' },
    stdio: 'inherit',
  });
}

/** Changes that break clients of the base document, or (warnings) may break them. */
export function breakingChanges(base: string, revision: string): BreakingChange[] {
  const changes: BreakingChange[] | null = JSON.parse(
    oasdiff('breaking', base, revision, '--format', 'json', '--severity-levels', SEVERITIES),
  );
  return changes ?? [];
}

/** All changes, one sentence each. */
export const changelog = (base: string, revision: string): string =>
  oasdiff('changelog', base, revision, '--format', 'text', '--color', 'never').trim();

const oasdiff = (...command: string[]): string =>
  execFileSync(join(FOLDER, 'oasdiff'), command, { encoding: 'utf8', maxBuffer: 64 * 1024 * 1024 });
