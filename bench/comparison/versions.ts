import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Peer } from '../lib/peer-manifest.ts';

/** The commands that print the versions of runtimes. */
const runtimes: Readonly<Record<string, { command: [string, ...string[]]; version: RegExp }>> = {
  node: { command: ['node', '--version'], version: /v(\S+)/ },
  python3: { command: ['python3', '--version'], version: /Python (\S+)/ },
  go: { command: ['go', 'version'], version: /go(\d\S*)/ },
  cargo: { command: ['rustc', '--version'], version: /rustc (\S+)/ },
  rustc: { command: ['rustc', '--version'], version: /rustc (\S+)/ },
  java: { command: ['java', '-version'], version: /version "([^"]+)"/ },
  dotnet: { command: ['dotnet', '--version'], version: /(\S+)/ },
  php: { command: ['php', '--version'], version: /PHP (\S+)/ },
  ruby: { command: ['ruby', '--version'], version: /ruby (\S+)/ },
};

type ReadVersions = (text: string, folder: string) => [string, string][];

/**
 * The files in which peers pin their packages, by ecosystem; the first existing file counts. Only direct dependencies are
 * reported, without those for builds and tests.
 */
const ecosystems: readonly Readonly<Record<string, ReadVersions>>[] = [
  { 'package.json': fromPackageJson },
  {
    'requirements.in': fromRequirements,
    'requirements.txt': fromRequirements,
    'pyproject.toml': fromPyproject,
  },
  { 'go.mod': fromGoMod },
  { 'Cargo.toml': fromCargoToml },
  { 'pom.xml': fromPom },
];

/** The known versions of a peer's runtime and packages. */
export function versionsOf({
  folder,
  toolchain,
}: Pick<Peer, 'folder' | 'toolchain'>): Record<string, string> {
  const runtime = toolchain.flatMap((program) => {
    const version = runtimeVersion(program);
    return version === undefined ? [] : [[program, version] as const];
  });
  const parts = ecosystems.flatMap((files) => {
    const file = Object.keys(files).find((name) => existsSync(join(folder, name)));
    return file === undefined ? [] : (files[file]?.(readFileSync(join(folder, file), 'utf8'), folder) ?? []);
  });
  return Object.fromEntries([...runtime, ...parts]);
}

function runtimeVersion(program: string): string | undefined {
  const runtime = runtimes[program];
  if (!runtime) return undefined;
  const [name, ...args] = runtime.command;
  try {
    // Java prints it on standard error.
    const output = execFileSync('sh', ['-c', '"$@" 2>&1', 'sh', name, ...args], { encoding: 'utf8' });
    return runtime.version.exec(output)?.[1];
  } catch {
    return undefined;
  }
}

/** The installed versions from the lock file, instead of ranges. */
function fromPackageJson(text: string, folder: string): [string, string][] {
  const { dependencies = {} }: { dependencies?: Record<string, string> } = JSON.parse(text);
  const lock = join(folder, 'package-lock.json');
  const { packages = {} }: { packages?: Record<string, { version?: string }> } = existsSync(lock)
    ? JSON.parse(readFileSync(lock, 'utf8'))
    : {};
  return Object.entries(dependencies).map(([name, range]) => [
    name,
    packages[`node_modules/${name}`]?.version ?? range,
  ]);
}

function fromRequirements(text: string): [string, string][] {
  return matches(text, /^([A-Za-z0-9._-]+)(?:\[[^\]]*\])?\s*==\s*([^\s;\\#]+)/gm);
}

/** Pinned dependencies, as in `"fastapi==0.120.0"`. */
function fromPyproject(text: string): [string, string][] {
  return matches(text, /"([A-Za-z0-9._-]+)(?:\[[^\]]*\])?\s*==\s*([^\s";]+)"/g);
}

function fromGoMod(text: string): [string, string][] {
  const direct = text
    .split('\n')
    .filter((line) => !line.includes('// indirect'))
    .join('\n');
  return matches(direct, /^(?:require\s+|\t)([^\s()]+\/[^\s()]+) v(\S+)/gm);
}

/** The dependencies by name, with their versions from the lock file if it exists. */
function fromCargoToml(text: string, folder: string): [string, string][] {
  const section = /^\[dependencies\]$([\s\S]*?)(?=^\[|(?![\s\S]))/m.exec(text)?.[1] ?? '';
  const lock = join(folder, 'Cargo.lock');
  const locked = new Map(
    existsSync(lock) ? matches(readFileSync(lock, 'utf8'), /^name = "([^"]+)"\nversion = "([^"]+)"/gm) : [],
  );
  return matches(section, /^([\w-]+)\s*=\s*(?:"|\{[^}]*?version\s*=\s*")=?([^"]+)"/gm).map(
    ([name, version]) => [name, locked.get(name) ?? version],
  );
}

/** The parent, for example of Spring Boot, which sets most versions, and dependencies with an own version. */
function fromPom(text: string): [string, string][] {
  const withoutBuild = text.replace(/<build>[\s\S]*<\/build>/, '');
  const sections = withoutBuild.match(/<(parent|dependencies)>[\s\S]*?<\/\1>/g) ?? [];
  return matches(sections.join('\n'), /<artifactId>([^<]+)<\/artifactId>\s*<version>([^<$]+)<\/version>/g);
}

function matches(text: string, pattern: RegExp): [string, string][] {
  return [...text.matchAll(pattern)].map(([, name = '', version = '']) => [name, version]);
}
