import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { packageRoot } from '../../src/package.ts';

/** The release of Debian whose PgBouncer supports prepared statements in transaction mode. */
const RELEASE = 'trixie';
const FOLDER = join(packageRoot, 'node_modules', '.cache', 'setlist', `pgbouncer-${RELEASE}`);
/** The first version with `max_prepared_statements`. */
const OLDEST = [1, 21];

/** A program and its first arguments. */
export type Command = readonly [program: string, ...args: string[]];

/**
 * The installed PgBouncer that is new enough: `PGBOUNCER` (a path), or the one on the `PATH`. On older Debian the one of a newer release,
 * whose packages are downloaded and extracted once, but not installed.
 *
 * @throws {Error} if there is none.
 */
export function findPgbouncer(): Command {
  const { PGBOUNCER } = process.env;
  if (PGBOUNCER) {
    if (!isUsable([PGBOUNCER])) throw new Error(`PGBOUNCER=${PGBOUNCER} is not PgBouncer 1.21 or newer.`);
    return [PGBOUNCER];
  }
  for (const program of ['pgbouncer', '/usr/sbin/pgbouncer']) if (isUsable([program])) return [program];
  if (!existsSync(FOLDER)) download();
  return extracted(FOLDER);
}

/** As in 1.24.1; undefined if the command does not run. */
export function versionOf([program, ...args]: Command): string | undefined {
  const { stdout } = spawnSync(program, [...args, '--version'], { encoding: 'utf8' });
  return /^PgBouncer (\d+\.\d+\.\d+)/m.exec(stdout ?? '')?.[1];
}

function isUsable(command: Command): boolean {
  const [major = 0, minor = 0] = (versionOf(command) ?? '').split('.').map(Number);
  const [oldestMajor = 0, oldestMinor = 0] = OLDEST;
  return major > oldestMajor || (major === oldestMajor && minor >= oldestMinor);
}

/** The program with its own loader and libraries. */
function extracted(system: string): Command {
  const library = readdirSync(join(system, 'usr', 'lib')).find((name) => name.endsWith('-linux-gnu')) ?? '';
  const libraries = join(system, 'usr', 'lib', library);
  const loader = readdirSync(libraries).find((name) => /^ld-linux-.*\.so\.\d+$/.test(name)) ?? '';
  return [join(libraries, loader), '--library-path', libraries, join(system, 'usr', 'sbin', 'pgbouncer')];
}

/** Downloads the program and its libraries with apt, which keeps its lists in the folder, from the mirror that the machine uses. */
function download(): void {
  console.error(`Downloading PgBouncer of Debian ${RELEASE}…`);
  const folder = `${FOLDER}.${process.pid}`;
  try {
    mkdirSync(join(folder, 'packages'), { recursive: true });
    writeFileSync(join(folder, 'sources.list'), `deb ${mirror()} ${RELEASE} main\n`);
    const apt = aptOf(folder);
    apt('apt-get', 'update');
    const needed = dependencies(apt, 'pgbouncer').filter(isLibrary);
    const libraries = dependencies(apt, '--recurse', ...needed).filter(isLibrary);
    apt('apt-get', 'download', 'pgbouncer', ...needed, ...libraries);
    const packages = readdirSync(join(folder, 'packages')).filter((name) => name.endsWith('.deb'));
    for (const name of packages)
      execFileSync('dpkg-deb', ['--extract', join(folder, 'packages', name), join(folder, 'system')]);
    const system = join(folder, 'system');
    if (!isUsable(extracted(system))) throw new Error('The program does not run.');
    renameSync(system, FOLDER);
  } catch (cause) {
    const hint = 'Install PgBouncer 1.21 or newer, and set PGBOUNCER to its path.';
    throw new Error(`PgBouncer cannot be downloaded with apt. ${hint}`, { cause });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

type Apt = (program: 'apt-get' | 'apt-cache', ...args: string[]) => string;

function aptOf(folder: string): Apt {
  const settings = {
    'Dir::Etc::sourcelist': join(folder, 'sources.list'),
    'Dir::Etc::sourceparts': '/dev/null',
    'Dir::State': join(folder, 'state'),
    'Dir::State::status': '/dev/null',
    'Dir::Cache': join(folder, 'cache'),
    'Acquire::Languages': 'none',
    // The user _apt may not write to the folder.
    'APT::Sandbox::User': '',
  };
  for (const name of ['state/lists/partial', 'cache/archives/partial'])
    mkdirSync(join(folder, name), { recursive: true });
  const options = Object.entries(settings).flatMap(([name, value]) => ['-o', `${name}=${value}`]);
  return (program, ...args) =>
    execFileSync(program, [...options, '-qq', ...args], {
      cwd: join(folder, 'packages'),
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'inherit'],
    });
}

/** The URL of the archive from which this machine installs Debian. */
function mirror(): string {
  const targets = execFileSync(
    'apt-get',
    ['indextargets', '--format', '$(ORIGIN) $(LABEL) $(REPO_URI)', 'Created-By: Packages'],
    { encoding: 'utf8' },
  );
  const [, url] = /^Debian Debian (\S+)$/m.exec(targets) ?? [];
  if (url === undefined) throw new Error('apt knows no archive of Debian: run apt-get update.');
  return url;
}

const isLibrary = (name: string) => name.startsWith('lib');

function dependencies(apt: Apt, ...args: string[]): string[] {
  const lines = apt('apt-cache', 'depends', '--important', ...args);
  return [...lines.matchAll(/Depends: (\S+)/g)].map(([, name = '']) => name);
}
