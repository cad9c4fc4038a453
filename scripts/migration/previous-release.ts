import { execFileSync } from 'node:child_process';
import { mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { packageRoot } from '../../src/package.ts';

const git = (...args: string[]) =>
  execFileSync('git', args, { cwd: packageRoot, encoding: 'utf8', maxBuffer: 1 << 28 }).trim();

/**
 * The tag of the version in package.json, or the commit that raised it.
 *
 * @throws {Error} if it is this commit.
 */
export function findPreviousRelease(): string {
  const text = '"version": "';
  const [, version = ''] = new RegExp(`${text}([^"]+)`).exec(git('show', 'HEAD:package.json')) ?? [];
  const commits = git('log', '--format=%H', '-S', `${text}${version}"`, '--', 'package.json').split('\n');
  const reference = git('tag', '--list', `v${version}`) || (commits.at(-1) ?? '');
  if (git('rev-parse', `${reference}^{commit}`) === git('rev-parse', 'HEAD'))
    throw new Error(`This commit is the release ${version}: name the one before with --release.`);
  return reference;
}

/** A release in a folder of its own, with its packages. */
export class PreviousRelease {
  /** As in 8f41bc4. */
  readonly commit: string;
  readonly folder: string;

  /** @param reference A tag or a commit. */
  constructor(reference: string, parent: string) {
    this.commit = git('rev-parse', '--short', `${reference}^{commit}`);
    this.folder = join(parent, 'previous');
    mkdirSync(this.folder);
    const archive = join(parent, 'previous.tar');
    git('archive', '--output', archive, this.commit);
    execFileSync('tar', ['--extract', '--file', archive, '--directory', this.folder]);
    this.#run('npm', 'ci', '--no-audit', '--no-fund');
    this.#run(process.execPath, 'scripts/build.mjs');
  }

  /** The names of the migrations that this release has and it has not. */
  newMigrations(): string[] {
    const own = new Set(readdirSync(join(this.folder, 'migrations')));
    return readdirSync(join(packageRoot, 'migrations'))
      .filter((name) => !own.has(name))
      .sort();
  }

  /** The script of its service. */
  get script(): string {
    return join(this.folder, 'dist', 'src', 'server.js');
  }

  #run(...[command = '', ...args]: string[]): void {
    execFileSync(command, args, { cwd: this.folder, stdio: ['ignore', 'ignore', 'inherit'] });
  }
}
