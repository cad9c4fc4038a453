import { execFileSync, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { packageRoot } from '../../src/package.ts';

const folder = join(packageRoot, 'scripts', 'openapi', 'linters');
const module = (...path: string[]) => join(folder, 'node_modules', ...path);

export interface Linter {
  name: string;
  /** The Node.js program that lints a file; a finding makes its exit code other than 0. */
  command(file: string): string[];
}

export const externalLinters: readonly Linter[] = [
  {
    name: 'Redocly (recommended-strict)',
    command: (file) => [
      module('@redocly', 'cli', 'bin', 'cli.js'),
      'lint',
      file,
      '--config',
      join(folder, 'redocly.yaml'),
      '--format=stylish',
    ],
  },
  {
    name: 'Spectral (OpenAPI and OWASP, hints included)',
    command: (file) => [
      module('@stoplight', 'spectral-cli', 'dist', 'index.js'),
      'lint',
      file,
      '--ruleset',
      join(folder, 'spectral.mjs'),
      '--fail-severity=hint',
    ],
  },
  {
    name: 'the JSON Schema of OpenAPI 3.1',
    command: (file) => [module('@seriousme', 'openapi-schema-validator', 'bin', 'validate-api-cli.js'), file],
  },
];

/** Installs the linters from their own lock file, unless they are up to date. */
export function installLinters(): void {
  const lock = createHash('sha256')
    .update(readFileSync(join(folder, 'package-lock.json')))
    .digest('hex');
  const stamp = module('.installed');
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === lock) return;
  console.error('Installing the linters…');
  execFileSync('npm', ['ci', '--ignore-scripts', '--no-audit', '--no-fund'], {
    cwd: folder,
    stdio: 'inherit',
  });
  writeFileSync(stamp, lock);
}

/** The findings of a linter; undefined if there are none. */
export function lintFile({ command }: Linter, file: string): string | undefined {
  const { status, stdout, stderr, error } = spawnSync(process.execPath, command(file), {
    cwd: folder,
    encoding: 'utf8',
    env: { ...process.env, REDOCLY_TELEMETRY: 'off', REDOCLY_SUPPRESS_UPDATE_NOTICE: 'true' },
  });
  if (error) throw error;
  return status === 0 ? undefined : `${stdout}${stderr}`.trim();
}
