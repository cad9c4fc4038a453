// Compares Setlist with the same contract on other frameworks. See docs/benchmarking.md.
import { existsSync } from 'node:fs';
import { interruptionBySignal, reportFailure } from '../lib/command.ts';
import { findLoadGenerator } from '../lib/load/load-generator.ts';
import { withLoadedServer } from '../lib/loaded-databases.ts';
import { switchNode } from '../lib/node-version.ts';
import { type Peer, readPeers } from '../lib/peer-manifest.ts';
import type { Results } from '../lib/results.ts';
import { withTemporaryFolder } from '../lib/temporary-folder.ts';
import { drawReport } from './html-report.ts';
import type { LeftOut } from './line-up.ts';
import { canCountLines } from './lines-of-code.ts';
import { LAG_BOUND } from './open-loop/open-load.ts';
import { type Options, readOptions, usage } from './options.ts';
import { selectPeers } from './peer-selection.ts';
import { makeResultsFolder, writeResults } from './results-folder.ts';
import { describeSetup, runComparison } from './run.ts';
import { terminalReport } from './terminal-report.ts';

const args = process.argv.slice(2);
try {
  const options = readOptions(args);
  const peers = selectPeers(readPeers(), options.only);
  await switchNode(options.node);
  await main(options, peers);
} catch (error) {
  reportFailure(error, usage);
}

async function main(options: Options, peers: readonly Peer[]): Promise<void> {
  if (!existsSync('/proc/self/smaps_rollup')) {
    throw new Error('Linux 4.14 or newer is required: processor time and memory are read from /proc.');
  }
  if (!canCountLines()) throw new Error('Perl is required: cloc counts the lines of code.');
  const began = new Date();
  const signal = interruptionBySignal();
  let results: Results | undefined;
  let faults: LeftOut[] = [];
  let failure: unknown;
  try {
    await withTemporaryFolder(async (folder) => {
      process.stderr.write('Loading the database…\n');
      await withLoadedServer(folder, signal, async (database) => {
        const conditions = { options, database, generator: findLoadGenerator(), folder, signal };
        const started = startResults(began, await describeSetup(conditions));
        results = started;
        const file = await makeResultsFolder(began);
        faults = await runComparison(peers, conditions, started, async () => {
          await writeResults(file, started);
        });
      });
    });
  } catch (error) {
    // After an interruption, its reason matters, not the resulting errors.
    failure = signal.aborted ? signal.reason : error;
  }
  if (results) await finish(results, began, { isInterrupted: failure !== undefined, faults });
  if (failure) throw failure;
}

function startResults(began: Date, setup: Results['setup']): Results {
  return {
    format: 1,
    began: began.toISOString(),
    ended: began.toISOString(),
    interrupted: true,
    command: ['npm run bench', ...(args.length > 0 ? ['--', ...args] : [])].join(' '),
    setup,
    peers: [],
    leftOut: [],
    closed: [],
    open: [],
  };
}

/** Writes the results and the page, and prints the summary; void rounds and faulty peers are failures. */
async function finish(
  results: Results,
  began: Date,
  { isInterrupted, faults }: { isInterrupted: boolean; faults: readonly LeftOut[] },
): Promise<void> {
  results.ended = new Date().toISOString();
  results.interrupted = isInterrupted;
  const folder = await makeResultsFolder(began);
  const file = await writeResults(folder, results);
  const page = await drawReport(results, folder);
  const rounds = [...results.closed, ...results.open];
  const voids = rounds.filter(({ problems }) => problems.length > 0).length;
  const late = results.open.filter(isOnlyLate).length;
  const lines = [
    terminalReport(results),
    `Raw results: ${file}`,
    page === undefined ? 'The page could not be created.' : `Report: ${page}`,
    `# ${rounds.length - voids} measurements count, ${voids} void, ${late} of them only because the machine was too busy; ${results.peers.length} peers measured, ${results.leftOut.length} left out`,
  ];
  process.stdout.write(`\n${lines.join('\n\n')}\n`);
  const isWhole = voids === late && faults.length === 0 && rounds.length > 0 && page !== undefined;
  if (!isWhole) process.exitCode = 1;
}

/** Whether a round is void only because of the generator's lag, which no peer causes. */
function isOnlyLate({ problems, lag }: Results['open'][number]): boolean {
  return problems.length === 1 && lag.p99 > LAG_BOUND;
}
