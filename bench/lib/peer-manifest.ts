import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Static, Type } from '@sinclair/typebox';
import { Value } from '@sinclair/typebox/value';
import { packageRoot } from '../../src/package.ts';

const Command = Type.Array(Type.String({ minLength: 1 }), { minItems: 1 });

/** What `peer.json` says of a peer: how it is built and started. All commands run in the peer's own folder. */
export const Manifest = Type.Object(
  {
    $schema: Type.Optional(Type.String()),
    /** As the report names it, such as `Gin + pgx`. */
    title: Type.String({ minLength: 1 }),
    language: Type.String({ minLength: 1 }),
    /** Whether requests share queries; what is compared is compared within a lane, or labelled. */
    lane: Type.Union([Type.Literal('one query a request'), Type.Literal('batched')]),
    /** The programs that must be on the `PATH`; where one is missing the peer is left out, and the report says so. */
    toolchain: Type.Array(Type.String({ minLength: 1 }), { minItems: 1 }),
    /** What installs and builds it, one after the other; nothing of it counts as start-up time. */
    prepare: Type.Array(Command),
    /** What starts it, in the foreground. */
    start: Command,
    /** More variables for its environment. */
    environment: Type.Optional(Type.Record(Type.String(), Type.String())),
    /** The files that a team would write and keep, as globs: what counts as its lines of code. */
    sources: Type.Array(Type.String({ minLength: 1 }), { minItems: 1 }),
  },
  { additionalProperties: false },
);
export type Manifest = Static<typeof Manifest>;

/** An implementation of the benchmark's contract. */
export interface Peer extends Manifest {
  /** The name of its folder, by which it is asked for. */
  name: string;
  folder: string;
}

/** Where the peers are, one folder each. */
export const peersFolder = join(packageRoot, 'bench', 'peers');

/** Setlist itself, as shipped and one query a request. */
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
    // No line a request, as the contract of the peers has it.
    environment: { BATCHING: batching, LOG_LEVEL: 'warn' },
    sources: ['src/**/*.ts', 'schemas/**/*.ts'],
  };
}

/**
 * All peers, Setlist first, the others by name.
 *
 * @throws {Error} when a `peer.json` is not as {@link Manifest} says.
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
