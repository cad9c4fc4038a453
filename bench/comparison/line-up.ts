import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Conformance, runConformance } from '../conformance/run.ts';
import { createMigratedDatabase } from '../lib/migrated-database.ts';
import type { Peer } from '../lib/peer-manifest.ts';
import { missingPrograms, preparePeer, startPeer } from '../lib/peer-process.ts';
import type { PeerResult, Results } from '../lib/results.ts';
import { type Conditions, POOL_MAX } from './conditions.ts';
import { countLines } from './lines-of-code.ts';
import { versionsOf } from './versions.ts';

/** The measured and the skipped peers. */
export interface LineUp {
  peers: Map<string, Peer>;
  results: PeerResult[];
  leftOut: LeftOut[];
}

/** A skipped peer; `isFault` if its toolchain is installed and it failed. */
export type LeftOut = Results['leftOut'][number] & { isFault: boolean };

/**
 * Builds the peers and checks each of them against the full contract. It skips peers whose toolchain is missing, whose
 * build fails, or that violate the contract.
 */
export async function lineUp(
  peers: readonly Peer[],
  conditions: Conditions,
  say: (text: string) => void,
): Promise<LineUp> {
  const lineUp: LineUp = { peers: new Map(), results: [], leftOut: [] };
  for (const peer of peers) {
    const { name, title } = peer;
    conditions.signal.throwIfAborted();
    const missing = missingPrograms(peer);
    if (missing.length > 0) {
      const reason = `${missing.join(', ')} ${missing.length === 1 ? 'is' : 'are'} not installed here`;
      lineUp.leftOut.push({ name, title, reason, isFault: false });
      say(`${name}: left out, ${reason}`);
      continue;
    }
    try {
      say(`${name}: building, checking…`);
      lineUp.results.push(await admit(peer, conditions));
      lineUp.peers.set(name, peer);
    } catch (error) {
      conditions.signal.throwIfAborted();
      const reason = error instanceof Error ? error.message : String(error);
      lineUp.leftOut.push({ name, title, reason, isFault: true });
      say(`${name}: LEFT OUT, ${reason}`);
    }
  }
  return lineUp;
}

/** @throws {Error} if it cannot be built or started, or violates the contract. */
async function admit(peer: Peer, conditions: Conditions): Promise<PeerResult> {
  const { folder, signal } = conditions;
  const { name, title, language, lane } = peer;
  await preparePeer(peer, join(folder, `${name}.prepare.log`), signal);
  const { passed, failed, failures } = await examine(peer, conditions);
  if (failed > 0) {
    const first = failures.slice(0, 3).map(({ check, what }) => `${check} (${what})`);
    throw new Error(`${failed} of ${passed + failed} conformance checks failed: ${first.join('; ')}`);
  }
  return {
    name,
    title,
    language,
    lane,
    versions: versionsOf(peer),
    linesOfCode: await countLines(peer.folder, peer.sources, folder),
    startUp: [],
    conformance: { passed, failed },
  };
}

async function examine(peer: Peer, { database, folder, signal, options }: Conditions): Promise<Conformance> {
  const databaseUrl = await createMigratedDatabase(database.url, 'conformance');
  const logFile = join(folder, 'peer.log');
  const server = await startPeer(peer, {
    databaseUrl,
    logFile,
    workers: options.workers,
    poolMax: POOL_MAX,
    signal,
  });
  let conformance: Conformance;
  let ended: { inTime: boolean };
  try {
    conformance = await runConformance(server.base, databaseUrl, { poolMax: POOL_MAX, signal });
  } finally {
    ended = await server.stop();
  }
  if (ended.inTime) return conformance;
  const log = (await readFile(logFile, 'utf8')).trimEnd().split('\n').slice(-5).join('\n');
  throw new Error(`It exited before SIGTERM, or not within a minute after it:\n${log}`);
}
