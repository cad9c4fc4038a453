// Checks the peers against the contract of the benchmark. See bench/peers/README.md.
import { join } from 'node:path';
import { startThrowawayPostgres } from '../../scripts/throwaway-postgres.mjs';
import { interruptionBySignal, reportFailure } from '../lib/command.ts';
import { createMigratedDatabase } from '../lib/migrated-database.ts';
import { type Peer, readPeers } from '../lib/peer-manifest.ts';
import { missingPrograms, preparePeer, startPeer } from '../lib/peer-process.ts';
import { withTemporaryFolder } from '../lib/temporary-folder.ts';
import { type Options, readOptions, usage } from './options.ts';
import { failureLines, failureReport, type PeerConformance, summaryReport } from './report.ts';
import { type Conformance, runConformance } from './run.ts';

try {
  await main(readOptions(process.argv.slice(2), readPeers()));
} catch (error) {
  reportFailure(error, usage);
}

async function main(options: Options): Promise<void> {
  const signal = interruptionBySignal();
  const results: PeerConformance[] = [];
  const leftOut: string[] = [];
  const postgres = await startThrowawayPostgres();
  try {
    await withTemporaryFolder(async (folder) => {
      for (const peer of options.peers) {
        signal.throwIfAborted();
        const missing = missingPrograms(peer);
        if (missing.length > 0) {
          leftOut.push(`${peer.name}: left out, ${missing.join(', ')} not on the PATH`);
          continue;
        }
        process.stderr.write(`${peer.name}…\n`);
        const result = await examine(peer, options, postgres.url, folder, signal);
        if (result.failed > 0) process.stdout.write(`${failureReport(result)}\n`);
        results.push(result);
      }
    });
  } finally {
    await postgres.stop();
  }
  report(results, leftOut);
}

/** Prepares and starts a peer with its own database, runs the checks and stops it. */
async function examine(
  peer: Peer,
  { workers, poolMax }: Options,
  serverUrl: string,
  folder: string,
  signal: AbortSignal,
): Promise<PeerConformance> {
  const result = { name: peer.name, prepareTime: 0, startUp: 0 };
  try {
    const began = performance.now();
    await preparePeer(peer, join(folder, `${peer.name}.prepare.log`), signal);
    result.prepareTime = performance.now() - began;
    const databaseUrl = await createMigratedDatabase(serverUrl, `conformance_${peer.name}`);
    const logFile = join(folder, `${peer.name}.log`);
    // Only the responses matter, not the speed: the machine may be busy.
    const patient = { ...peer, environment: { ...peer.environment, REQUEST_DEADLINE_MS: '60000' } };
    const server = await startPeer(patient, { databaseUrl, logFile, workers, poolMax, signal });
    result.startUp = server.startUp;
    let conformance: Conformance | undefined;
    let ended: { inTime: boolean };
    try {
      conformance = await runConformance(server.base, databaseUrl, { poolMax, signal });
    } finally {
      ended = await server.stop();
    }
    return { ...result, ...withEnd(conformance, ended) };
  } catch (error) {
    signal.throwIfAborted();
    const what = error instanceof Error ? error.message : String(error);
    const failures = [{ check: 'it can be prepared, started and requested', what, expected: '', got: '' }];
    return { ...result, passed: 0, failed: 1, failures, milliseconds: 0 };
  }
}

/** The last check: the shutdown. */
function withEnd(conformance: Conformance, { inTime }: { inTime: boolean }): Conformance {
  if (inTime) return { ...conformance, passed: conformance.passed + 1 };
  const failure = {
    check: 'it runs until SIGTERM, and then exits with all its processes',
    what: 'the tree of processes',
    expected: 'exited',
    got: 'exited before, or killed',
  };
  return {
    ...conformance,
    failed: conformance.failed + 1,
    failures: [...conformance.failures, failure],
  };
}

function report(results: readonly PeerConformance[], leftOut: readonly string[]): void {
  const passed = results.reduce((sum, result) => sum + result.passed, 0);
  const failed = results.reduce((sum, result) => sum + result.failed, 0);
  process.stdout.write(`\n${summaryReport(results)}\n`);
  for (const line of [...leftOut, ...failureLines(results)]) process.stdout.write(`${line}\n`);
  process.stdout.write(`# ${passed} passed, ${failed} failed\n`);
  // A run without checks is a failure.
  if (failed > 0 || passed === 0) process.exitCode = 1;
}
