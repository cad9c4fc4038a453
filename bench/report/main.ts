// Writes report.html and plot.svg for a results.json: the given one, or the newest in bench/results/.
import { dirname, join } from 'node:path';
import { packageRoot } from '../../src/package.ts';
import { newestResults, ResultsError, readResults } from './read-results.ts';
import { writeReport } from './write-report.ts';

try {
  const [given, ...others] = process.argv.slice(2);
  if (others.length > 0 || given?.startsWith('-')) {
    throw new ResultsError('Usage: npm run bench:report -- [path/to/results.json]');
  }
  const file = given ?? newestResults(join(packageRoot, 'bench', 'results'));
  const results = readResults(file);
  const page = await writeReport(results, dirname(file));
  const rounds = results.closed.length + results.open.length;
  process.stdout.write(
    `${page}\n# 1 report of ${results.peers.length} peers and ${rounds} rounds, from ${file}\n`,
  );
} catch (error) {
  const isUsers = error instanceof ResultsError;
  process.stderr.write(`${isUsers ? error.message : error instanceof Error ? error.stack : error}\n`);
  process.exitCode = 1;
}
