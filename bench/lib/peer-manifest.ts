import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Static, Type } from '@sinclair/typebox';
import { Value } from '@sinclair/typebox/value';
import { packageRoot } from '../../src/package.ts';

const Command = Type.Array(Type.String({ minLength: 1 }), { minItems: 1 });

/** `peer.json`: how a peer is built and started. All commands run in the peer's folder. */
export const Manifest = Type.Object(
  {
    $schema: Type.Optional(Type.String()),
    /** The name in the report, such as `Gin + pgx`. */
    title: Type.String({ minLength: 1 }),
    language: Type.String({ minLength: 1 }),
    /** Whether requests share queries. Comparisons stay within a lane, or are labelled. */
    lane: Type.Union([Type.Literal('one query a request'), Type.Literal('batched')]),
    /** The programs that must be on the `PATH`; otherwise the peer is skipped, and the report states it. */
    toolchain: Type.Array(Type.String({ minLength: 1 }), { minItems: 1 }),
    /** The commands that install and build it, in order; they do not count as start-up time. */
    prepare: Type.Array(Command),
    /** The command that starts it, in the foreground. */
    start: Command,
    /** Additional environment variables. */
    environment: Type.Optional(Type.Record(Type.String(), Type.String())),
    /** Globs of the files that a team would write and maintain; they count as its lines of code. */
    sources: Type.Array(Type.String({ minLength: 1 }), { minItems: 1 }),
  },
  { additionalProperties: false },
);
export type Manifest = Static<typeof Manifest>;

/** An implementation of the benchmark's contract. */
export interface Peer extends Manifest {
  /** The name of its folder, which selects it on the command line. */
  name: string;
  folder: string;
}

/** The folder of the peers, one subfolder each. */
export const peersFolder = join(packageRoot, 'bench', 'peers');

/** Setlist as a peer, with its default settings or with one query per request. */
function setlist(name: string, lane: Manifest['lane'], batching: 'on' | 'off'): Peer {
  return {
    name,
    folder: packageRoot,
    title: batching === 'on' ? 'Setlist' : 'Setlist, BATCHING=off',
    language: 'TypeScript',
    lane,
    toolchain: ['node'],
    prepare: [['node', 'scripts/build.mjs', '--if-stale']],
    start: ['node', 'dist/bench/comparison/setlist-server.js'],
    // The contract of the peers forbids an access log.
    environment: { BATCHING: batching, LOG_LEVEL: 'warn' },
    sources: ['src/**/*.ts', 'schemas/**/*.ts'],
  };
}

/**
 * All peers, Setlist first, the others by name.
 *
 * @throws {Error} if a `peer.json` does not match {@link Manifest}.
 */
export function readPeers(): Peer[] {
  const names = readdirSync(peersFolder, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && existsSync(join(peersFolder, entry.name, 'peer.json')))
    .map(({ name }) => name)
    .sort();
  return [
    setlist('setlist', 'batched', 'on'),
    setlist('setlist-plain', 'one query a request', 'off'),
    ...names.map(readPeer),
  ];
}

function readPeer(name: string): Peer {
  const folder = join(peersFolder, name);
  const file = join(folder, 'peer.json');
  const manifest: unknown = JSON.parse(readFileSync(file, 'utf8'));
  const [error] = Value.Errors(Manifest, manifest);
  if (error) throw new Error(`${file}: ${error.path || '/'}: ${error.message}`);
  return { ...Value.Decode(Manifest, manifest), name, folder };
}
