// The tested clients: how to generate, compile and run each of them.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The root of the project. */
export const root = fileURLToPath(new URL('../..', import.meta.url));
const inRoot = (/** @type {string[]} */ ...path) => join(root, ...path);

/**
 * @typedef {object} Step
 * @property {string} name
 * @property {string[]} command
 * @property {number} [timeout] In milliseconds.
 * @property {boolean} [onNewNode] Whether the command needs Node.js 22.18 or newer.
 *
 * @typedef {object} Client
 * @property {string} name The name of the generator.
 * @property {string} version The version of the generator, from the file that pins it.
 * @property {string} language
 * @property {string} folder
 * @property {string[][]} toolchain Commands that only succeed if the toolchain is installed.
 * @property {{ pinnedBy: string, installed: string, commands: string[][] } | undefined} install Further
 *   dependencies: reinstalled if the file that pins them changes, or the installed folder does not exist.
 * @property {Record<string, string>} [environment]
 * @property {Step[]} steps The last one needs a running service at SETLIST_URL.
 */

const COMPILER = inRoot('node_modules', 'typescript', 'bin', 'tsc');
/** In milliseconds. Shorter than the idle timeout of the service: a client that waits for a connection to close fails. */
const ROUND_TRIP_TIMEOUT = 60_000;
const roundTrip = (/** @type {string[]} */ ...command) => ({
  name: 'round trip',
  command,
  timeout: ROUND_TRIP_TIMEOUT,
});
const npmCi = {
  pinnedBy: 'package-lock.json',
  installed: 'node_modules',
  commands: [['npm', 'ci', '--ignore-scripts', '--no-audit', '--no-fund']],
};

/** @returns {Client} */
function typescript(/** @type {string} */ name, /** @type {string} */ generator, onNewNode = false) {
  const folder = inRoot('test', 'clients', name);
  const { devDependencies } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
  const own = /^\d+/.exec(devDependencies.typescript)?.[0];
  return {
    name: generator,
    version: devDependencies[generator],
    language: 'TypeScript',
    folder,
    toolchain: [],
    install: npmCi,
    steps: [
      { name: 'generate', command: ['npm', 'run', '--silent', 'generate'], onNewNode },
      { name: `compile, TypeScript ${own}`, command: ['npm', 'run', '--silent', 'build'] },
      { name: 'compile, TypeScript 7', command: [process.execPath, COMPILER, '--noEmit'] },
      roundTrip('npm', 'start', '--silent'),
    ],
  };
}

/** @returns {Client} */
function python() {
  const folder = inRoot('test', 'clients', 'openapi-python-client');
  const requirements = readFileSync(join(folder, 'requirements.txt'), 'utf8');
  const binaries = join(folder, 'build', 'venv', 'bin');
  const generate = [
    'openapi-python-client',
    'generate',
    '--path',
    'generated/openapi.json',
    '--meta',
    'none',
  ];
  const output = [
    '--config',
    'config.yaml',
    '--output-path',
    'generated/setlist_client',
    '--overwrite',
    '--fail-on-warning',
  ];
  return {
    name: 'openapi-python-client',
    version: /^openapi-python-client==(.*)$/m.exec(requirements)?.[1] ?? '',
    language: 'Python',
    folder,
    toolchain: [['python3', '-m', 'venv', '--help']],
    install: {
      pinnedBy: 'requirements.txt',
      installed: 'build/venv',
      commands: [
        ['python3', '-m', 'venv', '--clear', 'build/venv'],
        ['build/venv/bin/pip', 'install', '--quiet', '--no-deps', '--requirement', 'requirements.txt'],
      ],
    },
    environment: { PATH: `${binaries}:${process.env.PATH}`, PYTHONPATH: 'generated' },
    steps: [
      { name: 'leave out imports', command: ['node', 'without-imports.mjs'] },
      { name: 'generate', command: [...generate, ...output] },
      { name: 'compile, mypy --strict', command: ['mypy'] },
      roundTrip('python', 'round_trip.py'),
    ],
  };
}

/** @returns {Client} */
function go() {
  const folder = inRoot('test', 'clients', 'oapi-codegen');
  const modules = readFileSync(join(folder, 'go.mod'), 'utf8');
  return {
    name: 'oapi-codegen',
    version: /oapi-codegen\/v2 v(\S+)/.exec(modules)?.[1] ?? '',
    language: 'Go',
    folder,
    toolchain: [['go', 'version']],
    install: undefined,
    steps: [
      { name: 'generate', command: ['go', 'generate', '.'] },
      { name: 'compile, go vet', command: ['go', 'vet', './...'] },
      roundTrip('go', 'run', '.'),
    ],
  };
}

/** @returns {Client} */
function java() {
  const folder = inRoot('test', 'clients', 'openapi-generator');
  const project = readFileSync(join(folder, 'pom.xml'), 'utf8');
  const maven = ['mvn', '--quiet', '--batch-mode'];
  return {
    name: 'openapi-generator',
    version: /openapi-generator-maven-plugin<\/artifactId>\s*<version>([^<]*)/.exec(project)?.[1] ?? '',
    language: 'Java',
    folder,
    toolchain: [
      ['javac', '-version'],
      ['mvn', '--version'],
    ],
    install: undefined,
    steps: [
      { name: 'generate', command: [...maven, 'generate-sources'] },
      { name: 'compile', command: [...maven, 'compile'] },
      roundTrip(...maven, 'exec:java'),
    ],
  };
}

/** @returns {Client} */
function example() {
  const folder = inRoot('examples', 'typescript-client');
  const { version } = JSON.parse(readFileSync(inRoot('package.json'), 'utf8'));
  return {
    name: 'examples/typescript-client',
    version,
    language: 'TypeScript',
    folder,
    toolchain: [],
    install: npmCi,
    steps: [
      { name: 'its tests', command: ['npm', 'test', '--silent'] },
      { name: 'its program', command: [process.execPath, 'build/main.js'] },
    ],
  };
}

/** @type {readonly Client[]} */
export const clients = [
  typescript('openapi-typescript', 'openapi-typescript'),
  typescript('hey-api', '@hey-api/openapi-ts', true),
  typescript('orval', 'orval', true),
  typescript('kubb', '@kubb/cli'),
  python(),
  go(),
  java(),
  example(),
];
